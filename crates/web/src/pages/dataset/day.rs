//! The story of one day: when it was asked for, what came, and what comes next.

use exmetrics_store::{CoverageDay, CoverageState, DataSet, DayAnswer};
use jiff::{SignedDuration, Timestamp, civil::Date};
use serde::Serialize;

use super::{coverage::Calendar, coverage_months::state_words};
use crate::{links::Chosen, pages::moments::Moment, problem::Problem, site::Site, words};

/// How many answers a story tells, the newest.
const MOST_ANSWERS: u32 = 20;

/// A day.
#[derive(Debug, Serialize)]
pub(super) struct DayStory {
    date: String,
    title: String,
    account: String,
    account_id: String,
    badges: Vec<Badge>,
    facts: Vec<Fact>,
    can_fetch: bool,
    fetch_note: Option<&'static str>,
    rows_href: Option<String>,
    reply_href: Option<String>,
    newer: Option<Step>,
    older: Option<Step>,
    story: Vec<Told>,
}

#[derive(Debug, Serialize)]
struct Badge {
    kind: &'static str,
    word: String,
}

#[derive(Debug, Serialize)]
struct Fact {
    term: &'static str,
    value: String,
    note: Option<String>,
    code: bool,
}

#[derive(Debug, Serialize)]
struct Step {
    label: &'static str,
    href: String,
}

#[derive(Debug, Serialize)]
struct Told {
    kind: &'static str,
    title: String,
    text: String,
    at: Moment,
    run_href: Option<String>,
}

/// The story of a day that is known.
pub(super) async fn story(
    site: &Site,
    dataset: &DataSet,
    calendar: &Calendar<'_>,
    day: &CoverageDay,
) -> Result<DayStory, Problem> {
    let answers = site
        .engine
        .store()
        .answers_of_day(&dataset.id, &day.account_id, day.day, MOST_ANSWERS)
        .await?;
    let now = site.now();
    let in_window = calendar.still_there(day.day);
    let captured = day.state == CoverageState::Published;
    let mut badges = vec![Badge {
        kind: day.state.as_str(),
        word: day.state.as_str().into(),
    }];
    if captured && !day.is_stable() && in_window {
        badges.push(Badge {
            kind: "awaiting",
            word: "not yet stable".into(),
        });
    }
    if let Some(left) = calendar.days_left(day.day)
        && matches!(day.state, CoverageState::Awaiting | CoverageState::Failed)
        && left <= 3
    {
        badges.push(Badge {
            kind: "bad",
            word: expires_in(left),
        });
    }
    let step = |label, to: Option<Date>| {
        to.map(|to| Step {
            label,
            href: calendar.href_of_day(to),
        })
    };
    let filter = Chosen::default()
        .with(&format!("f.{}", calendar.day_column), &day.day.to_string())
        .with("f._account", &format!("={}", calendar.label));
    Ok(DayStory {
        date: day.day.to_string(),
        title: words::weekday(day.day),
        account: calendar.name.clone(),
        account_id: day.account_id.clone(),
        badges,
        facts: facts(calendar, day),
        can_fetch: in_window && calendar.feeds,
        fetch_note: match (in_window, calendar.feeds) {
            (true, true) => None,
            (true, false) => Some("This account no longer feeds the DataSet."),
            (false, _) => Some("Microsoft no longer has this day. It cannot be fetched again."),
        },
        rows_href: captured.then(|| filter.at(&format!("/datasets/{}/data", dataset.id))),
        reply_href: None,
        newer: step("Next day", calendar.next(day.day)),
        older: step("Previous day", calendar.previous(day.day)),
        story: told(dataset, day, &answers, in_window, now),
    })
}

fn facts(calendar: &Calendar<'_>, day: &CoverageDay) -> Vec<Fact> {
    let fact = |term, value| Fact {
        term,
        value,
        note: None,
        code: false,
    };
    let rows = day.rows.and_then(|rows| u64::try_from(rows).ok());
    let mut facts = vec![fact(
        "Rows",
        rows.map_or_else(|| "none".into(), words::number),
    )];
    if let Some(refreshed) = day.refresh_date {
        facts.push(fact("Refresh date", words::day(refreshed)));
    }
    if day.state == CoverageState::Published {
        facts.push(fact("Restated", times(day.restated)));
        facts.push(fact(
            "Same content",
            match day.is_stable() {
                true => "on enough checks: stable".into(),
                false => format!(
                    "on {} of {} checks",
                    day.equal_checks,
                    CoverageDay::STABLE_AFTER
                ),
            },
        ));
    }
    if let Some(code) = &day.code {
        facts.push(Fact {
            code: true,
            ..fact("Code", code.clone())
        });
    }
    if let Some(end) = calendar.expires_on(day.day) {
        let term = match calendar.still_there(day.day) {
            true => "Window ends",
            false => "Window ended",
        };
        facts.push(fact(term, words::day(end)));
    }
    facts
}

fn told(
    dataset: &DataSet,
    day: &CoverageDay,
    answers: &[DayAnswer],
    in_window: bool,
    now: Timestamp,
) -> Vec<Told> {
    let mut story = Vec::new();
    let run = |answer: &DayAnswer| Some(format!("/activity/{}", answer.run_id));
    if answers.first().is_none_or(|first| {
        first.started_at.duration_since(day.first_seen) > SignedDuration::from_mins(1)
    }) {
        story.push(Told {
            kind: "awaiting",
            title: "Asked for the first time".into(),
            text: String::new(),
            at: Moment::of(day.first_seen, now),
            run_href: None,
        });
    }
    for answer in answers {
        let at = answer.answered_at.unwrap_or(answer.started_at);
        let (kind, title) = match (&answer.message, answer.answered_at) {
            (Some(_), _) => ("failed", "Failed"),
            (None, Some(_)) => ("published", "Answered"),
            (None, None) => ("awaiting", "Asked, not answered yet"),
        };
        story.push(Told {
            kind,
            title: title.into(),
            text: match (&answer.message, answer.version) {
                (Some(message), _) => sentence(message),
                (None, Some(version)) => format!("Version {version}."),
                (None, None) => String::new(),
            },
            at: Moment::of(at, now),
            run_href: run(answer),
        });
    }
    let (kind, title) = match day.state {
        CoverageState::Published => ("published", format!("Now {}", state_words(day))),
        CoverageState::Failed => ("failed", "Failed when it was checked last".to_owned()),
        CoverageState::Expired => ("failed", "Left Microsoft's window uncaptured".to_owned()),
        CoverageState::Empty => ("published", "Answered without any row".to_owned()),
        CoverageState::Awaiting => (
            "awaiting",
            "Not published when it was checked last".to_owned(),
        ),
    };
    story.push(Told {
        kind,
        title,
        text: match day.restated {
            0 => String::new(),
            some => format!("Restated {}.", times(some)),
        },
        at: Moment::of(day.last_checked, now),
        run_href: None,
    });
    let due = in_window && !day.is_stable() && dataset.update.asks_only_what_is_due();
    if let Some(next) = dataset.next_due.filter(|_| due) {
        let left = CoverageDay::STABLE_AFTER - day.equal_checks;
        story.push(Told {
            kind: "next",
            title: "Next check".into(),
            text: match day.state {
                CoverageState::Published if left == 1 => {
                    "If it is the same again, the day is stable and is not asked any more.".into()
                }
                CoverageState::Published => {
                    format!("Stable after {left} more checks with the same content.")
                }
                _ => "It is asked for until it has rows or its window ends.".into(),
            },
            at: Moment::of(next, now),
            run_href: None,
        });
    }
    story
}

/// `never`, `once`, `3 times`.
fn times(number: i64) -> String {
    match number {
        0 => "never".into(),
        1 => "once".into(),
        2 => "twice".into(),
        many => format!("{many} times"),
    }
}

/// `expires today at 24:00 UTC`, `expires in 2 days`.
pub(super) fn expires_in(days_left: i64) -> String {
    match days_left {
        0 => "expires today at 24:00 UTC".into(),
        1 => "expires tomorrow".into(),
        days => format!("expires in {days} days"),
    }
}

/// A message as a sentence of a page.
pub(super) fn sentence(message: &str) -> String {
    let mut letters = message.chars();
    let first = letters.next().map(|first| first.to_uppercase().to_string());
    let text = first.unwrap_or_default() + letters.as_str();
    match text.ends_with(['.', '?', ':']) {
        true => text,
        false => text + ".",
    }
}
