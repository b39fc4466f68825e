//! A mail server's URL, checked.

use lettre::transport::smtp::{authentication::Credentials, client::TlsParameters};
use percent_encoding::percent_decode_str;
use secrecy::{ExposeSecret, SecretString};
use url::{Host, Url};

use crate::{
    NotifyError,
    host::{is_link_local, is_loopback},
};

/// When a connection turns to TLS.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Encryption {
    FromTheStart,
    Required,
    Opportunistic,
    None,
}

/// A mail server. Has no `Debug`: it may hold a password.
pub(crate) struct Server {
    /// Without the brackets of IPv6.
    pub(crate) host: String,
    pub(crate) port: u16,
    pub(crate) encryption: Encryption,
    sign_in: Option<(String, SecretString)>,
}

impl Server {
    /// Reads a URL; [`Channel::mail`](crate::Channel::mail) says which there are.
    pub(crate) fn read(text: &SecretString) -> Result<Self, NotifyError> {
        let url = Url::parse(text.expose_secret()).map_err(|_| {
            wrong("is no URL such as smtps://user:password@host, with %40 for an @ in the password")
        })?;
        let host = match url.host() {
            // To url, smtp is any scheme, whose hosts are not looked into.
            Some(Host::Domain(name)) => Host::parse(name).map_err(|_| wrong("names no host"))?,
            Some(host) => host.to_owned(),
            None => return Err(wrong("names no host")),
        };
        if is_link_local(&host) {
            return Err(wrong("is link-local, where clouds keep credentials"));
        }
        if !matches!(url.path(), "" | "/") || url.fragment().is_some() {
            return Err(wrong(
                "goes on behind the host; write %2F for a / and %23 for a # in the password",
            ));
        }
        let loopback = is_loopback(&host);
        let encryption = encryption(&url, loopback)?;
        let sign_in = sign_in(&url)?;
        let certain = matches!(encryption, Encryption::FromTheStart | Encryption::Required);
        if sign_in.is_some() && !certain && !loopback {
            return Err(wrong(
                "has a password for a connection that need not be TLS; use smtps:// or ?tls=required",
            ));
        }
        let port = url.port().unwrap_or(match encryption {
            Encryption::FromTheStart => 465,
            Encryption::Required | Encryption::Opportunistic => 587,
            Encryption::None => 25,
        });
        Ok(Self {
            host: match host {
                Host::Domain(name) => name,
                Host::Ipv4(address) => address.to_string(),
                Host::Ipv6(address) => address.to_string(),
            },
            port,
            encryption,
            sign_in,
        })
    }

    /// What may be shown.
    pub(crate) fn name(&self) -> String {
        let Self { host, port, .. } = self;
        if host.contains(':') {
            format!("mail server [{host}]:{port}")
        } else {
            format!("mail server {host}:{port}")
        }
    }

    pub(crate) fn credentials(&self) -> Option<Credentials> {
        let (user, password) = self.sign_in.as_ref()?;
        Some(Credentials::new(
            user.clone(),
            password.expose_secret().to_owned(),
        ))
    }

    /// The user and the password.
    pub(crate) fn sign_in(&self) -> Option<(&str, &SecretString)> {
        let (user, password) = self.sign_in.as_ref()?;
        Some((user, password))
    }

    /// What TLS with it is like: it is trusted as the operating system trusts it.
    pub(crate) fn tls(&self) -> Result<TlsParameters, NotifyError> {
        TlsParameters::new(self.host.clone()).map_err(|_| {
            NotifyError::lasting(format!(
                "the certificate of {} cannot be judged: this machine has no root certificates",
                self.name()
            ))
        })
    }
}

fn wrong(why: &str) -> NotifyError {
    NotifyError::lasting(format!("the mail server's address {why}"))
}

fn encryption(url: &Url, loopback: bool) -> Result<Encryption, NotifyError> {
    let mut wish = None;
    for (key, value) in url.query_pairs() {
        if key != "tls" || wish.is_some() {
            return Err(wrong(
                "has a query other than ?tls=required, opportunistic or none",
            ));
        }
        wish = Some(value);
    }
    match (url.scheme(), wish.as_deref()) {
        ("smtps", None | Some("required")) => Ok(Encryption::FromTheStart),
        ("smtps", Some(_)) => Err(wrong(
            "is smtps://, which is TLS always, and says otherwise",
        )),
        ("smtp", None) if loopback => Ok(Encryption::None),
        ("smtp", None | Some("required")) => Ok(Encryption::Required),
        ("smtp", Some("opportunistic")) => Ok(Encryption::Opportunistic),
        ("smtp", Some("none")) => Ok(Encryption::None),
        ("smtp", Some(_)) => Err(wrong(
            "has a query other than ?tls=required, opportunistic or none",
        )),
        _ => Err(wrong("is neither smtps:// nor smtp://")),
    }
}

fn sign_in(url: &Url) -> Result<Option<(String, SecretString)>, NotifyError> {
    let decode = |text: &str| {
        percent_decode_str(text)
            .decode_utf8()
            .map(String::from)
            .map_err(|_| wrong("has a user name or password that is no UTF-8"))
    };
    match (url.username(), url.password()) {
        ("", None) => Ok(None),
        ("", Some(_)) => Err(wrong("has a password and no user name")),
        (_, None) => Err(wrong("has a user name and no password")),
        (user, Some(password)) => Ok(Some((decode(user)?, decode(password)?.into()))),
    }
}
