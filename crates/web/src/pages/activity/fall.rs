//! A run's requests: a waterfall of what was done when, and the same as a table.

use exmetrics_chart::{Phase, Row as Bar, Span, State, Subject, Unit, waterfall};
use exmetrics_engine::name_days;
use exmetrics_store::{RequestRow, RequestState, Run, RunAccount, RunState, TracePhase, TraceSpan};
use jiff::Timestamp;
use serde::Serialize;

use crate::words::number;

/// More rows than this are not drawn; the table has them all.
const MOST_DRAWN: usize = 200;

#[derive(Serialize)]
pub(super) struct Requests {
    note: &'static str,
    waterfall: Option<Fall>,
    empty: Option<&'static str>,
    accounts: Vec<OfAccount>,
}

#[derive(Serialize)]
struct Fall {
    svg: String,
    legend: Vec<Entry>,
}

#[derive(Serialize)]
struct Entry {
    label: String,
    series: u8,
}

#[derive(Serialize)]
struct OfAccount {
    name: String,
    sum: String,
    rows: Vec<Row>,
    left_out: Vec<LeftOut>,
}

#[derive(Serialize)]
struct Row {
    what: String,
    state: &'static str,
    attempts: String,
    waited: Option<String>,
    took: String,
    rows: String,
    answer: String,
}

#[derive(Serialize)]
struct LeftOut {
    what: String,
    state: &'static str,
    state_text: Option<&'static str>,
    why: &'static str,
    days: String,
}

/// The requests of a run, account by account.
pub(super) fn requests(
    run: &Run,
    accounts: &[RunAccount],
    requests: &[RequestRow],
    now: Timestamp,
) -> Requests {
    let of_accounts = accounts.iter().map(|account| {
        let own: Vec<&RequestRow> = requests
            .iter()
            .filter(|request| request.account_id == account.account_id)
            .collect();
        let done = own
            .iter()
            .filter(|one| one.state == RequestState::Done)
            .count();
        OfAccount {
            name: account.name.clone(),
            sum: format!("{done} of {}", own.len()),
            rows: own.into_iter().map(|request| row(run, request)).collect(),
            left_out: left_out(account),
        }
    });
    Requests {
        note: "oldest day first",
        waterfall: drawing(run, accounts, requests, now),
        empty: requests.is_empty().then_some("Nothing was asked."),
        accounts: of_accounts.collect(),
    }
}

fn state(run: &Run, request: &RequestRow) -> State {
    match request.state {
        RequestState::Done if request.rows == Some(0) => State::Awaiting,
        RequestState::Done => State::Published,
        RequestState::Failed => State::Failed,
        RequestState::Pending if run.state == RunState::Running && !request.trace.is_empty() => {
            State::Running
        }
        RequestState::Pending => State::NotAsked,
    }
}

fn row(run: &Run, request: &RequestRow) -> Row {
    let asked = request
        .trace
        .iter()
        .filter(|span| span.phase == TracePhase::Ask)
        .count();
    let seconds = |phase: &dyn Fn(TracePhase) -> bool| -> f64 {
        let spans = request.trace.iter().filter(|span| phase(span.phase));
        spans
            .map(|span| span.to.duration_since(span.from).as_secs_f64())
            .sum()
    };
    let waited = seconds(&|phase| phase == TracePhase::Wait);
    let worked = seconds(&|phase| phase != TracePhase::Wait);
    let why = request
        .trace
        .iter()
        .rev()
        .find_map(|span| match span.phase {
            TracePhase::Wait => span.note.as_deref(),
            _ => None,
        });
    Row {
        what: request.ask.to_string(),
        state: state(run, request).word(),
        attempts: asked.to_string(),
        waited: (waited > 0.0).then(|| match why {
            Some("quota") => format!("{waited:.0} s, for the quota"),
            _ => format!("{waited:.0} s, to try again"),
        }),
        took: format!("{worked:.1} s"),
        rows: request
            .rows
            .filter(|_| request.state == RequestState::Done)
            .map(|rows| number(u64::try_from(rows).unwrap_or_default()))
            .unwrap_or_default(),
        answer: match (&request.failure, request.state) {
            (Some(failure), _) => format!("{}: {}", failure.code, failure.message),
            (None, RequestState::Done) => request.bytes.map_or_else(
                || "answered".to_owned(),
                |bytes| crate::words::bytes(u64::try_from(bytes).unwrap_or_default()),
            ),
            (None, _) => String::new(),
        },
    }
}

fn left_out(account: &RunAccount) -> Vec<LeftOut> {
    let part = |days: &[jiff::civil::Date], state, state_text, why| {
        (!days.is_empty()).then(|| LeftOut {
            what: crate::words::count(days.len() as u64, "day"),
            state,
            state_text,
            why,
            days: name_days(days),
        })
    };
    [
        part(
            &account.settled,
            "published",
            Some("settled"),
            "Captured and the same on three checks: not asked again.",
        ),
        part(
            &account.awaiting,
            "awaiting",
            None,
            "Asked for today already and not published yet.",
        ),
        part(
            &account.expired,
            "expired",
            None,
            "Microsoft no longer has them.",
        ),
        part(
            &account.too_early,
            "not asked",
            Some("too early"),
            "Not over yet.",
        ),
    ]
    .into_iter()
    .flatten()
    .collect()
}

fn drawing(
    run: &Run,
    accounts: &[RunAccount],
    requests: &[RequestRow],
    now: Timestamp,
) -> Option<Fall> {
    let began = requests
        .iter()
        .filter_map(|request| Some(request.trace.first()?.from))
        .min()
        .unwrap_or(run.started_at)
        .min(run.started_at);
    let mut bars = Vec::new();
    for account in accounts {
        if accounts.len() > 1 {
            bars.push(Bar::group(account.name.clone()));
        }
        let own = requests
            .iter()
            .filter(|one| one.account_id == account.account_id);
        for request in own.take(MOST_DRAWN) {
            let spans = request.trace.iter().map(|span| drawn(span, began, now));
            bars.push(Bar::request(
                request.ask.to_string(),
                state(run, request),
                spans.collect(),
            ));
        }
    }
    if requests.is_empty() {
        return None;
    }
    let subject = Subject::new("fall", "Requests", Unit::Seconds);
    let chart = waterfall(&subject, &bars).ok()?;
    Some(Fall {
        svg: chart.svg,
        legend: chart
            .legend
            .into_iter()
            .map(|entry| Entry {
                label: entry.label,
                series: entry.series,
            })
            .collect(),
    })
}

/// In seconds since the run began. A wait that is not over ends now.
fn drawn(span: &TraceSpan, began: Timestamp, now: Timestamp) -> Span {
    let seconds = |at: Timestamp| at.duration_since(began).as_secs_f64().max(0.0);
    let from = seconds(span.from);
    Span {
        phase: match span.phase {
            TracePhase::Ask => Phase::Ask,
            TracePhase::Download => Phase::Download,
            TracePhase::Wait => Phase::Wait,
        },
        from,
        to: seconds(span.to.min(now)).max(from),
    }
}
