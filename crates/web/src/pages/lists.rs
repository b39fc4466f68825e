//! What lists have in common: choices, columns, pages.

use serde::Serialize;

/// One choice of a filter.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Choice {
    value: String,
    label: String,
    selected: bool,
}

/// The choices of a filter: any first, then each value with its label.
pub(crate) fn choices(
    any: &str,
    each: impl IntoIterator<Item = (String, String)>,
    chosen: &str,
) -> Vec<Choice> {
    let any = (String::new(), any.to_owned());
    std::iter::once(any)
        .chain(each)
        .map(|(value, label)| Choice {
            selected: value == chosen,
            value,
            label,
        })
        .collect()
}

/// The head of a column.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Column {
    label: &'static str,
    href: Option<String>,
    sorted: Option<&'static str>,
    num: bool,
    wide_only: bool,
}

impl Column {
    /// A column by which the list can be sorted, under a word in the URL.
    pub(crate) fn sorting(label: &'static str, key: &str, sort: &str, url: &Url) -> Self {
        let (sorted, next) = match sort {
            sort if sort == key => (Some("ascending"), format!("-{key}")),
            sort if sort.strip_prefix('-') == Some(key) => (Some("descending"), key.to_owned()),
            _ => (None, key.to_owned()),
        };
        Self {
            label,
            href: Some(url.with("sort", &next)),
            sorted,
            num: false,
            wide_only: false,
        }
    }

    pub(crate) fn plain(label: &'static str) -> Self {
        Self {
            label,
            href: None,
            sorted: None,
            num: false,
            wide_only: false,
        }
    }

    /// It holds numbers.
    #[must_use]
    pub(crate) fn num(mut self) -> Self {
        self.num = true;
        self
    }

    /// It shows only where there is room.
    #[must_use]
    pub(crate) fn wide_only(mut self) -> Self {
        self.wide_only = true;
        self
    }
}

/// A page's address with what was chosen in it.
#[derive(Debug, Clone)]
pub(crate) struct Url {
    path: &'static str,
    pairs: Vec<(&'static str, String)>,
}

impl Url {
    /// A path with what is not empty of its parameters.
    pub(crate) fn new(path: &'static str, pairs: &[(&'static str, &str)]) -> Self {
        let pairs = pairs.iter().filter(|(_, value)| !value.is_empty());
        Self {
            path,
            pairs: pairs
                .map(|(name, value)| (*name, (*value).to_owned()))
                .collect(),
        }
    }

    /// The same with one parameter set.
    pub(crate) fn with(&self, name: &'static str, value: &str) -> String {
        let mut other = self.clone();
        other.pairs.retain(|(known, _)| *known != name);
        if !value.is_empty() {
            other.pairs.push((name, value.to_owned()));
        }
        other.text()
    }

    /// As a text.
    pub(crate) fn text(&self) -> String {
        match serde_html_form::to_string(&self.pairs) {
            Ok(query) if !query.is_empty() => format!("{}?{query}", self.path),
            _ => self.path.to_owned(),
        }
    }

    /// Whether anything but some parameters is chosen.
    pub(crate) fn is_filtered(&self, beside: &[&str]) -> bool {
        self.pairs.iter().any(|(name, _)| !beside.contains(name))
    }
}

/// Where in a list one is.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Pager {
    pub(crate) sentence: String,
    pub(crate) previous_href: Option<String>,
    pub(crate) next_href: Option<String>,
}

/// Nothing to show, why, and what next.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Empty {
    pub(crate) title: String,
    pub(crate) text: String,
    pub(crate) href: Option<String>,
    pub(crate) label: Option<String>,
    pub(crate) picture: bool,
}
