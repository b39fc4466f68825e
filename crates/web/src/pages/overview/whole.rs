//! Whether the data is whole: what is up to date, what is kept, what is at risk, what comes next.

use std::collections::{BTreeSet, HashMap};

use exmetrics_catalog::{Report, catalog};
use exmetrics_engine::{DataSetStanding, Standing};
use exmetrics_store::{AccountState, CoverageState, Kept};
use jiff::{SignedDuration, ToSpan, civil::Date, tz::TimeZone};
use serde::Serialize;

use crate::{
    pages::datasets::word,
    problem::Problem,
    site::Site,
    words::{count, day, number, short_day, span, when},
};

/// Something that a person must know.
#[derive(Debug, Serialize)]
pub(super) struct Trouble {
    kind: &'static str,
    title: String,
    text: Option<String>,
    href: String,
    label: &'static str,
}

#[derive(Serialize)]
pub(super) struct Figures {
    datasets: Shares,
    days_kept: Figure,
    days_at_risk: Figure,
    next_run: Figure,
}

#[derive(Serialize)]
struct Shares {
    value: String,
    unit: String,
    kind: &'static str,
    share: Vec<Share>,
}

#[derive(Serialize)]
struct Share {
    label: &'static str,
    count: usize,
    kind: &'static str,
    href: String,
    x: f64,
    width: f64,
}

#[derive(Serialize)]
struct Figure {
    label: &'static str,
    value: String,
    unit: String,
    kind: &'static str,
    rows: Vec<FigureRow>,
}

#[derive(Serialize)]
struct FigureRow {
    label: String,
    value: String,
    href: Option<String>,
}

/// What is kept of each DataSet that is looked at.
pub(super) async fn kept(
    site: &Site,
    standings: &[DataSetStanding],
) -> Result<HashMap<String, Kept>, Problem> {
    let today = site.engine.today().to_zoned_datetime(TimeZone::UTC);
    let midnight = today.map_or_else(|_| site.now(), |midnight| midnight.timestamp());
    let mut kept = site.engine.store().kept(midnight).await?;
    let own: BTreeSet<&str> = standings
        .iter()
        .map(|one| one.dataset.id.as_str())
        .collect();
    kept.retain(|id, _| own.contains(id.as_str()));
    Ok(kept)
}

/// The sentence that one came for.
pub(super) async fn sentence(
    site: &Site,
    standings: &[DataSetStanding],
    kept: &HashMap<String, Kept>,
) -> Result<String, Problem> {
    // As far as every DataSet that keeps days has come.
    let Some(whole_to) = kept.values().filter_map(|one| one.last).min() else {
        let next = standings
            .iter()
            .filter_map(|one| one.dataset.next_due)
            .min();
        return Ok(match next {
            Some(at) => format!(
                "Nothing has been captured yet. The first run is due {}.",
                when(at, site.now()).text
            ),
            None => "Nothing has been captured yet, and nothing is scheduled.".into(),
        });
    };
    let missing = site.engine.store().missing(whole_to).await?;
    let missing: Vec<_> = missing
        .iter()
        .filter(|(id, ..)| kept.contains_key(id))
        .collect();
    let days: u64 = missing.iter().map(|(_, _, days)| days).sum();
    let datasets: BTreeSet<&String> = missing.iter().map(|(id, ..)| id).collect();
    let open = missing
        .iter()
        .filter(|(_, state, _)| *state != CoverageState::Expired);
    let open: u64 = open.map(|(_, _, days)| days).sum();
    Ok(match (days, open) {
        (0, _) => format!("Whole up to {}.", day(whole_to)),
        (days, 0) => format!(
            "Whole up to {}, except {} in {}; none of them can be had any more.",
            day(whole_to),
            count(days, "day"),
            count(datasets.len() as u64, "DataSet")
        ),
        (days, open) => format!(
            "Whole up to {}, except {} in {}; {} of them can still be fetched.",
            day(whole_to),
            count(days, "day"),
            count(datasets.len() as u64, "DataSet"),
            number(open)
        ),
    })
}

/// What needs a person.
pub(super) async fn attention(site: &Site) -> Result<Vec<Trouble>, Problem> {
    let accounts = site.engine.store().accounts().await?.into_iter();
    Ok(accounts
        .filter(|account| account.state == AccountState::Failed)
        .take(3)
        .map(|account| Trouble {
            kind: "bad",
            title: format!(
                "{}: {}",
                account.name,
                account
                    .message
                    .unwrap_or_else(|| "its last check failed".into())
            ),
            text: account.next_step,
            href: format!("/accounts/{}", account.id),
            label: "See what to do",
        })
        .collect())
}

/// The four figures.
pub(super) async fn figures(
    site: &Site,
    standings: &[DataSetStanding],
    kept: &HashMap<String, Kept>,
) -> Result<Figures, Problem> {
    Ok(Figures {
        datasets: shares(standings),
        days_kept: days_kept(site, standings, kept).await?,
        days_at_risk: at_risk(site, standings).await?,
        next_run: next_run(site, standings),
    })
}

fn shares(standings: &[DataSetStanding]) -> Shares {
    let of = |standing| {
        standings
            .iter()
            .filter(|one| one.standing == standing)
            .count()
    };
    let total = standings.len().max(1) as f64;
    let mut x = 0.0;
    let mut share = Vec::new();
    for (standing, kind) in [
        (Standing::UpToDate, "good"),
        (Standing::Late, "wait"),
        (Standing::Failing, "bad"),
        (Standing::NeverRun, "mute"),
    ] {
        let many = of(standing);
        let width = (many as f64 / total * 10_000.0).round() / 100.0;
        if many > 0 {
            share.push(Share {
                label: word(standing),
                count: many,
                kind,
                href: format!("/datasets?state={}", word(standing).replace(' ', "-")),
                x,
                width,
            });
        }
        x += width;
    }
    Shares {
        value: of(Standing::UpToDate).to_string(),
        unit: format!("of {} up to date", standings.len()),
        kind: if of(Standing::Failing) > 0 { "bad" } else { "" },
        share,
    }
}

async fn days_kept(
    site: &Site,
    standings: &[DataSetStanding],
    kept: &HashMap<String, Kept>,
) -> Result<Figure, Problem> {
    let days: u64 = kept.values().map(|one| one.days).sum();
    let new: u64 = kept.values().map(|one| one.new).sum();
    let today = site.engine.today();
    let mut gone = 0;
    for one in standings
        .iter()
        .filter(|one| kept.contains_key(&one.dataset.id))
    {
        let window = catalog()
            .find(&one.dataset.report)
            .ok()
            .and_then(Report::window_days);
        // A snapshot without a window is gone as soon as the next one comes.
        let first = today
            .checked_sub(i32::from(window.unwrap_or(2)).days())
            .unwrap_or(today);
        gone += site
            .engine
            .store()
            .kept_before(&one.dataset.id, first)
            .await?;
    }
    let first = kept.values().filter_map(|one| one.first).min();
    Ok(Figure {
        label: "Days kept",
        value: number(days),
        unit: format!("+{} today", number(new)),
        kind: "",
        rows: vec![
            FigureRow {
                label: "First day".into(),
                value: first.map_or_else(|| "none".into(), day),
                href: None,
            },
            FigureRow {
                label: "No longer at Microsoft".into(),
                value: number(gone),
                href: None,
            },
        ],
    })
}

async fn at_risk(site: &Site, standings: &[DataSetStanding]) -> Result<Figure, Problem> {
    let today = site.engine.today();
    let mut days: Vec<(Date, Date, String, String)> = Vec::new();
    for (_, datasets) in site.engine.days_at_risk().await?.into_values() {
        for (name, open) in datasets {
            let Some(one) = standings.iter().find(|one| one.dataset.name == name) else {
                continue;
            };
            let window = catalog()
                .find(&one.dataset.report)
                .ok()
                .and_then(Report::window_days);
            for day in open {
                let ends = day
                    .checked_add(i32::from(window.unwrap_or_default()).days())
                    .unwrap_or(day);
                days.push((ends, day, name.clone(), one.dataset.id.clone()));
            }
        }
    }
    days.sort();
    let unit = match days.first() {
        Some((ends, ..)) if *ends <= today => "first expires today".to_owned(),
        Some((ends, ..)) => format!("first expires on {}", short_day(*ends, today)),
        None => "nothing is about to be lost".to_owned(),
    };
    Ok(Figure {
        label: "Days at risk",
        value: number(days.len() as u64),
        unit,
        kind: if days.is_empty() { "" } else { "bad" },
        rows: days
            .iter()
            .take(2)
            .map(|(ends, day, name, id)| FigureRow {
                label: format!("{}, {name}", short_day(*day, today)),
                value: match *ends <= today {
                    true => "today".into(),
                    false => short_day(*ends, today),
                },
                href: Some(format!("/datasets/{id}/coverage?day={day}")),
            })
            .collect(),
    })
}

fn next_run(site: &Site, standings: &[DataSetStanding]) -> Figure {
    let now = site.now();
    let mut next: Vec<_> = standings
        .iter()
        .filter_map(|one| Some((one.dataset.next_due?, one)))
        .collect();
    next.sort_by_key(|(at, _)| *at);
    let clock = |at: jiff::Timestamp| {
        let moment = at.to_zoned_datetime(TimeZone::UTC);
        let today = now.to_zoned_datetime(TimeZone::UTC).date();
        match moment.date() == today {
            true => moment.strftime("%H:%M").to_string(),
            false => format!(
                "{}, {}",
                short_day(moment.date(), today),
                moment.strftime("%H:%M")
            ),
        }
    };
    Figure {
        label: "Next run",
        value: next
            .first()
            .map_or_else(|| "none".into(), |(at, _)| clock(*at)),
        unit: match next.first() {
            Some((at, _)) => {
                let left = at.duration_since(now).max(SignedDuration::ZERO);
                format!("in {}", span(left))
            }
            None => "everything is run by hand".into(),
        },
        kind: "",
        rows: next
            .iter()
            .take(2)
            .map(|(at, one)| FigureRow {
                label: one.dataset.name.clone(),
                value: clock(*at),
                href: Some(format!("/datasets/{}", one.dataset.id)),
            })
            .collect(),
    }
}
