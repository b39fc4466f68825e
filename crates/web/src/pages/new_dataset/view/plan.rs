//! What the DataSet would ask if it ran now.

use exmetrics_catalog::{Ask, Details, Grain};
use exmetrics_engine::{PlanView, name_days};
use jiff::{SignedDuration, Timestamp, ToSpan, civil::Date, tz::TimeZone};
use serde::Serialize;

use super::{
    calendar::{Count, Month, NameOfDay, counts, kinds, months, weekdays},
    details::until,
};
use crate::{
    pages::new_dataset::{reading::Reading, world::World},
    problem::Problem,
    site::Site,
    words,
};

/// So many waves of requests are drawn.
const MOST_WAVES: usize = 6;
/// So many places of a wave are drawn.
const MOST_CELLS: usize = 56;

/// The plan.
#[derive(Debug, Serialize)]
pub(super) struct PlanPart {
    when: Option<String>,
    empty: Option<String>,
    stop: Option<Stop>,
    counts: Vec<Count>,
    weekdays: Vec<NameOfDay>,
    months: Vec<Month>,
    months_note: Option<String>,
    requests: Option<Requests>,
    sentences: Vec<String>,
}

#[derive(Debug, Serialize)]
struct Stop {
    title: &'static str,
    text: String,
}

#[derive(Debug, Serialize)]
struct Requests {
    title: String,
    quota: String,
    waves: Vec<WaveRow>,
    more: Option<String>,
}

#[derive(Debug, Serialize)]
struct WaveRow {
    at: String,
    text: String,
    cells: Vec<bool>,
}

/// The days of a plan by what becomes of them.
#[derive(Debug, Default)]
pub(super) struct DayLists {
    expired: Vec<Date>,
    asked: usize,
}

impl DayLists {
    pub(super) fn is_expired(&self, day: Date) -> bool {
        self.expired.contains(&day)
    }

    pub(super) fn asks_some(&self) -> bool {
        self.asked > 0
    }

    /// `20 Oct to 25 Oct have`, `1 day, 20 Oct, has`.
    pub(super) fn expired_words(&self, today: Date) -> String {
        match (self.expired.first(), self.expired.last()) {
            (Some(first), Some(last)) if first != last => format!(
                "{} to {} have",
                words::short_day(*first, today),
                words::short_day(*last, today)
            ),
            (Some(only), _) => format!("{} has", words::short_day(*only, today)),
            _ => String::new(),
        }
    }
}

pub(super) async fn plan(
    site: &Site,
    world: &World,
    reading: &Reading,
) -> Result<(PlanPart, DayLists), Problem> {
    let mut part = PlanPart {
        when: None,
        empty: None,
        stop: None,
        counts: Vec::new(),
        weekdays: weekdays(),
        months: Vec::new(),
        months_note: None,
        requests: None,
        sentences: Vec::new(),
    };
    let empty = match (reading.report, reading.details) {
        (None, _) => {
            "Choose a report, and its plan is shown here: the days it will ask for, how many requests, \
             and how long the quota makes them take."
        }
        (Some(_), None) => "The plan is shown once the details can be read.",
        (Some(_), Some(_)) if reading.accounts.is_empty() => {
            "The plan is shown once an account is chosen."
        }
        (Some(report), Some(details)) => {
            let engine = &site.engine;
            let accounts = &reading.accounts;
            let there = world.there.as_ref();
            let plans = engine
                .plan_unsaved(report, accounts, details, reading.update, there)
                .await?;
            let view = engine.view_plan(report, &plans, accounts).await?;
            let asks_days = plans
                .iter()
                .flat_map(|planned| &planned.plan.requests)
                .any(|request| matches!(request.ask, Ask::Date(_)));
            part.when = Some(format!(
                "if it ran now, {}",
                world.now.strftime("%a %-d %b %Y, %H:%M UTC")
            ));
            let kinds = kinds(&view);
            part.counts = counts(&kinds);
            (part.months, part.months_note) = months(&kinds);
            part.requests = requests(world.now, &view, accounts.len());
            part.stop = stop(world, reading, &view);
            part.sentences = sentences(world, reading, &view, asks_days);
            let lists = DayLists {
                expired: view.expired.clone(),
                asked: view.requests.len(),
            };
            return Ok((part, lists));
        }
    };
    part.empty = Some(empty.into());
    Ok((part, DayLists::default()))
}

fn requests(now: Timestamp, view: &PlanView, accounts: usize) -> Option<Requests> {
    let all = view.requests.len();
    if all == 0 {
        return None;
    }
    let (limit, window) = view.quota;
    let of = usize::try_from(limit).unwrap_or(1) * accounts.max(1);
    let takes = match view.estimated_seconds {
        0 => "at once".to_owned(),
        seconds => {
            let length = SignedDuration::from_secs(i64::try_from(seconds).unwrap_or(i64::MAX));
            format!("about {}", words::span(length))
        }
    };
    let clock = |seconds: u64| {
        let later = SignedDuration::from_secs(i64::try_from(seconds).unwrap_or(0));
        let at = now.saturating_add(later).unwrap_or(now);
        let at = at.to_zoned_datetime(TimeZone::UTC);
        at.strftime("%H:%M").to_string()
    };
    let waves = view.waves.iter().take(MOST_WAVES).map(|wave| WaveRow {
        at: match wave.seconds {
            0 => format!("{}, at once", clock(0)),
            seconds => clock(seconds),
        },
        text: format!("{} of {of}", wave.requests),
        cells: (0..of.min(MOST_CELLS))
            .map(|cell| cell < wave.requests)
            .collect(),
    });
    let left = view.waves.len().saturating_sub(MOST_WAVES);
    let more = view.waves.last().filter(|_| left > 0).map(|last| {
        format!(
            "And so on {} more times, until {} UTC.",
            left,
            clock(last.seconds)
        )
    });
    let window = SignedDuration::from_secs(i64::try_from(window).unwrap_or(0));
    let window = match words::span(window) {
        text if text.ends_with(" min") => text.replace(" min", " minutes"),
        text => text,
    };
    Some(Requests {
        title: format!("{}, {takes}", words::count(all as u64, "request")),
        quota: match accounts {
            0 | 1 => format!("quota {limit} in {window}"),
            _ => format!("quota {limit} in {window} for each account"),
        },
        waves: waves.collect(),
        more,
    })
}

fn stop(world: &World, reading: &Reading, view: &PlanView) -> Option<Stop> {
    let nothing = view.requests.is_empty() && view.settled.is_empty() && view.awaiting.is_empty();
    let report = reading.report.filter(|_| nothing)?;
    let window = report.window_days().unwrap_or(0);
    let oldest = world.today.checked_sub(i32::from(window).days()).ok();
    let oldest = oldest.map(words::day).unwrap_or_default();
    let text = match (view.expired.len(), view.too_early.len()) {
        (0, _) => "No day of it is over yet. A run would fail and say so.".to_owned(),
        (expired, 0) => format!(
            "{} expired: this report goes back {window} days, to {oldest}. A run would fail and say so.",
            match expired {
                1 => "The day has".to_owned(),
                many => format!("All {many} days have"),
            }
        ),
        _ => format!(
            "Its days have expired or are not over yet: this report goes back {window} days, to \
             {oldest}. A run would fail and say so."
        ),
    };
    Some(Stop {
        title: "Nothing is left to ask",
        text,
    })
}

fn sentences(world: &World, reading: &Reading, view: &PlanView, asks_days: bool) -> Vec<String> {
    let (Some(report), Some(details)) = (reading.report, reading.details) else {
        return Vec::new();
    };
    let mut sentences = Vec::new();
    let today = world.today;
    match details {
        Details::Current => sentences.push("One reply, as things stand at that moment.".to_owned()),
        Details::Period(period) => {
            if let Some(days) = period.days() {
                sentences.push(format!(
                    "One reply with the {days} days that end with the newest one that is published."
                ));
            }
            if report.grain == Grain::Trend && reading.update.asks_only_what_is_due() {
                sentences.push(
                    "Run daily, it keeps every day: a day that comes again replaces itself, and what \
                     Microsoft restated is put right."
                        .into(),
                );
            }
        }
        Details::Date(_) | Details::Range { .. } => {
            let first = view.kept.first();
            if let (Some(first), true) = (first, asks_days && view.kept.len() > 1) {
                let last = until(*first, report).map(|day| words::short_day(day, today));
                sentences.push(format!(
                    "Oldest first: {} goes first, it can be had until {}.",
                    words::short_day(*first, today),
                    last.unwrap_or_default()
                ));
            }
            if view.kept.len() == 1 {
                sentences.push(
                    "Microsoft publishes a day after about two days. A day that is not there yet is \
                     asked for again until it is."
                        .into(),
                );
            }
            if !asks_days && !view.kept.is_empty() {
                sentences.push(
                    "The days come out of the smallest period that holds them, in one reply."
                        .into(),
                );
            }
            if reading.accounts.len() > 1 && asks_days {
                sentences.push(format!(
                    "Each of the {} days is asked once for each of the {} accounts. Each account has a \
                     quota of its own.",
                    view.kept.len(),
                    reading.accounts.len()
                ));
            }
            if !view.settled.is_empty() {
                sentences.push(format!(
                    "{} settled and not asked again.",
                    match view.settled.len() {
                        1 => format!("1 day is ({})", name_days(&view.settled)),
                        many => format!("{many} days are"),
                    }
                ));
            }
        }
    }
    sentences
}
