//! Two people have changed the settings of one DataSet: what differs between what is saved and what was
//! typed.

use exmetrics_store::DataSet;
use serde::Serialize;

use super::{
    reading::Reading,
    view::{details_words, retry_words, update_words},
    world::World,
    written::fields_of,
};
use crate::words;

/// That somebody else was faster.
#[derive(Debug, Serialize)]
pub(super) struct StalePart {
    title: &'static str,
    text: String,
    changes: Vec<Difference>,
    theirs_href: String,
    /// What saving over it goes by: were it saved once more meanwhile, that is told again.
    over: String,
}

/// One thing that differs.
#[derive(Debug, Serialize)]
struct Difference {
    what: &'static str,
    theirs: String,
    yours: String,
    href: &'static str,
}

/// What differs.
pub(super) fn stale(world: &World, saved: &DataSet, yours: &Reading) -> StalePart {
    let theirs = Reading::of(fields_of(saved), world);
    let (their_words, your_words) = (in_words(&theirs, world), in_words(yours, world));
    let changes = their_words
        .into_iter()
        .zip(your_words)
        .filter(|((.., theirs), (.., yours))| theirs != yours)
        .map(|((what, href, theirs), (.., yours))| Difference {
            what,
            theirs,
            yours,
            href,
        })
        .collect();
    let who = saved.edited_by.as_deref().unwrap_or("Somebody");
    let at = match saved.edited_at {
        Some(at) => format!(" {}", words::when(at, world.now).text),
        None => String::new(),
    };
    StalePart {
        title: "Somebody else has saved these settings meanwhile",
        text: format!(
            "{who} saved them{at}, after you opened this page. Nothing of yours is lost: it is still in \
             the form."
        ),
        changes,
        theirs_href: format!("/datasets/{}/settings", saved.id),
        over: saved.revision.to_string(),
    }
}

fn in_words(reading: &Reading, world: &World) -> [(&'static str, &'static str, String); 9] {
    let fields = &reading.fields;
    let none = |text: &str| match text.trim() {
        "" => "none".to_owned(),
        text => text.to_owned(),
    };
    let accounts: Vec<&str> = reading
        .accounts
        .iter()
        .map(|one| one.name.as_str())
        .collect();
    let details = reading
        .details
        .map_or("not readable".to_owned(), |details| {
            details_words(details, world.today)
        });
    let schedule = match &reading.schedule {
        Some(Some(schedule)) => schedule.describe(),
        Some(None) => "only when started by hand".into(),
        None => "not readable".into(),
    };
    let channels: Vec<&str> = world
        .channels
        .iter()
        .filter(|(id, _)| fields.channel.contains(id))
        .map(|(_, name)| name.as_str())
        .collect();
    let notify = match fields.notify.as_str() {
        "chosen" => none(&channels.join(", ")),
        "none" => "nobody".into(),
        _ => "all channels".into(),
    };
    [
        ("Accounts", "#account", none(&accounts.join(", "))),
        ("Details", "#details-menus", details),
        ("Schedule", "#schedule-fields", schedule),
        ("When a run fails", "#failure-fields", retry_words(reading)),
        ("Whom to tell", "#failure-fields", notify),
        ("Update method", "#update-fields", update_words(reading)),
        ("Name", "#name", none(&fields.name)),
        ("Description", "#description", none(&fields.description)),
        ("Tags", "#tags", none(&reading.tags.join(", "))),
    ]
}
