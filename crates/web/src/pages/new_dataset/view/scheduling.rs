//! The third pane: when it runs.

use exmetrics_catalog::Schedule;
use jiff::{SignedDuration, Timestamp, tz::TimeZone};
use serde::Serialize;

use super::{
    Said,
    rest::{retry_words, update_words},
    schedule_menus::{ScheduleMenus, menus},
    zones::ZONES,
};
use crate::{
    pages::new_dataset::{
        boxes::PaneHead,
        fault::{Pane, sentence},
        fields::Carried,
        reading::Reading,
        schedule_form,
        world::World,
    },
    words,
};

/// The next so many runs are shown.
const NEXT: usize = 5;

/// The pane.
#[derive(Debug, Serialize)]
pub(super) struct SchedulingPane {
    #[serde(flatten)]
    head: PaneHead,
    fixed: Option<String>,
    #[serde(flatten)]
    menus: ScheduleMenus,
    zones: &'static [&'static str],
    sentence: Option<String>,
    expression: Option<String>,
    next: Vec<NextRun>,
    sentences: Vec<String>,
    carried: Vec<Carried>,
}

#[derive(Debug, Serialize)]
struct NextRun {
    at: String,
    text: String,
    utc: Option<String>,
    until: String,
}

pub(super) fn scheduling(
    world: &World,
    reading: &Reading,
    said: &Said<'_>,
    open: bool,
) -> SchedulingPane {
    let fields = &reading.fields;
    let keeps = reading.keeps_every_day() && world.there.is_none();
    let mut shown = Vec::new();
    let mut pane = SchedulingPane {
        head: head(reading, said, open),
        fixed: keeps.then(|| {
            "Keep every day runs daily at 06:00 UTC, and at once when it is saved.".into()
        }),
        menus: ScheduleMenus::default(),
        zones: &ZONES,
        sentence: None,
        expression: None,
        next: Vec::new(),
        sentences: Vec::new(),
        carried: Vec::new(),
    };
    if !keeps {
        menus(&mut pane.menus, &mut shown, reading, said);
    }
    next_runs(&mut pane, world.now, reading);
    let mut all = schedule_form::NAMES.to_vec();
    all.push("time_zone");
    pane.carried = fields.carried(&all, &shown);
    pane
}

fn head(reading: &Reading, said: &Said<'_>, open: bool) -> PaneHead {
    let failed = said.any_in(Pane::Scheduling);
    let lead = reading.schedule.as_ref().map(|schedule| match schedule {
        Some(schedule) => capital(&schedule.describe()),
        None => "Only when started by hand".into(),
    });
    let rest = format!("{} · {}", retry_words(reading), update_words(reading));
    PaneHead {
        state: match (failed, &reading.schedule) {
            (true, _) => "error",
            (false, Some(_)) => "done",
            (false, None) => "todo",
        },
        open,
        summary: Some(match lead {
            Some(_) => rest,
            None => "The schedule cannot be read yet".into(),
        }),
        lead,
    }
}

fn capital(text: &str) -> String {
    let said = sentence(text);
    said.strip_suffix('.').unwrap_or(&said).to_owned()
}

fn next_runs(pane: &mut SchedulingPane, now: Timestamp, reading: &Reading) {
    let schedule = match &reading.schedule {
        None => {
            pane.sentences
                .push("They are shown once the schedule can be read.".into());
            return;
        }
        Some(None) => {
            pane.sentence = Some("Only when started by hand.".into());
            pane.expression = Some("manual".into());
            return;
        }
        Some(Some(schedule)) => schedule,
    };
    pane.sentence = Some(sentence(&schedule.describe()));
    pane.expression = Some(schedule.to_string());
    pane.next = schedule
        .next_times(now, NEXT)
        .into_iter()
        .map(|at| next_run(schedule, at, now))
        .collect();
    pane.sentences.push(match pane.next.is_empty() {
        true => "It never comes due.".into(),
        false => {
            "A run that was missed while the service was off runs once when it is back.".into()
        }
    });
}

fn next_run(schedule: &Schedule, at: Timestamp, now: Timestamp) -> NextRun {
    let utc = at.to_zoned_datetime(TimeZone::UTC);
    let zone = TimeZone::get(schedule.zone_name()).unwrap_or(TimeZone::UTC);
    let local = at.to_zoned_datetime(zone);
    let left: SignedDuration = at.duration_since(now);
    let days = (utc.date() - now.to_zoned_datetime(TimeZone::UTC).date()).get_days();
    let until = match left.as_hours() {
        0 => format!("in {} min", left.as_mins().max(1)),
        hours @ 1..48 => format!("in {hours} h"),
        _ => format!("in {days} days"),
    };
    NextRun {
        at: words::when(at, now).at,
        text: local.strftime("%a %-d %b %Y, %H:%M").to_string(),
        utc: (local.offset() != utc.offset()).then(|| utc.strftime("%H:%M UTC").to_string()),
        until,
    }
}
