//! What is around every page: where one is, who one is, and whether all is well.

use axum::response::Html;
use exmetrics_store::{AccountState, RunState};
use serde::Serialize;

use crate::{
    access::{FormToken, Visitor},
    assets,
    problem::Problem,
    site::Site,
};

/// What is around a page.
#[derive(Debug, Serialize)]
pub(crate) struct Frame {
    title: String,
    section: Option<&'static str>,
    person: Option<Visitor>,
    health: Option<Health>,
    csrf: String,
    tenants: Vec<Tenant>,
    notices: [(); 0],
    version: &'static str,
    asset_version: &'static str,
}

/// In words what is wrong, and where to go for it.
#[derive(Debug, Serialize)]
pub(crate) struct Health {
    state: &'static str,
    sentence: String,
    href: String,
}

/// Which tenant is looked at.
#[derive(Debug, Serialize)]
pub(crate) struct Tenant {
    name: String,
    href: String,
    current: bool,
}

/// A page's content within its frame.
#[derive(Debug, Serialize)]
pub(crate) struct Page<T> {
    pub(crate) frame: Frame,
    #[serde(flatten)]
    pub(crate) content: T,
}

impl Frame {
    /// The frame of a page for somebody who has signed in.
    pub(crate) async fn of(
        site: &Site,
        visitor: &Visitor,
        section: &'static str,
        title: impl Into<String>,
    ) -> Result<Self, Problem> {
        Ok(Self {
            title: title.into(),
            section: Some(section),
            person: Some(visitor.clone()),
            health: Some(health(site).await?),
            csrf: visitor.csrf.clone(),
            tenants: tenants(site).await?,
            notices: [],
            version: env!("CARGO_PKG_VERSION"),
            asset_version: &assets::VERSION,
        })
    }

    /// The frame of a page for anybody.
    pub(crate) fn bare(title: impl Into<String>) -> Self {
        Self {
            title: title.into(),
            section: None,
            person: None,
            health: None,
            csrf: String::new(),
            tenants: Vec::new(),
            notices: [],
            version: env!("CARGO_PKG_VERSION"),
            asset_version: &assets::VERSION,
        }
    }

    /// Adds what a form on a page for anybody must bring back.
    #[must_use]
    pub(crate) fn with_form_token(mut self, token: &FormToken) -> Self {
        self.csrf = token.text().to_owned();
        self
    }

    /// Fills a page's template.
    pub(crate) fn page<T: Serialize>(
        self,
        site: &Site,
        template: &str,
        content: T,
    ) -> Result<Html<String>, Problem> {
        let frame = self;
        site.views.render(template, Page { frame, content })
    }
}

/// The worst of what is the matter.
async fn health(site: &Site) -> Result<Health, Problem> {
    let store = site.engine.store();
    let said = |state, sentence: String, href: String| Health {
        state,
        sentence,
        href,
    };
    let accounts = store.accounts().await?;
    if accounts.is_empty() {
        return Ok(said(
            "wait",
            "No account yet".into(),
            "/accounts/new".into(),
        ));
    }
    let broken: Vec<_> = accounts
        .iter()
        .filter(|account| account.state == AccountState::Failed)
        .collect();
    if let Some(first) = broken.first() {
        let sentence = match broken.len() {
            1 => format!("The account {} needs a person", first.name),
            many => format!("{many} accounts need a person"),
        };
        let href = match broken.len() {
            1 => format!("/accounts/{}", first.id),
            _ => "/accounts".into(),
        };
        return Ok(said("bad", sentence, href));
    }
    let failing = store.newest_runs().await?;
    let failing = failing
        .values()
        .filter(|run| run.state == RunState::Failed)
        .count();
    Ok(match failing {
        0 => said("good", "All is well".into(), "/activity".into()),
        1 => said(
            "bad",
            "1 DataSet is failing".into(),
            "/datasets?state=failing".into(),
        ),
        many => said(
            "bad",
            format!("{many} DataSets are failing"),
            "/datasets?state=failing".into(),
        ),
    })
}

async fn tenants(site: &Site) -> Result<Vec<Tenant>, Problem> {
    let mut names: Vec<String> = site
        .engine
        .store()
        .accounts()
        .await?
        .into_iter()
        .map(|account| account.tenant)
        .collect();
    names.sort_unstable();
    names.dedup();
    if names.len() < 2 {
        let only = names.into_iter().map(|name| Tenant {
            name,
            href: "/".into(),
            current: true,
        });
        return Ok(only.collect());
    }
    let all = Tenant {
        name: "All tenants".into(),
        href: "?tenant=all".into(),
        current: true,
    };
    let each = names.into_iter().map(|name| Tenant {
        href: format!("?tenant={name}"),
        name,
        current: false,
    });
    Ok(std::iter::once(all).chain(each).collect())
}
