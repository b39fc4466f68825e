//! Which column of a table each column of a reply belongs to: by name, never by position.

use std::collections::HashSet;

use crate::{Report, column_name};

/// One column of a reply, and where its cells go.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HeaderColumn {
    /// The table's column.
    pub name: String,
    /// Its place in [`Report::columns`]; `None` for a column that the catalogue does not know, which
    /// is kept as text.
    pub known: Option<usize>,
}

/// What became of a reply's header.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HeaderMatch {
    /// One entry per column of the reply, in the reply's order.
    pub columns: Vec<HeaderColumn>,
    /// Names of columns that the catalogue does not know.
    pub added: Vec<String>,
    /// Names of columns that the catalogue knows and the reply lacks.
    pub missing: Vec<String>,
    /// Columns that came under an older header: (header that came, column's name).
    pub renamed: Vec<(String, String)>,
    /// Headers that came more than once.
    pub repeated: Vec<String>,
    is_of_the_report: bool,
}

impl HeaderMatch {
    /// Whether this header can be the report's at all: at least a third of its columns are known, and
    /// one of them is more than what many reports share. A page of HTML or another report's file is
    /// not, and must not land.
    pub fn is_of_the_report(&self) -> bool {
        self.is_of_the_report
    }
}

/// Columns that many reports share, as [`bare`] writes them: they tell no report from another.
const SHARED: [&str; 12] = [
    "reportrefreshdate",
    "reportdate",
    "reportperiod",
    "sitetype",
    "userprincipalname",
    "displayname",
    "userid",
    "isdeleted",
    "deleteddate",
    "lastactivitydate",
    "assignedproducts",
    "siteurl",
];

/// Finds the column of each header. Headers are compared by letters and digits alone, so that doubled
/// spaces, brackets and the camel case of JSON properties make no difference.
pub fn match_header<'a>(
    report: &Report,
    headers: impl IntoIterator<Item = &'a str>,
) -> HeaderMatch {
    let headers: Vec<&str> = headers.into_iter().map(str::trim).collect();
    let own: Vec<String> = report
        .columns
        .iter()
        .map(|column| bare(&column.header))
        .collect();
    let came: HashSet<String> = headers.iter().map(|header| bare(header)).collect();

    let find = |header: &str| -> Option<(usize, bool)> {
        let wanted = bare(header);
        if wanted.is_empty() {
            return None;
        }
        if let Some(place) = own.iter().position(|name| *name == wanted) {
            return Some((place, false));
        }
        report
            .columns
            .iter()
            .enumerate()
            // An older name counts only where today's name did not come too.
            .filter(|(place, _)| !came.contains(&own[*place]))
            .find_map(|(place, column)| {
                if column.json.as_deref().map(bare).as_deref() == Some(wanted.as_str()) {
                    return Some((place, false));
                }
                let older = column.aliases.iter().any(|alias| bare(alias) == wanted);
                older.then_some((place, true))
            })
    };

    let mut matched = HeaderMatch {
        columns: Vec::with_capacity(headers.len()),
        added: Vec::new(),
        missing: Vec::new(),
        renamed: Vec::new(),
        repeated: Vec::new(),
        is_of_the_report: false,
    };
    // Names that an unknown column must not take.
    let mut taken: HashSet<String> = HashSet::new();
    let mut filled: HashSet<usize> = HashSet::new();
    let reserved: HashSet<String> = table_names(report).collect();

    for (position, header) in headers.iter().enumerate() {
        match find(header) {
            Some((place, older)) if filled.insert(place) => {
                let name = report.columns[place].name();
                if older {
                    matched.renamed.push(((*header).to_owned(), name.clone()));
                }
                taken.insert(name.clone());
                matched.columns.push(HeaderColumn {
                    name,
                    known: Some(place),
                });
            }
            found => {
                let base = match found {
                    Some((place, _)) => report.columns[place].name(),
                    None => match column_name(header) {
                        empty if empty.is_empty() => format!("column_{}", position + 1),
                        name => name,
                    },
                };
                if found.is_some() || taken.contains(&base) {
                    matched.repeated.push((*header).to_owned());
                }
                let name = free_name(base, |name| taken.contains(name) || reserved.contains(name));
                taken.insert(name.clone());
                matched.added.push(name.clone());
                matched.columns.push(HeaderColumn { name, known: None });
            }
        }
    }
    matched.missing = report
        .columns
        .iter()
        .enumerate()
        .filter(|(place, column)| !filled.contains(place) && !column.optional)
        .map(|(_, column)| column.name())
        .collect();
    let telling = |place: usize| !SHARED.contains(&own[place].as_str());
    let any_telling = (0..own.len()).any(telling);
    matched.is_of_the_report = !filled.is_empty()
        && filled.len() * 3 >= matched.columns.len()
        && (!any_telling || filled.iter().any(|place| telling(*place)));
    matched
}

/// Every column name that the report itself puts into a table.
fn table_names(report: &Report) -> impl Iterator<Item = String> + '_ {
    report.columns.iter().flat_map(|column| {
        let name = column.name();
        let seconds =
            (column.kind == crate::ColumnType::Duration).then(|| format!("{name}_seconds"));
        std::iter::once(name).chain(seconds)
    })
}

/// `name`, or `name_2`, `name_3`, ... : the first that is free.
fn free_name(base: String, taken: impl Fn(&str) -> bool) -> String {
    if !taken(&base) {
        return base;
    }
    let mut number = 2;
    loop {
        let name = format!("{base}_{number}");
        if !taken(&name) {
            return name;
        }
        number += 1;
    }
}

fn bare(header: &str) -> String {
    header
        .chars()
        .filter(|letter| letter.is_alphanumeric())
        .flat_map(char::to_lowercase)
        .collect()
}
