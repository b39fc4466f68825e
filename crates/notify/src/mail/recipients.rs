//! Sender and recipients, checked.

use lettre::{address::Address, message::Mailbox};
use url::Host;

use crate::{
    NotifyError,
    words::{clip, one_line},
};

/// From whom and to whom.
pub(crate) struct Recipients {
    pub(crate) from: Mailbox,
    pub(crate) to: Vec<Mailbox>,
}

impl Recipients {
    /// Reads addresses, each with or without a name in front.
    pub(crate) fn read(from: &str, to: &[String]) -> Result<Self, NotifyError> {
        if to.is_empty() {
            return Err(NotifyError::lasting("the mail has no recipient"));
        }
        Ok(Self {
            from: mailbox(from)?,
            to: to.iter().map(|to| mailbox(to)).collect::<Result<_, _>>()?,
        })
    }

    pub(crate) fn addresses(&self) -> impl Iterator<Item = &Address> {
        self.to.iter().map(|mailbox| &mailbox.email)
    }

    /// What may be shown.
    pub(crate) fn name(&self) -> String {
        let to: Vec<&str> = self.addresses().map(AsRef::as_ref).collect();
        format!("mail to {}", to.join(", "))
    }
}

/// An address that any server takes: a host beyond ASCII is written as `xn--`, and a user beyond
/// ASCII, which few servers take, is refused.
fn mailbox(text: &str) -> Result<Mailbox, NotifyError> {
    let wrong = || {
        let shown = one_line(text);
        NotifyError::lasting(format!("\"{}\" is no mail address", clip(&shown, 100)))
    };
    if text.chars().any(char::is_control) {
        return Err(wrong());
    }
    let mailbox: Mailbox = text.parse().map_err(|_| wrong())?;
    let (user, host) = (mailbox.email.user(), mailbox.email.domain());
    let host = match Host::parse(host) {
        Ok(Host::Domain(host)) if user.is_ascii() => host,
        _ => return Err(wrong()),
    };
    let email = Address::new(user, host).map_err(|_| wrong())?;
    Ok(Mailbox::new(mailbox.name, email))
}
