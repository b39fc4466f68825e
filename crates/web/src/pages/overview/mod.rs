//! Whether the data is whole, and what it says at a glance.
//!
//! | module | job |
//! |---|---|
//! | `whole` | the figures: up to date, kept, at risk, next |
//! | `headline` | the charts, as the catalogue's headlines say |
//! | `numbers` | the numbers of a chart, from tables and coverage |

mod headline;
mod numbers;
mod whole;

use std::collections::BTreeMap;

use axum::{
    Router,
    extract::{Path, Query, State},
    http::header::{CONTENT_DISPOSITION, CONTENT_TYPE},
    response::{Html, IntoResponse, Response},
    routing::get,
};
use exmetrics_catalog::headlines;
use exmetrics_engine::DataSetStanding;
use jiff::{ToSpan, civil::Date};
use serde::{Deserialize, Serialize};

use self::{
    headline::{Drawn, NearestRows},
    whole::{Figures, Trouble},
};
use crate::{
    access::{Role, Visitor},
    pages::Frame,
    problem::Problem,
    site::Site,
    words::day,
};

pub(super) fn routes() -> Router<Site> {
    Router::new()
        .route("/", get(page))
        .route("/overview/{chart}", get(csv))
}

/// What the address says.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct Wanted {
    range: String,
    tenant: String,
}

/// What the page shows.
#[derive(Serialize)]
struct Overview {
    #[serde(flatten)]
    whole: Whole,
    range: Range,
    events_href: String,
    nothing_captured: Option<NothingCaptured>,
    charts: Option<BTreeMap<String, Drawn>>,
    nearest: Option<NearestRows>,
}

/// What a live event replaces.
#[derive(Serialize)]
pub(super) struct Whole {
    sentence: String,
    attention: Vec<Trouble>,
    figures: Figures,
}

#[derive(Serialize)]
struct Range {
    label: String,
    choices: Vec<RangeChoice>,
}

#[derive(Serialize)]
struct RangeChoice {
    label: &'static str,
    href: String,
    current: bool,
}

#[derive(Serialize)]
struct NothingCaptured {
    title: &'static str,
    text: &'static str,
    href: String,
    label: &'static str,
}

/// No account yet: what to do first.
#[derive(Serialize)]
struct FirstStart {
    account: Option<FirstAccount>,
    reports: usize,
    redirect_uri: String,
    permissions: [Permission; 2],
    today: String,
    windows_svg: Option<()>,
    windows_sentence: String,
}

#[derive(Serialize)]
struct FirstAccount {
    name: String,
    href: String,
    tenant: String,
    sentence: &'static str,
}

#[derive(Serialize)]
struct Permission {
    label: &'static str,
    value: &'static str,
}

async fn page(
    State(site): State<Site>,
    visitor: Visitor,
    Query(wanted): Query<Wanted>,
) -> Result<Html<String>, Problem> {
    let frame = Frame::of(&site, &visitor, "overview", "Overview").await?;
    let standings = standings(&site, &wanted).await?;
    if standings.is_empty() && wanted.tenant.is_empty() {
        return frame.page(&site, "first_start.html", first_start(&site).await?);
    }
    let (from, to) = range(&site, &wanted);
    let whole = look_at(&site, &standings).await?;
    let captured = standings.iter().any(|one| one.last_good.is_some());
    let (charts, nearest) = match captured {
        true => {
            let mut charts = BTreeMap::new();
            for one in &headlines().charts {
                let drawn = headline::draw(&site, one, &standings, from, to, &wanted.range).await?;
                charts.insert(one.id.clone(), drawn);
            }
            (
                Some(charts),
                Some(headline::nearest(&site, &standings).await?),
            )
        }
        false => (None, None),
    };
    let content = Overview {
        whole,
        range: ranges(&wanted, from, to),
        events_href: "/events?about=overview".into(),
        nothing_captured: (!captured).then(|| NothingCaptured {
            title: "Nothing captured yet",
            text: "Charts of mail, storage and Teams appear here after the first run. A day without \
                   data stays a gap, never a zero.",
            href: "/datasets".into(),
            label: match visitor.role {
                Role::Admin => "Run one now",
                Role::Viewer => "See the DataSets",
            },
        }),
        charts,
        nearest,
    };
    frame.page(&site, "overview.html", content)
}

/// Everything that is of the tenant that is looked at.
async fn standings(site: &Site, wanted: &Wanted) -> Result<Vec<DataSetStanding>, Problem> {
    let mut standings = site.engine.standings().await?;
    if wanted.tenant.is_empty() || wanted.tenant == "all" {
        return Ok(standings);
    }
    let accounts = site.engine.store().accounts().await?;
    let of_tenant = |id: &str| {
        accounts
            .iter()
            .any(|account| account.id == id && account.tenant == wanted.tenant)
    };
    standings.retain(|one| one.dataset.accounts.iter().any(|(id, _)| of_tenant(id)));
    Ok(standings)
}

async fn look_at(site: &Site, standings: &[DataSetStanding]) -> Result<Whole, Problem> {
    let kept = whole::kept(site, standings).await?;
    Ok(Whole {
        sentence: whole::sentence(site, standings, &kept).await?,
        attention: whole::attention(site).await?,
        figures: whole::figures(site, standings, &kept).await?,
    })
}

/// What a live event replaces.
pub(super) async fn look(site: &Site, wanted: &Wanted) -> Result<Whole, Problem> {
    look_at(site, &standings(site, wanted).await?).await
}

/// The days that are looked at.
fn range(site: &Site, wanted: &Wanted) -> (Option<Date>, Date) {
    let today = site.engine.today();
    let days: i32 = match wanted.range.as_str() {
        "all" => return (None, today),
        "7" => 7,
        "90" => 90,
        "180" => 180,
        _ => 30,
    };
    (today.checked_sub((days - 1).days()).ok(), today)
}

fn ranges(wanted: &Wanted, from: Option<Date>, to: Date) -> Range {
    let chosen = match wanted.range.as_str() {
        known @ ("7" | "90" | "180" | "all") => known,
        _ => "30",
    };
    let tenant = match wanted.tenant.as_str() {
        "" => String::new(),
        tenant => format!("&tenant={tenant}"),
    };
    let each = [
        ("7", "7 days"),
        ("30", "30 days"),
        ("90", "90 days"),
        ("180", "180 days"),
        ("all", "Everything kept"),
    ];
    Range {
        label: match from {
            Some(from) => format!("{} to {}", from.strftime("%-d %b"), day(to)),
            None => "Everything kept".into(),
        },
        choices: each
            .map(|(value, label)| RangeChoice {
                label,
                href: format!("/?range={value}{tenant}"),
                current: value == chosen,
            })
            .into(),
    }
}

async fn first_start(site: &Site) -> Result<FirstStart, Problem> {
    let account = site.engine.store().accounts().await?.into_iter().next();
    Ok(FirstStart {
        account: account.map(|account| FirstAccount {
            href: format!("/accounts/{}", account.id),
            name: account.name,
            tenant: account.tenant,
            sentence: match account.state {
                exmetrics_store::AccountState::Ok => "It answers.",
                exmetrics_store::AccountState::Failed => "It needs a person: see what to do.",
                _ => "It was not checked yet.",
            },
        }),
        reports: exmetrics_catalog::catalog().all().len(),
        redirect_uri: "http://localhost".into(),
        permissions: [
            Permission {
                label: "Permission",
                value: "Reports.Read.All",
            },
            Permission {
                label: "Optional",
                value: "ReportSettings.Read.All",
            },
        ],
        today: crate::words::weekday(site.engine.today()),
        windows_svg: None,
        windows_sentence:
            "Every day without a run, one day of detail is lost: Microsoft keeps it for \
                           28 days."
                .into(),
    })
}

/// The numbers of a chart, as CSV.
async fn csv(
    State(site): State<Site>,
    _: Visitor,
    Path(name): Path<String>,
    Query(wanted): Query<Wanted>,
) -> Result<Response, Problem> {
    let id = name.strip_suffix(".csv").unwrap_or(&name);
    let one = headlines().charts.iter().find(|one| one.id == id);
    let one = one.ok_or_else(|| Problem::not_found(format!("there is no chart {id}")))?;
    let standings = standings(&site, &wanted).await?;
    let (from, to) = range(&site, &wanted);
    let text = numbers::csv(&site, one, &standings, from, to).await?;
    let headers = [
        (CONTENT_TYPE, "text/csv; charset=utf-8".to_owned()),
        (
            CONTENT_DISPOSITION,
            format!("attachment; filename=\"{id}.csv\""),
        ),
    ];
    Ok((headers, text).into_response())
}
