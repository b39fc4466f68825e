//! Addresses with what was chosen on a page: search, sort, filters.

/// What was chosen, in the order of the address. A name may occur more than once.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Chosen(Vec<(String, String)>);

impl Chosen {
    /// Reads the part of an address after the question mark. What cannot be read is not chosen.
    pub(crate) fn read(query: Option<&str>) -> Self {
        let pairs: Vec<(String, String)> =
            serde_html_form::from_str(query.unwrap_or_default()).unwrap_or_default();
        let chosen = pairs.into_iter().filter(|(_, value)| !value.is_empty());
        Self(chosen.collect())
    }

    /// The first value of a name.
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        let mut found = self.0.iter().filter(|(other, _)| other == name);
        found.next().map(|(_, value)| value.as_str())
    }

    /// All values of a name.
    pub(crate) fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        let found = self.0.iter().filter(move |(other, _)| other == name);
        found.map(|(_, value)| value.as_str())
    }

    /// The same with another value of a name; without the name, if the value is empty.
    #[must_use]
    pub(crate) fn with(&self, name: &str, value: &str) -> Self {
        let mut chosen = self.without(&[name]);
        if !value.is_empty() {
            chosen.0.push((name.to_owned(), value.to_owned()));
        }
        chosen
    }

    /// The same without some names.
    #[must_use]
    pub(crate) fn without(&self, names: &[&str]) -> Self {
        let stays = self
            .0
            .iter()
            .filter(|(other, _)| !names.contains(&other.as_str()));
        Self(stays.cloned().collect())
    }

    /// An address with what is chosen.
    pub(crate) fn at(&self, path: &str) -> String {
        match serde_html_form::to_string(&self.0) {
            Ok(query) if !query.is_empty() => format!("{path}?{query}"),
            _ => path.to_owned(),
        }
    }
}

/// An address with one thing chosen.
pub(crate) fn link(path: &str, name: &str, value: &str) -> String {
    Chosen::default().with(name, value).at(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_chosen_survives_the_address() {
        let chosen = Chosen::read(Some("f._account=a%26b&sort=-day&col=x&col=y&q="));
        assert_eq!(chosen.get("f._account"), Some("a&b"));
        assert_eq!(chosen.all("col").collect::<Vec<_>>(), ["x", "y"]);
        let other = chosen.with("sort", "").with("after", "50");
        assert_eq!(other.at("/d"), "/d?f._account=a%26b&col=x&col=y&after=50");
        assert_eq!(Chosen::read(None).at("/d"), "/d");
    }
}
