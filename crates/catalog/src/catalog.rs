//! The catalogue as a whole: read once from the rows beside the code, found by any of a report's
//! names.

use std::sync::LazyLock;

use serde::Deserialize;

use crate::Report;

/// The rows, a file per workload.
const FILES: [(&str, &str); 9] = [
    ("exchange.toml", include_str!("../reports/exchange.toml")),
    ("teams.toml", include_str!("../reports/teams.toml")),
    ("onedrive.toml", include_str!("../reports/onedrive.toml")),
    (
        "sharepoint.toml",
        include_str!("../reports/sharepoint.toml"),
    ),
    ("groups.toml", include_str!("../reports/groups.toml")),
    (
        "skype-for-business.toml",
        include_str!("../reports/skype-for-business.toml"),
    ),
    (
        "viva-engage.toml",
        include_str!("../reports/viva-engage.toml"),
    ),
    (
        "microsoft-365.toml",
        include_str!("../reports/microsoft-365.toml"),
    ),
    ("copilot.toml", include_str!("../reports/copilot.toml")),
];

/// All reports, in the order of the files.
#[derive(Debug)]
pub struct Catalog {
    reports: Vec<Report>,
}

/// A row that cannot be read.
#[derive(Debug, thiserror::Error)]
#[error("{file} cannot be read as reports")]
pub struct CatalogError {
    file: &'static str,
    source: toml::de::Error,
}

/// No report answers to the name.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("no report is called '{given}'{}", nearest.as_deref().map(|name| format!("; did you mean '{name}'?")).unwrap_or_default())]
pub struct UnknownReport {
    /// What was asked for.
    pub given: String,
    /// The slug or name that comes closest.
    pub nearest: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    report: Vec<Report>,
}

static CATALOG: LazyLock<Result<Catalog, CatalogError>> = LazyLock::new(Catalog::read);

/// The catalogue.
///
/// # Panics
/// If a row of the catalogue cannot be read, which a test rules out.
pub fn catalog() -> &'static Catalog {
    match &*CATALOG {
        Ok(catalog) => catalog,
        Err(error) => panic!("{error}: {}", error.source),
    }
}

impl Catalog {
    fn read() -> Result<Self, CatalogError> {
        let mut reports = Vec::new();
        for (file, text) in FILES {
            let parsed: File =
                toml::from_str(text).map_err(|source| CatalogError { file, source })?;
            reports.extend(parsed.report);
        }
        Ok(Self { reports })
    }

    /// Every report.
    pub fn all(&self) -> &[Report] {
        &self.reports
    }

    /// The report with a slug, a function name or a connector's name, in any case.
    ///
    /// # Errors
    /// [`UnknownReport`] with the nearest name there is.
    pub fn find(&self, name: &str) -> Result<&Report, UnknownReport> {
        let wanted = squeeze(name);
        self.reports
            .iter()
            .find(|report| names(report).any(|known| squeeze(known) == wanted))
            .ok_or_else(|| self.unknown(name, &wanted))
    }

    fn unknown(&self, given: &str, wanted: &str) -> UnknownReport {
        let nearest = self
            .reports
            .iter()
            .flat_map(names)
            .map(|known| (strsim::jaro_winkler(wanted, &squeeze(known)), known))
            .filter(|(likeness, _)| *likeness > 0.75)
            .max_by(|left, right| left.0.total_cmp(&right.0))
            .map(|(_, known)| known.to_owned());
        UnknownReport {
            given: given.to_owned(),
            nearest,
        }
    }
}

/// The names that a report answers to.
fn names(report: &Report) -> impl Iterator<Item = &str> {
    [report.slug.as_str(), report.function.as_str()]
        .into_iter()
        .chain(report.connector_name.as_deref())
}

/// Case and surrounding or doubled spaces do not tell names apart.
fn squeeze(name: &str) -> String {
    name.split_whitespace()
        .collect::<Vec<_>>()
        .join(" ")
        .to_lowercase()
}
