//! Where notices go, checked when it is written down; and the one verb of this crate.

use std::fmt;

use secrecy::SecretString;

use crate::{
    Notice, NotifyClient, NotifyError,
    mail::{self, Recipients, Server},
    webhook::{self, Address},
};

/// A place for notices. Made by [`Channel::webhook`] and [`Channel::mail`] only, which check it.
#[derive(Clone)]
pub enum Channel {
    /// A JSON body is posted.
    #[non_exhaustive]
    Webhook {
        /// Where to; may hold a token in its path or query.
        url: SecretString,
    },
    /// A mail is sent.
    #[non_exhaustive]
    Mail {
        /// The mail server, with user and password where it wants them.
        server: SecretString,
        /// The sender: `noreply@contoso.example`, or with a name in front and angle brackets.
        from: String,
        /// Who gets it; everybody sees everybody.
        to: Vec<String>,
    },
}

impl Channel {
    /// A webhook of Teams, Slack, Mattermost or a program of one's own: `https://host/path`.
    ///
    /// Whoever has the admin role writes the URL down, and may name hosts inside the house: that is
    /// what self-hosted chats need. To keep a mistake or a stolen session from becoming a probe of
    /// the network, anything but https is refused (http on loopback is not), and so are a user name
    /// in the URL and a link-local host, where clouds hand out credentials; no redirect is followed,
    /// the request is always the same POST, and of an answer nothing is shown but its status and one
    /// word such as Slack's `no_service`. A name that *resolves* to such an address is not refused.
    ///
    /// # Errors
    /// If the URL is none of these.
    pub fn webhook(url: SecretString) -> Result<Self, NotifyError> {
        Address::read(&url)?;
        Ok(Self::Webhook { url })
    }

    /// Mail through a server.
    ///
    /// `server` is a URL whose special characters in user and password are written as `%xx`:
    ///
    /// | server | the connection | default port |
    /// |---|---|---|
    /// | `smtps://user:password@host` | TLS from the start | 465 |
    /// | `smtp://user:password@host` | must turn to TLS (`STARTTLS`); the same as `?tls=required` | 587 |
    /// | `smtp://host?tls=opportunistic` | turns to TLS if the server offers it | 587 |
    /// | `smtp://host?tls=none` | plain; the default on loopback | 25 |
    ///
    /// # Errors
    /// If the server is none of these, if a password would go through a connection that need not be
    /// TLS (loopback aside), or if an address is no mail address.
    pub fn mail(server: SecretString, from: String, to: Vec<String>) -> Result<Self, NotifyError> {
        Server::read(&server)?;
        Recipients::read(&from, &to)?;
        Ok(Self::Mail { server, from, to })
    }

    /// What may be shown and logged: `webhook hooks.example`, `mail to a@b.example, c@d.example`.
    pub fn name(&self) -> String {
        match self {
            Self::Webhook { url } => {
                Address::read(url).map_or_else(|_| "webhook".to_owned(), |address| address.name())
            }
            Self::Mail { from, to, .. } => Recipients::read(from, to)
                .map_or_else(|_| "mail".to_owned(), |recipients| recipients.name()),
        }
    }
}

impl fmt::Debug for Channel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Channel").field(&self.name()).finish()
    }
}

/// Sends one notice through one channel, once.
///
/// # Errors
/// If it did not arrive, or cannot be known to have arrived. With mail, a refused recipient does not
/// keep the notice from the others, and is an error all the same.
pub async fn send(
    channel: &Channel,
    notice: &Notice,
    client: &NotifyClient,
) -> Result<(), NotifyError> {
    match channel {
        Channel::Webhook { url } => webhook::post(&Address::read(url)?, notice, client).await,
        Channel::Mail { server, from, to } => {
            let (server, recipients) = (Server::read(server)?, Recipients::read(from, to)?);
            mail::hand_over(&server, &recipients, notice, client.limits().mail_timeout).await
        }
    }
}
