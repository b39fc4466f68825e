//! Configuration: flags over `EXMETRICS_*` over `exmetrics.toml` in the home.

use std::{path::PathBuf, time::Duration};

use exmetrics_engine::{DriftPolicies, DriftPolicy, Settings};
use exmetrics_graph::{Limits, Proxy};
use exmetrics_store::{QuotaRule, SealingKey};
use exmetrics_web::OpenIdOptions;
use jiff::{SignedDuration, Timestamp};
use secrecy::SecretString;
use serde::Deserialize;

use crate::{
    failure::Failure,
    openid_config::{self, OpenIdFile},
};

/// Everything that may stand in `exmetrics.toml`, all of it optional.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct File {
    /// Where tables are: a folder, or the address of an object store.
    tables: Option<String>,
    /// Where control state is, if not in a file of the home: the address of a PostgreSQL database.
    store: Option<String>,
    /// The address that people open, where that is another than where the service listens.
    url: Option<String>,
    /// A command that prints the key that seals secrets, for example of the system's keyring.
    key_command: Option<String>,
    quota_requests: Option<u32>,
    quota_window: Option<String>,
    quota_requests_json: Option<u32>,
    archive_days: Option<u16>,
    max_reply_bytes: Option<u64>,
    request_seconds: Option<u64>,
    idle_seconds: Option<u64>,
    tries: Option<usize>,
    proxy: Option<String>,
    no_proxy: Option<String>,
    drift: Drift,
    openid: OpenIdFile,
}

/// `[drift]`: accept, warn or stop when a report's columns change.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Drift {
    added: Option<String>,
    missing: Option<String>,
    renamed: Option<String>,
    repeated: Option<String>,
}

/// What a command works with.
#[derive(Debug)]
pub(crate) struct Config {
    /// The folder that holds all state.
    pub(crate) home: PathBuf,
    /// The PostgreSQL database with the control state, if it is not a file of the home.
    pub(crate) store: Option<SecretString>,
    /// The address that people open, without a path, where it is given.
    pub(crate) url: Option<String>,
    /// Where people may sign in by OpenID Connect.
    pub(crate) openid: Option<OpenIdOptions>,
    /// A command that prints the key that seals secrets.
    key_command: Option<String>,
    /// Where the clock starts, for tests and trials.
    pub(crate) now: Option<Timestamp>,
    /// The engine's numbers.
    pub(crate) settings: Settings,
}

impl Config {
    /// Reads the configuration for a home.
    pub(crate) fn read(home: Option<PathBuf>) -> Result<Self, Failure> {
        let home = match home {
            Some(home) => home,
            None => default_home()?,
        };
        let home = std::path::absolute(&home).map_err(Failure::at_file("finding", &home))?;
        let file = read_file(&home.join("exmetrics.toml"))?;
        let csv_quota = QuotaRule {
            requests: number("EXMETRICS_QUOTA_REQUESTS")?
                .or(file.quota_requests)
                .unwrap_or(14),
            window: duration("EXMETRICS_QUOTA_WINDOW", file.quota_window.as_deref())?
                .unwrap_or(SignedDuration::from_mins(10)),
        };
        if csv_quota.requests == 0 {
            return Err(Failure::arguments(
                "a quota of 0 requests would never ask anything",
            ));
        }
        let json_quota = QuotaRule {
            requests: number("EXMETRICS_QUOTA_REQUESTS_JSON")?
                .or(file.quota_requests_json)
                .unwrap_or(100),
            window: csv_quota.window,
        };
        if json_quota.requests == 0 {
            return Err(Failure::arguments(
                "a quota of 0 JSON requests would never ask anything",
            ));
        }
        let usual = Limits::default();
        let tries = number("EXMETRICS_TRIES")?.or(file.tries).unwrap_or(5);
        let limits = Limits {
            max_reply_bytes: number("EXMETRICS_MAX_REPLY_BYTES")?
                .or(file.max_reply_bytes)
                .unwrap_or(usual.max_reply_bytes),
            total_timeout: number("EXMETRICS_REQUEST_SECONDS")?
                .or(file.request_seconds)
                .map_or(usual.total_timeout, Duration::from_secs),
            read_timeout: number("EXMETRICS_IDLE_SECONDS")?
                .or(file.idle_seconds)
                .map_or(usual.read_timeout, Duration::from_secs),
            page_tries: tries,
            ..usual
        };
        let tables = match (text("EXMETRICS_TABLES"), file.tables) {
            (Some(tables), _) => whole_path(tables, None)?,
            (None, Some(tables)) => whole_path(tables, Some(&home))?,
            (None, None) => home.join("tables").to_string_lossy().into_owned(),
        };
        let proxy_url = text("EXMETRICS_PROXY")
            .or(file.proxy)
            .or_else(|| text("HTTPS_PROXY"))
            .or_else(|| text("https_proxy"));
        let no_proxy = text("EXMETRICS_NO_PROXY")
            .or(file.no_proxy)
            .or_else(|| text("NO_PROXY"))
            .or_else(|| text("no_proxy"));
        let proxy = proxy_url.map(|url| Proxy {
            url: SecretString::from(url),
            except: no_proxy.unwrap_or_default(),
        });
        let drift = DriftPolicies {
            added: policy("EXMETRICS_DRIFT_ADDED", file.drift.added)?,
            missing: policy("EXMETRICS_DRIFT_MISSING", file.drift.missing)?,
            renamed: policy("EXMETRICS_DRIFT_RENAMED", file.drift.renamed)?,
            repeated: policy("EXMETRICS_DRIFT_REPEATED", file.drift.repeated)?,
        };
        let settings = Settings {
            drift,
            home: home.clone(),
            tables,
            csv_quota,
            json_quota,
            limits,
            tries,
            try_for: Duration::from_secs(120),
            archive_days: number("EXMETRICS_ARCHIVE_DAYS")?
                .or(file.archive_days)
                .unwrap_or(90),
            proxy,
        };
        Ok(Self {
            home,
            url: text("EXMETRICS_URL")
                .or(file.url)
                .map(|url| origin(&url))
                .transpose()?,
            openid: openid_config::read(file.openid, text)?,
            key_command: text("EXMETRICS_KEY_COMMAND").or(file.key_command),
            store: text("EXMETRICS_STORE")
                .or(file.store)
                .map(SecretString::from),
            now: now()?,
            settings,
        })
    }

    /// The key that seals secrets: from the environment, from a file named there, from the system's
    /// keyring or whatever else a command reads, or the home's own.
    /// `None` when the home has none yet.
    pub(crate) fn sealing_key(&self) -> Result<Option<SealingKey>, Failure> {
        if let Some(key) = text("EXMETRICS_KEY") {
            return Ok(Some(SealingKey::from_base64(&SecretString::from(key))?));
        }
        if let Some(named) = text("EXMETRICS_KEY_FILE").map(PathBuf::from) {
            // A key that is not there yet must not be taken for one that was never made.
            if !named.exists() {
                return Err(Failure::person(format!(
                    "the key file {} is missing",
                    named.display()
                ))
                .next("Put it back, or name another one in EXMETRICS_KEY_FILE."));
            }
            return Ok(Some(SealingKey::from_file(&named)?));
        }
        if let Some(command) = &self.key_command {
            return key_from(command).map(Some);
        }
        let own = self.own_key_file();
        Ok(match own.exists() {
            true => Some(SealingKey::from_file(&own)?),
            false => None,
        })
    }

    /// The home's own key; made if it is not there.
    pub(crate) fn own_key(&self) -> Result<SealingKey, Failure> {
        Ok(SealingKey::from_file(&self.own_key_file())?)
    }

    fn own_key_file(&self) -> PathBuf {
        self.home.join("key")
    }
}

/// What a command prints is the key: so it may be kept in the system's keyring, or in a vault.
fn key_from(command: &str) -> Result<SealingKey, Failure> {
    let (shell, flag) = if cfg!(windows) {
        ("cmd", "/C")
    } else {
        ("sh", "-c")
    };
    let failed = |why: String| {
        Failure::person(format!("the command that prints the key failed: {why}"))
            .next("Try it by hand; see EXMETRICS_KEY_COMMAND, or key_command in exmetrics.toml.")
    };
    let output = std::process::Command::new(shell)
        .args([flag, command])
        .stdin(std::process::Stdio::null())
        .output()
        .map_err(|error| failed(error.to_string()))?;
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr);
        let first = said.lines().next().unwrap_or_default();
        return Err(failed(format!("{} ({first})", output.status)));
    }
    let key = String::from_utf8(output.stdout).map_err(|_| failed("it prints no text".into()))?;
    Ok(SealingKey::from_base64(&SecretString::from(key))?)
}

/// Where the service listens when nothing else is said.
pub(crate) const USUAL_ORIGIN: &str = "http://127.0.0.1:8365";

/// The address that people open, as browsers say it: without a path, and without a port that goes
/// without saying.
pub(crate) fn origin(url: &str) -> Result<String, Failure> {
    let wrong = || {
        Failure::arguments(format!("'{url}' is no address that people could open"))
            .next("Write it like https://exmetrics.contoso.example, without a path.")
    };
    let uri: http::Uri = url.trim().parse().map_err(|_| wrong())?;
    let (scheme, authority) = match (uri.scheme_str(), uri.authority()) {
        (Some(scheme @ ("http" | "https")), Some(authority)) => (scheme, authority),
        _ => return Err(wrong()),
    };
    let has_more = !matches!(uri.path(), "" | "/") || uri.query().is_some();
    if has_more || authority.as_str().contains('@') {
        return Err(wrong());
    }
    let host = authority.host().to_lowercase();
    let port = authority.port_u16();
    let usual = if scheme == "https" { 443 } else { 80 };
    Ok(match port.filter(|port| *port != usual) {
        Some(port) => format!("{scheme}://{host}:{port}"),
        None => format!("{scheme}://{host}"),
    })
}

/// Whether an origin names the machine on which it is opened.
pub(crate) fn is_this_machine(origin: &str) -> bool {
    let uri: Option<http::Uri> = origin.parse().ok();
    let host = uri.as_ref().and_then(http::Uri::host).unwrap_or_default();
    let address: Option<std::net::IpAddr> = host.trim_matches(['[', ']']).parse().ok();
    host == "localhost"
        || host.ends_with(".localhost")
        || address.is_some_and(|address| address.is_loopback())
}

/// A folder as seen from one place, whatever folder a command is run in; an address as it is.
fn whole_path(tables: String, from: Option<&std::path::Path>) -> Result<String, Failure> {
    if tables.contains("://") {
        return Ok(tables);
    }
    let path = match from {
        Some(home) => home.join(&tables),
        None => std::path::absolute(&tables)
            .map_err(Failure::at_file("finding", std::path::Path::new(&tables)))?,
    };
    Ok(path.to_string_lossy().into_owned())
}

/// The platform's folder for a program's data.
fn default_home() -> Result<PathBuf, Failure> {
    dirs::data_dir()
        .map(|data| data.join("exmetrics"))
        .ok_or_else(|| {
            Failure::arguments("this account has no home folder to keep the data in")
                .next("Give one with --home or EXMETRICS_HOME.")
        })
}

fn read_file(path: &std::path::Path) -> Result<File, Failure> {
    let text = match std::fs::read_to_string(path) {
        Ok(text) => text,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(File::default()),
        Err(error) => return Err(Failure::at_file("reading", path)(error)),
    };
    toml::from_str(&text).map_err(|error| {
        // Not the line itself: it may hold a password.
        let offset = error.span().map_or(0, |span| span.start);
        let before = &text[..text.floor_char_boundary(offset)];
        let line = before.matches('\n').count() + 1;
        Failure::arguments(format!(
            "{}:{line}: {}",
            path.display(),
            error.message().trim()
        ))
    })
}

fn text(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

fn number<N: std::str::FromStr>(name: &str) -> Result<Option<N>, Failure> {
    text(name)
        .map(|value| {
            value.parse().map_err(|_| {
                Failure::arguments(format!("{name} is '{value}', which is no usable number"))
            })
        })
        .transpose()
}

fn duration(name: &str, in_file: Option<&str>) -> Result<Option<SignedDuration>, Failure> {
    let Some(value) = text(name).or(in_file.map(str::to_owned)) else {
        return Ok(None);
    };
    let read: Result<SignedDuration, _> = value.parse();
    match read {
        Ok(duration) if duration.is_positive() => Ok(Some(duration)),
        _ => Err(Failure::arguments(format!(
            "the quota's window is '{value}', which is no length of time; write for example 10m or 30s"
        ))),
    }
}

fn policy(name: &str, in_file: Option<String>) -> Result<DriftPolicy, Failure> {
    match text(name).or(in_file) {
        None => Ok(DriftPolicy::default()),
        Some(value) => value.parse().map_err(|error: String| {
            Failure::arguments(format!("{error} ({name}, or [drift] in exmetrics.toml)"))
        }),
    }
}

fn now() -> Result<Option<Timestamp>, Failure> {
    text("EXMETRICS_NOW")
        .map(|value| {
            value.parse().map_err(|_| {
                Failure::arguments(format!(
                    "EXMETRICS_NOW is '{value}', which is no time; write it like 2026-11-23T08:00:00Z"
                ))
            })
        })
        .transpose()
}

#[cfg(test)]
mod tests {
    use super::origin;

    #[test]
    fn the_address_that_people_open_is_written_as_browsers_say_it() {
        for (url, said) in [
            (
                "https://exmetrics.contoso.example",
                "https://exmetrics.contoso.example",
            ),
            ("https://EXM.example:443/", "https://exm.example"),
            ("http://10.0.0.5:8365", "http://10.0.0.5:8365"),
            ("http://[::1]:80", "http://[::1]"),
        ] {
            assert_eq!(
                origin(url).map_err(|failure| failure.message),
                Ok(said.to_owned())
            );
        }
        for wrong in [
            "",
            "exmetrics.contoso.example",
            "ftp://exm.example",
            "https://exm.example/path",
            "https://user@exm.example",
            "https://exm.example/?x",
        ] {
            assert!(origin(wrong).is_err(), "{wrong}");
        }
    }
}
