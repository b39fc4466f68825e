//! Signing in by OpenID Connect, as `EXMETRICS_OIDC_*` or `[openid]` in `exmetrics.toml` configure it.

use std::path::{Path, PathBuf};

use exmetrics_web::OpenIdOptions;
use secrecy::SecretString;
use serde::Deserialize;

use crate::{config, failure::Failure};

/// `[openid]`
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct OpenIdFile {
    issuer: Option<String>,
    client_id: Option<String>,
    /// A file: the secret itself has no place in a configuration.
    client_secret_file: Option<PathBuf>,
    admins: Vec<String>,
    viewers: Vec<String>,
}

/// What is configured; nothing without an issuer.
pub(crate) fn read(
    file: OpenIdFile,
    text: impl Fn(&str) -> Option<String>,
) -> Result<Option<OpenIdOptions>, Failure> {
    let Some(issuer) = text("EXMETRICS_OIDC_ISSUER").or(file.issuer) else {
        return Ok(None);
    };
    let is_safe = issuer.starts_with("https://")
        || issuer.starts_with("http://") && config::is_this_machine(&issuer);
    if !is_safe {
        return Err(Failure::arguments(format!(
            "the OpenID Connect issuer '{issuer}' is no https:// address"
        ))
        .next("Write it as the issuer's own pages do; see EXMETRICS_OIDC_ISSUER."));
    }
    let client_id = text("EXMETRICS_OIDC_CLIENT_ID").or(file.client_id);
    let client_id = client_id.ok_or_else(|| {
        Failure::arguments("there is an OpenID Connect issuer and no client id")
            .next("Set EXMETRICS_OIDC_CLIENT_ID to what exmetrics is called there.")
    })?;
    let secret_file = text("EXMETRICS_OIDC_CLIENT_SECRET_FILE").map(PathBuf::from);
    let client_secret = match (
        text("EXMETRICS_OIDC_CLIENT_SECRET"),
        secret_file.or(file.client_secret_file),
    ) {
        (Some(secret), _) => Some(SecretString::from(secret)),
        (None, Some(file)) => Some(secret_in(&file)?),
        (None, None) => None,
    };
    let list = |name: &str, in_file: Vec<String>| -> Vec<String> {
        let Some(text) = text(name) else {
            return in_file;
        };
        let who = text.split(',').map(str::trim).filter(|who| !who.is_empty());
        who.map(str::to_owned).collect()
    };
    let options = OpenIdOptions {
        admins: list("EXMETRICS_OIDC_ADMINS", file.admins),
        viewers: list("EXMETRICS_OIDC_VIEWERS", file.viewers),
        issuer,
        client_id,
        client_secret,
    };
    if options.admins.is_empty() && options.viewers.is_empty() {
        return Err(Failure::arguments(
            "nobody whom the OpenID Connect issuer lets in may do anything",
        )
        .next(
            "Set EXMETRICS_OIDC_ADMINS or EXMETRICS_OIDC_VIEWERS: addresses, @domain, role:NAME, \
                     or * for everybody; commas between them.",
        ));
    }
    Ok(Some(options))
}

fn secret_in(file: &Path) -> Result<SecretString, Failure> {
    let text = std::fs::read_to_string(file).map_err(Failure::at_file("reading", file))?;
    Ok(SecretString::from(text.trim()))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    fn of(pairs: &[(&str, &str)]) -> Result<Option<OpenIdOptions>, String> {
        let known: BTreeMap<_, _> = pairs.iter().copied().collect();
        let text = |name: &str| known.get(name).map(|text| (*text).to_owned());
        read(OpenIdFile::default(), text).map_err(|failure| failure.message)
    }

    #[test]
    fn an_issuer_needs_a_client_and_people() {
        assert!(of(&[]).expect("nothing").is_none());
        let issuer = ("EXMETRICS_OIDC_ISSUER", "https://login.example");
        let client = ("EXMETRICS_OIDC_CLIENT_ID", "exmetrics");
        let admins = (
            "EXMETRICS_OIDC_ADMINS",
            "mara@contoso.example, role:admins,",
        );
        let found = of(&[issuer, client, admins])
            .expect("options")
            .expect("one");
        assert_eq!(found.admins, ["mara@contoso.example", "role:admins"]);
        assert!(of(&[issuer, admins]).is_err_and(|said| said.contains("no client id")));
        assert!(of(&[issuer, client]).is_err_and(|said| said.contains("nobody")));
        let plain = ("EXMETRICS_OIDC_ISSUER", "http://login.example");
        assert!(of(&[plain, client, admins]).is_err_and(|said| said.contains("https://")));
    }
}
