//! The service: what needs a person, where everything is, and the queue.

use axum::{Router, extract::State, response::Html, routing::get};
use exmetrics_engine::Standing;
use exmetrics_store::AccountState;
use serde::Serialize;

use super::{At, NavLink, at, nav};
use crate::{access::Visitor, pages::Frame, problem::Problem, site::Site, words::count};

const HERE: &str = "/settings/service";

pub(super) fn routes() -> Router<Site> {
    Router::new().route("/settings/service", get(page))
}

#[derive(Serialize)]
struct ServicePage {
    service: Service,
}

#[derive(Serialize)]
struct Service {
    nav: Vec<NavLink>,
    summary: Summary,
    findings: Vec<Finding>,
    good: Vec<Finding>,
    good_title: String,
    facts: [Facts; 2],
    queue: Queue,
    links: [Link; 4],
}

#[derive(Serialize)]
struct Summary {
    title: String,
    text: String,
}

#[derive(Serialize)]
struct Finding {
    state: &'static str,
    name: String,
    message: String,
    next_step: Option<String>,
}

#[derive(Serialize)]
struct Facts {
    title: &'static str,
    rows: Vec<Fact>,
}

#[derive(Serialize)]
struct Fact {
    term: &'static str,
    value: String,
    can_copy: bool,
}

#[derive(Serialize)]
struct Queue {
    running: usize,
    waiting: usize,
    workers: String,
    next: Option<At>,
    next_text: String,
}

#[derive(Serialize)]
struct Link {
    label: &'static str,
    href: &'static str,
    note: &'static str,
}

async fn page(State(site): State<Site>, visitor: Visitor) -> Result<Html<String>, Problem> {
    let all = findings(&site).await?;
    let (good, findings): (Vec<Finding>, Vec<Finding>) =
        all.into_iter().partition(|one| one.state == "good");
    let bad = findings.iter().filter(|one| one.state == "bad").count();
    let service = Service {
        nav: nav(HERE),
        summary: Summary {
            title: match (bad, findings.len()) {
                (0, 0) => "All is well.".into(),
                (0, many) => format!("{} worth a look.", things(many)),
                (bad, all) if bad == all => format!("{} a person.", need(bad)),
                (bad, all) => format!("{} a person, {} worth a look.", need(bad), all - bad),
            },
            text: format!("{} all right.", count(good.len() as u64, "check")),
        },
        good_title: format!("{} all right", count(good.len() as u64, "check")),
        findings,
        good,
        facts: facts(&site),
        queue: queue(&site).await?,
        links: [
            Link {
                label: "Figures for Prometheus",
                href: "/metrics",
                note: "counters and gauges",
            },
            Link {
                label: "OpenAPI document",
                href: "/api/openapi.json",
                note: "the API, for machines",
            },
            Link {
                label: "Whether it lives",
                href: "/healthz",
                note: "for a watchdog",
            },
            Link {
                label: "Whether it can work",
                href: "/readyz",
                note: "for a load balancer",
            },
        ],
    };
    let frame = Frame::of(&site, &visitor, "settings", "Service").await?;
    frame.page(&site, "settings/service.html", ServicePage { service })
}

fn things(many: usize) -> String {
    match many {
        1 => "1 thing is".into(),
        many => format!("{many} things are"),
    }
}

fn need(many: usize) -> String {
    match many {
        1 => "1 thing needs".into(),
        many => format!("{many} things need"),
    }
}

/// What `doctor` looks at, as far as it can be told at once.
async fn findings(site: &Site) -> Result<Vec<Finding>, Problem> {
    let mut found = Vec::new();
    let store = site.engine.store();
    let key = store.check_key().await;
    found.push(Finding {
        state: if key.is_ok() { "good" } else { "bad" },
        name: "key".into(),
        message: match key {
            Ok(()) => "it opens what is sealed".into(),
            Err(error) => error.to_string(),
        },
        next_step: None,
    });
    for account in store.accounts().await? {
        let (state, usual) = match account.state {
            AccountState::Ok => ("good", "it answers"),
            AccountState::Failed => ("bad", "its last check failed"),
            _ => ("wait", "it was not checked yet"),
        };
        found.push(Finding {
            state,
            name: format!("account {}", account.name),
            message: account.message.unwrap_or_else(|| usual.into()),
            next_step: account.next_step,
        });
    }
    for one in site.engine.standings().await? {
        let (state, usual) = match one.standing {
            Standing::UpToDate => ("good", "up to date"),
            Standing::Late => ("wait", "a run was due and did not come"),
            Standing::Failing => ("bad", "its last run failed"),
            Standing::NeverRun => ("wait", "it never ran"),
        };
        let newest = one.newest.filter(|_| one.standing == Standing::Failing);
        found.push(Finding {
            state,
            name: format!("DataSet {}", one.dataset.name),
            message: newest
                .as_ref()
                .and_then(|run| run.message.clone())
                .unwrap_or_else(|| usual.into()),
            next_step: newest.and_then(|run| run.next_step),
        });
    }
    for (account, datasets) in site.engine.days_at_risk().await?.into_values() {
        let days: usize = datasets.iter().map(|(_, days)| days.len()).sum();
        found.push(Finding {
            state: "wait",
            name: "days at risk".into(),
            message: format!(
                "{} of {account} expire within three days and are not captured",
                count(days as u64, "day")
            ),
            next_step: Some("See the DataSets' coverage, and fetch the days again.".into()),
        });
    }
    Ok(found)
}

fn facts(site: &Site) -> [Facts; 2] {
    let fact = |term, value: String, can_copy| Fact {
        term,
        value,
        can_copy,
    };
    let store = match site.engine.store().is_shared() {
        true => "PostgreSQL, shared by several processes",
        false => "SQLite, in the home",
    };
    [
        Facts {
            title: "Program",
            rows: vec![
                fact("Version", env!("CARGO_PKG_VERSION").into(), false),
                fact("Pages", site.options.origin.clone(), true),
            ],
        },
        Facts {
            title: "Storage",
            rows: vec![
                fact("Store", store.into(), false),
                fact("Tables", site.engine.tables_root().to_owned(), true),
            ],
        },
    ]
}

async fn queue(site: &Site) -> Result<Queue, Problem> {
    let store = site.engine.store();
    let jobs = store.jobs().await?;
    let running = jobs.iter().filter(|job| job.holder.is_some()).count();
    let now = site.now();
    let datasets = store.datasets().await?;
    let next = datasets
        .iter()
        .filter_map(|one| Some((one.next_due?, one)))
        .min_by_key(|(at, _)| *at);
    Ok(Queue {
        running,
        waiting: jobs.len() - running,
        workers: count(store.live_workers(now).await?, "worker"),
        next: next.map(|(due, _)| at(due, now)),
        next_text: next.map(|(_, one)| one.name.clone()).unwrap_or_default(),
    })
}
