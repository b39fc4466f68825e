//! Every report by each of its parameters: what `pull` shows is what the tenant sent, cell by cell.

use std::{
    collections::VecDeque,
    sync::{Mutex, PoisonError},
    thread,
};

use exmetrics_catalog::{Ask, Grain, Parameter, Period, Report, catalog};
use exmetrics_sim::Sim;
use jiff::{ToSpan, civil::Date};

use crate::{
    home::{Ended, Home},
    naive::{self, Grid},
    people::add_person,
    tenant::tenant,
    wire,
};

const TODAY: Date = jiff::civil::date(2026, 11, 23);
/// Processes that run side by side.
const AT_ONCE: usize = 4;

/// One pull, and where its rows come from.
struct Pull {
    report: &'static Report,
    details: Vec<String>,
    /// What has to be asked, oldest first.
    asks: Vec<Ask>,
    /// The days kept of the replies.
    keep: Option<Vec<Date>>,
}

fn back(days: i64) -> Date {
    TODAY.saturating_sub(days.days())
}

fn days(from: i64, to: i64) -> Vec<Date> {
    (to..=from).rev().map(back).collect()
}

/// The smallest period that reaches so many days back.
fn covering(report: &Report, days_back: u16) -> Ask {
    let mut lengths: Vec<u16> = report.periods.iter().filter_map(Period::days).collect();
    lengths.sort_unstable();
    let length = lengths
        .into_iter()
        .find(|length| *length >= days_back)
        .expect("a period");
    Ask::Period(Period::Days(length))
}

fn pulls() -> Vec<Pull> {
    let mut pulls = Vec::new();
    for report in catalog().all() {
        let mut add = |details: &[&str], asks: Vec<Ask>, keep: Option<Vec<Date>>| {
            let details = details.iter().map(|&word| word.to_owned()).collect();
            pulls.push(Pull {
                report,
                details,
                asks,
                keep,
            });
        };
        for period in &report.periods {
            add(
                &["--period", &period.to_string()],
                vec![Ask::Period(*period)],
                None,
            );
        }
        if report.parameters.is_empty() {
            add(&[], vec![Ask::Current], None);
        }
        if report.takes(Parameter::Date) {
            let (first, last) = (back(5), back(3));
            add(&["--date", &last.to_string()], vec![Ask::Date(last)], None);
            add(&["--days-back", "28"], vec![Ask::Date(back(28))], None);
            let asks = days(5, 3).into_iter().map(Ask::Date).collect();
            add(
                &["--from", &first.to_string(), "--to", &last.to_string()],
                asks,
                None,
            );
        } else if report.grain == Grain::Trend {
            let range = ["--from-days-back", "20", "--to", &back(4).to_string()];
            add(
                &["--days-back", "5"],
                vec![covering(report, 5)],
                Some(vec![back(5)]),
            );
            add(&range, vec![covering(report, 20)], Some(days(20, 4)));
        }
    }
    pulls
}

/// Homes that have an account for the app and one for a person.
fn homes(sim: &Sim) -> Vec<Home> {
    (0..AT_ONCE)
        .map(|_| {
            let home = Home::new();
            home.add_account("app", sim);
            add_person(&home, "person", sim).with_code(0);
            home
        })
        .collect()
}

#[test]
fn every_report_by_each_of_its_parameters() {
    let sim = tenant();
    let homes = homes(&sim);
    let tokens = [wire::app_token(&sim), wire::person_token(&sim)];
    let queue: Mutex<VecDeque<Pull>> = Mutex::new(pulls().into());
    let wrong = Mutex::new(Vec::new());
    let next = || {
        queue
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .pop_front()
    };
    thread::scope(|scope| {
        for home in &homes {
            scope.spawn(|| {
                while let Some(pull) = next() {
                    if let Err(problem) = check(home, &sim, &tokens, &pull) {
                        let what =
                            format!("{} {}: {problem}", pull.report.slug, pull.details.join(" "));
                        wrong
                            .lock()
                            .unwrap_or_else(PoisonError::into_inner)
                            .push(what);
                    }
                }
            });
        }
    });
    let wrong = wrong.into_inner().unwrap_or_else(PoisonError::into_inner);
    assert!(
        wrong.is_empty(),
        "{} pulls are wrong:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
    assert_eq!(sim.leaks(), []);
}

fn check(home: &Home, sim: &Sim, tokens: &[String; 2], pull: &Pull) -> Result<(), String> {
    let report = pull.report;
    let by_person = report.permissions.application.is_none();
    let (account, token) = if by_person {
        ("person", &tokens[1])
    } else {
        ("app", &tokens[0])
    };
    let mut expected = naive::read(report, &[]);
    let mut origins = Vec::new();
    for ask in &pull.asks {
        let mut grid = naive::read(report, &wire::reply(sim, token, report, *ask));
        if let (Some(keep), Some(day_column)) = (&pull.keep, &report.day_column) {
            let keep: Vec<String> = keep.iter().map(ToString::to_string).collect();
            grid.keep(day_column, &keep);
        }
        let (period, date) = match ask {
            Ask::Period(period) => (period.to_string(), String::new()),
            Ask::Date(date) => (String::new(), date.to_string()),
            Ask::Current => (String::new(), String::new()),
        };
        origins.extend(vec![[period, date]; grid.rows.len()]);
        expected.rows.extend(grid.rows);
    }
    let mut arguments = vec![
        "pull",
        &report.slug,
        "--account",
        account,
        "--format",
        "csv",
    ];
    arguments.extend(pull.details.iter().map(String::as_str));
    let ended = home.run(&arguments);
    if ended.code != 0 {
        return Err(format!("exit code {}: {}", ended.code, ended.stderr.trim()));
    }
    let (shown, context) = split(&ended, expected.columns.len())?;
    same(&shown, &expected)?;
    for (row, [period, date]) in context.iter().zip(&origins) {
        let [name, tenant, requested_period, requested_date, run, at] = row.as_slice() else {
            return Err("the columns of the request are not six".into());
        };
        let fine = name == account
            && tenant == sim.tenant_id()
            && requested_period == period
            && requested_date == date
            && run.len() == 36
            && at.starts_with("2026-11-23T10:");
        if !fine {
            return Err(format!("the columns of the request say {row:?}"));
        }
    }
    Ok(())
}

/// The columns of the report, and those of the request.
fn split(ended: &Ended, own: usize) -> Result<(Grid, Vec<Vec<String>>), String> {
    let mut reader = csv::ReaderBuilder::new().from_reader(ended.stdout.as_bytes());
    let mut columns: Vec<String> = reader
        .headers()
        .map_err(|error| error.to_string())?
        .iter()
        .map(str::to_owned)
        .collect();
    let context = columns.split_off(own.min(columns.len()));
    let known = [
        "_account",
        "_tenant_id",
        "_requested_period",
        "_requested_date",
        "_run_id",
        "_fetched_at",
    ];
    if context != known {
        return Err(format!("the columns of the request are called {context:?}"));
    }
    let (mut rows, mut contexts) = (Vec::new(), Vec::new());
    for record in reader.records() {
        let record = record.map_err(|error| error.to_string())?;
        let mut row: Vec<String> = record.iter().map(str::to_owned).collect();
        contexts.push(row.split_off(own));
        rows.push(row);
    }
    Ok((Grid { columns, rows }, contexts))
}

fn same(shown: &Grid, expected: &Grid) -> Result<(), String> {
    if shown.columns != expected.columns {
        return Err(format!(
            "columns {:?} instead of {:?}",
            shown.columns, expected.columns
        ));
    }
    if shown.rows.len() != expected.rows.len() {
        return Err(format!(
            "{} rows instead of {}",
            shown.rows.len(),
            expected.rows.len()
        ));
    }
    for (number, (row, wanted)) in shown.rows.iter().zip(&expected.rows).enumerate() {
        for ((cell, wanted), column) in row.iter().zip(wanted).zip(&shown.columns) {
            if cell != wanted {
                return Err(format!(
                    "row {number}, {column}: '{cell}' instead of '{wanted}'"
                ));
            }
        }
    }
    Ok(())
}

#[test]
fn the_catalogue_offers_what_is_pulled_here() {
    assert_eq!(catalog().all().len(), 92);
    let pulls = pulls();
    let count = |word: &str| {
        pulls
            .iter()
            .filter(|pull| pull.details.iter().any(|detail| detail == word))
            .count()
    };
    let periods: usize = catalog()
        .all()
        .iter()
        .map(|report| report.periods.len())
        .sum();
    assert_eq!(count("--period"), periods);
    assert_eq!(count("--date"), 18);
    assert_eq!(count("--from-days-back"), 54);
    assert_eq!(
        pulls.iter().filter(|pull| pull.details.is_empty()).count(),
        3
    );
}

#[test]
fn a_report_answers_to_each_of_its_names() {
    let (home, sim) = (Home::new(), tenant());
    home.add_account("app", &sim);
    let report = catalog()
        .all()
        .iter()
        .find(|report| report.connector_name.is_some());
    let report = report.expect("a report of the connector");
    let name = report.connector_name.clone().expect("a name");
    let period = report.periods[0].to_string();
    let pull = |name: &str| {
        let ended = home.ok(&[
            "pull",
            name,
            "--account",
            "app",
            "--period",
            &period,
            "--format",
            "csv",
        ]);
        ended.stdout.lines().next().expect("a header").to_owned()
    };
    let header = pull(&report.slug);
    for other in [report.function.clone(), name.clone(), name.to_uppercase()] {
        assert_eq!(pull(&other), header, "{other}");
    }
}
