//! Who changed what.

use crate::{access::Visitor, site::Site};

/// Something that a person changed.
#[derive(Debug, Clone)]
pub(crate) struct Change<'a> {
    /// What was done, in a stable word: `dataset.edited`, `account.removed`.
    pub(crate) what: &'static str,
    /// The lasting id of what it was done to.
    pub(crate) subject_id: &'a str,
    /// Its name at the time.
    pub(crate) subject: &'a str,
    /// What is worth knowing beside; never a secret.
    pub(crate) detail: String,
}

/// Writes down a change. What was done is done: a failure here is told in the log only.
pub(crate) async fn note(_site: &Site, who: &Visitor, change: Change<'_>) {
    tracing::info!(
        who = who.name,
        what = change.what,
        subject = change.subject,
        subject_id = change.subject_id,
        detail = change.detail,
        "changed"
    );
}
