//! Who changed what.

use exmetrics_store::NewAuditEntry;

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
pub(crate) async fn note(site: &Site, who: &Visitor, change: Change<'_>) {
    tracing::info!(
        who = who.name,
        what = change.what,
        subject = change.subject,
        subject_id = change.subject_id,
        detail = change.detail,
        "changed"
    );
    let entry = NewAuditEntry {
        who: &who.name,
        person_id: who.person_id.as_deref(),
        through: who.through,
        address: &who.address,
        what: change.what,
        subject_id: change.subject_id,
        subject: change.subject,
        detail: &change.detail,
    };
    if let Err(error) = site.engine.store().note_change(&entry, site.now()).await {
        tracing::error!(%error, what = change.what, "a change is missing in the audit");
    }
}
