//! The tab Coverage: every day that is known, as a calendar, and the story of one.

use std::collections::BTreeMap;

use axum::{
    extract::{Path, Query, State},
    response::Html,
};
use exmetrics_catalog::Details;
use exmetrics_engine::{day_column, name_days};
use exmetrics_store::{Account, CoverageDay, CoverageState};
use jiff::{ToSpan, civil::Date};
use serde::{Deserialize, Serialize};

use super::{
    charts::is_daily,
    coverage_months::{LegendEntry, Month, legend, months},
    day::{DayStory, expires_in, sentence, story},
    head::{Head, Shown, Tab},
};
use crate::{
    access::Visitor,
    links::Chosen,
    pages::{Frame, moments::Moment},
    problem::Problem,
    site::Site,
    words,
};

/// Days that end within so many days are at risk.
const RISK_DAYS: i64 = 3;

/// How many snapshots are listed.
const MOST_SNAPSHOTS: usize = 200;

#[derive(Serialize)]
struct Page {
    dataset: Head,
    coverage: Coverage,
}

#[derive(Serialize)]
struct Coverage {
    title: String,
    note: Option<String>,
    accounts: Vec<AccountLink>,
    year: Year,
    legend: Vec<LegendEntry>,
    months: Vec<Month>,
    risk: Vec<Notice>,
    failed: Option<Notice>,
    window: String,
    day: Option<DayStory>,
    snapshots: Vec<Snapshot>,
    empty: Option<Empty>,
}

#[derive(Serialize)]
struct AccountLink {
    name: String,
    href: String,
    current: bool,
    state: Option<AccountStanding>,
}

#[derive(Serialize)]
struct AccountStanding {
    word: &'static str,
}

#[derive(Serialize)]
struct Year {
    text: String,
    older_href: Option<String>,
    newer_href: Option<String>,
}

#[derive(Serialize)]
struct Notice {
    title: String,
    text: String,
    days: Vec<String>,
    account_id: String,
    can_fetch: bool,
}

#[derive(Serialize)]
struct Snapshot {
    period: String,
    refresh: Moment,
    account: String,
    rows: String,
    state: SnapshotState,
    first_seen: Moment,
    restated: String,
    rows_href: String,
}

#[derive(Serialize)]
struct SnapshotState {
    kind: &'static str,
    word: &'static str,
}

#[derive(Serialize)]
struct Empty {
    title: &'static str,
    text: String,
}

/// What was chosen.
#[derive(Debug, Deserialize)]
pub(super) struct Wanted {
    account: Option<String>,
    year: Option<i16>,
    day: Option<Date>,
}

/// The days of one account.
pub(super) struct Calendar<'a> {
    /// The account's name, and what the table calls it.
    pub(super) name: String,
    pub(super) label: String,
    /// Whether it still feeds the DataSet.
    pub(super) feeds: bool,
    pub(super) day_column: String,
    path: String,
    days: BTreeMap<Date, &'a CoverageDay>,
    today: Date,
    window: Option<i64>,
    is_first: bool,
}

impl Calendar<'_> {
    /// The last day on which Microsoft answers for a day.
    pub(super) fn expires_on(&self, day: Date) -> Option<Date> {
        day.checked_add(self.window?.days()).ok()
    }

    /// How many days Microsoft still answers for a day after today.
    pub(super) fn days_left(&self, day: Date) -> Option<i64> {
        let end = self.expires_on(day)?;
        Some(i64::from((end - self.today).get_days()))
    }

    /// Whether Microsoft still answers for a day.
    pub(super) fn still_there(&self, day: Date) -> bool {
        day < self.today && self.days_left(day).is_some_and(|left| left >= 0)
    }

    pub(super) fn next(&self, day: Date) -> Option<Date> {
        let after = day.tomorrow().ok()?;
        self.days.range(after..).next().map(|(day, _)| *day)
    }

    pub(super) fn previous(&self, day: Date) -> Option<Date> {
        self.days.range(..day).next_back().map(|(day, _)| *day)
    }

    pub(super) fn href_of_day(&self, day: Date) -> String {
        let chosen = match self.is_first {
            true => Chosen::default(),
            false => Chosen::default().with("account", &self.name),
        };
        chosen
            .with("year", &day.year().to_string())
            .with("day", &day.to_string())
            .at(&self.path)
    }
}

/// `GET /datasets/{id}/coverage?account=&year=&day=`
pub(super) async fn page(
    State(site): State<Site>,
    visitor: Visitor,
    Path(id): Path<String>,
    Query(wanted): Query<Wanted>,
) -> Result<Html<String>, Problem> {
    let shown = Shown::of(&site, &visitor, &id, Tab::Coverage).await?;
    let title = format!("{}, coverage", shown.dataset.name);
    let frame = Frame::of(&site, &visitor, "datasets", title).await?;
    let known = site.engine.store().coverage(&id).await?;
    let accounts = site.engine.store().accounts().await?;
    let coverage = coverage(&site, &shown, &wanted, &known, &accounts).await?;
    let page = Page {
        dataset: shown.head,
        coverage,
    };
    frame.page(&site, "dataset/coverage.html", page)
}

async fn coverage(
    site: &Site,
    shown: &Shown,
    wanted: &Wanted,
    known: &[CoverageDay],
    accounts: &[Account],
) -> Result<Coverage, Problem> {
    let today = site.engine.today();
    let named = named_accounts(shown, known, accounts);
    let current = named
        .iter()
        .position(|(_, name)| Some(name) == wanted.account.as_ref())
        .unwrap_or(0);
    let daily = is_daily(shown.report, shown.dataset.details);
    let window = shown.report.window_days().map(i64::from);
    let Some((account_id, name)) = named.get(current).filter(|_| !known.is_empty()) else {
        return Ok(nothing_yet(shown, window, today));
    };
    let calendar = Calendar {
        name: name.clone(),
        label: accounts
            .iter()
            .find(|account| account.id == *account_id)
            .map_or_else(|| name.clone(), |account| account.label.clone()),
        feeds: shown
            .dataset
            .accounts
            .iter()
            .any(|(id, _)| id == account_id),
        day_column: day_column(shown.report, shown.dataset.details).to_owned(),
        path: format!("{}/coverage", shown.head.href),
        days: known
            .iter()
            .filter(|day| day.account_id == *account_id)
            .map(|day| (day.day, day))
            .collect(),
        today,
        window: window.filter(|_| daily),
        is_first: current == 0,
    };
    let newest_year = calendar
        .days
        .keys()
        .next_back()
        .map_or(today.year(), |day| day.year());
    let year = wanted.year.unwrap_or(newest_year);
    let chosen = wanted.day.filter(|_| daily);
    let day = match chosen.and_then(|day| calendar.days.get(&day)) {
        Some(day) => Some(story(site, &shown.dataset, &calendar, day).await?),
        None => None,
    };
    let links = named
        .iter()
        .enumerate()
        .map(|(place, (id, name))| AccountLink {
            name: name.clone(),
            href: match place {
                0 => calendar.path.clone(),
                _ => Chosen::default().with("account", name).at(&calendar.path),
            },
            current: place == current,
            state: known
                .iter()
                .any(|day| day.account_id == *id && day.state == CoverageState::Failed)
                .then_some(AccountStanding {
                    word: "has failed days",
                }),
        });
    Ok(Coverage {
        title: title(&calendar, daily),
        note: note(&calendar, daily),
        accounts: links.collect(),
        year: years(&calendar, year),
        legend: if daily {
            legend(&calendar.days)
        } else {
            Vec::new()
        },
        months: if daily {
            months(&calendar.days, year, chosen)
        } else {
            Vec::new()
        },
        risk: if daily {
            risk(&calendar, account_id)
        } else {
            Vec::new()
        },
        failed: if daily {
            failed(site, shown, &calendar, account_id).await?
        } else {
            None
        },
        window: window_words(&calendar, daily, today),
        day,
        snapshots: if daily {
            Vec::new()
        } else {
            snapshots(site, shown, &calendar)
        },
        empty: None,
    })
}

/// The accounts that feed the DataSet, then those that fed it once.
fn named_accounts(
    shown: &Shown,
    known: &[CoverageDay],
    accounts: &[Account],
) -> Vec<(String, String)> {
    let mut named = shown.dataset.accounts.clone();
    for day in known {
        if named.iter().all(|(id, _)| *id != day.account_id) {
            let found = accounts.iter().find(|account| account.id == day.account_id);
            let name = found.map_or_else(
                || "removed account".to_owned(),
                |account| account.name.clone(),
            );
            named.push((day.account_id.clone(), name));
        }
    }
    named
}

fn title(calendar: &Calendar<'_>, daily: bool) -> String {
    let published = calendar
        .days
        .values()
        .filter(|day| day.state == CoverageState::Published)
        .count();
    match daily {
        true => format!(
            "{} of {} published",
            words::number(published as u64),
            words::count(calendar.days.len() as u64, "day")
        ),
        false => format!("{} kept", words::count(published as u64, "snapshot")),
    }
}

fn note(calendar: &Calendar<'_>, daily: bool) -> Option<String> {
    let (first, last) = (
        calendar.days.keys().next()?,
        calendar.days.keys().next_back()?,
    );
    let by = if daily {
        "day of the report"
    } else {
        "refresh date"
    };
    Some(format!(
        "{} – {}, by {by}",
        words::day(*first),
        words::day(*last)
    ))
}

fn years(calendar: &Calendar<'_>, year: i16) -> Year {
    let at = |year: i16| {
        let chosen = match calendar.is_first {
            true => Chosen::default(),
            false => Chosen::default().with("account", &calendar.name),
        };
        chosen.with("year", &year.to_string()).at(&calendar.path)
    };
    let years = || calendar.days.keys().map(|day| day.year());
    Year {
        text: year.to_string(),
        older_href: years().rev().find(|other| *other < year).map(at),
        newer_href: years().find(|other| *other > year).map(at),
    }
}

fn risk(calendar: &Calendar<'_>, account_id: &str) -> Vec<Notice> {
    let at_risk = calendar.days.values().filter(|day| {
        matches!(day.state, CoverageState::Awaiting | CoverageState::Failed)
            && calendar.still_there(day.day)
            && calendar
                .days_left(day.day)
                .is_some_and(|left| left <= RISK_DAYS)
    });
    at_risk
        .map(|day| Notice {
            title: format!(
                "{} {} and has no rows.",
                words::day(day.day),
                expires_in(calendar.days_left(day.day).unwrap_or_default())
            ),
            text: format!("{}, {}.", calendar.name, day.state.as_str()),
            days: vec![day.day.to_string()],
            account_id: account_id.to_owned(),
            can_fetch: calendar.feeds,
        })
        .collect()
}

async fn failed(
    site: &Site,
    shown: &Shown,
    calendar: &Calendar<'_>,
    account_id: &str,
) -> Result<Option<Notice>, Problem> {
    let failed: Vec<Date> = calendar
        .days
        .values()
        .filter(|day| day.state == CoverageState::Failed && calendar.still_there(day.day))
        .map(|day| day.day)
        .collect();
    let Some(newest) = failed.last() else {
        return Ok(None);
    };
    let answers = site
        .engine
        .store()
        .answers_of_day(&shown.dataset.id, account_id, *newest, 1)
        .await?;
    let why = answers
        .into_iter()
        .next_back()
        .and_then(|answer| answer.message);
    Ok(Some(Notice {
        title: format!(
            "{} failed: {}.",
            words::count(failed.len() as u64, "day"),
            name_days(&failed)
        ),
        text: why.map(|why| sentence(&why)).unwrap_or_default(),
        days: failed.iter().map(Date::to_string).collect(),
        account_id: account_id.to_owned(),
        can_fetch: calendar.feeds,
    }))
}

fn window_words(calendar: &Calendar<'_>, daily: bool, today: Date) -> String {
    if !daily {
        return "This DataSet keeps snapshots: each is of its refresh date, and Microsoft has only the \
                newest."
            .into();
    }
    let oldest = calendar
        .window
        .and_then(|window| today.checked_sub(window.days()).ok());
    match (oldest, today.yesterday()) {
        (Some(oldest), Ok(newest)) => format!(
            "Microsoft still has {} – {}. What is older is only here.",
            words::short_day(oldest, today),
            words::short_day(newest, today)
        ),
        _ => String::new(),
    }
}

fn snapshots(site: &Site, shown: &Shown, calendar: &Calendar<'_>) -> Vec<Snapshot> {
    let now = site.now();
    let period = match shown.dataset.details {
        Details::Period(period) => period.to_string(),
        _ => "as it stood".into(),
    };
    let days = calendar.days.values().rev().take(MOST_SNAPSHOTS);
    days.map(|day| {
        let filter = Chosen::default()
            .with(&format!("f.{}", calendar.day_column), &day.day.to_string())
            .with("f._account", &format!("={}", calendar.label));
        Snapshot {
            period: period.clone(),
            refresh: Moment::day(day.day),
            account: calendar.name.clone(),
            rows: day
                .rows
                .and_then(|rows| u64::try_from(rows).ok())
                .map_or_else(|| "none".into(), words::number),
            state: SnapshotState {
                kind: day.state.as_str(),
                word: day.state.as_str(),
            },
            first_seen: Moment::of(day.first_seen, now),
            restated: match day.restated {
                0 => "no".into(),
                1 => "once".into(),
                many => format!("{many} times"),
            },
            rows_href: filter.at(&format!("{}/data", shown.head.href)),
        }
    })
    .collect()
}

fn nothing_yet(shown: &Shown, window: Option<i64>, today: Date) -> Coverage {
    let oldest = window.and_then(|window| today.checked_sub(window.days()).ok());
    let window = oldest.map_or_else(
        || "Microsoft has only the newest snapshot of this report.".to_owned(),
        |oldest| {
            format!(
                "Microsoft has {} to yesterday. A day expires each night.",
                words::short_day(oldest, today)
            )
        },
    );
    Coverage {
        title: "No day yet".into(),
        note: None,
        accounts: Vec::new(),
        year: Year {
            text: today.year().to_string(),
            older_href: None,
            newer_href: None,
        },
        legend: Vec::new(),
        months: Vec::new(),
        risk: Vec::new(),
        failed: None,
        window,
        day: None,
        snapshots: Vec::new(),
        empty: Some(match shown.newest {
            None => Empty {
                title: "No day was asked for yet",
                text: "The first run asks for every day of its details that Microsoft still has."
                    .into(),
            },
            Some(_) => Empty {
                title: "No day is known",
                text: "No run has been answered yet. History says what each one met.".into(),
            },
        }),
    }
}
