//! The shapes in which fields go into templates.

use serde::Serialize;

/// A field with one value.
#[derive(Debug, Clone, Default, Serialize)]
pub(crate) struct TextBox {
    pub(crate) value: String,
    pub(crate) error: Option<String>,
    pub(crate) note: Option<String>,
    pub(crate) help: Option<String>,
}

impl TextBox {
    pub(crate) fn new(value: impl Into<String>) -> Self {
        Self {
            value: value.into(),
            ..Self::default()
        }
    }

    #[must_use]
    pub(crate) fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    #[must_use]
    pub(crate) fn error(mut self, error: Option<String>) -> Self {
        self.error = error;
        self
    }
}

/// One of several things to choose.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Choosable {
    pub(crate) value: String,
    pub(crate) label: String,
    pub(crate) selected: bool,
}

/// A choice.
#[derive(Debug, Clone, Default, Serialize)]
pub(crate) struct ChoiceBox {
    pub(crate) options: Vec<Choosable>,
    pub(crate) error: Option<String>,
    pub(crate) note: Option<String>,
    pub(crate) help: Option<String>,
}

impl ChoiceBox {
    pub(crate) fn new(options: &[(&str, &str)], selected: &str) -> Self {
        Self {
            options: choosable(options, selected),
            ..Self::default()
        }
    }

    #[must_use]
    pub(crate) fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }
}

/// Values and labels, one of them selected.
pub(crate) fn choosable(options: &[(&str, &str)], selected: &str) -> Vec<Choosable> {
    options
        .iter()
        .map(|(value, label)| Choosable {
            value: (*value).to_owned(),
            label: (*label).to_owned(),
            selected: *value == selected,
        })
        .collect()
}

/// A number with its unit.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct UnitBox {
    #[serde(flatten)]
    pub(crate) number: TextBox,
    pub(crate) options: Vec<Choosable>,
}

/// The head of a pane.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct PaneHead {
    pub(crate) state: &'static str,
    pub(crate) open: bool,
    pub(crate) lead: Option<String>,
    pub(crate) summary: Option<String>,
}
