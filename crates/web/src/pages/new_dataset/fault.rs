//! What is wrong with a form, beside which field.

/// A pane of the form.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Pane {
    Credentials,
    Details,
    Scheduling,
    Name,
}

impl Pane {
    /// The word in the page.
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Credentials => "credentials",
            Self::Details => "details",
            Self::Scheduling => "scheduling",
            Self::Name => "name",
        }
    }
}

/// One thing that is wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Fault {
    /// The pane it is in.
    pub(super) pane: Pane,
    /// The field's name; also its id in the page.
    pub(super) field: &'static str,
    /// What the field is called, for a list of faults.
    pub(super) label: &'static str,
    /// What is wrong.
    pub(super) text: String,
}

impl Fault {
    pub(super) fn new(
        pane: Pane,
        field: &'static str,
        label: &'static str,
        text: impl Into<String>,
    ) -> Self {
        Self {
            pane,
            field,
            label,
            text: sentence(&text.into()),
        }
    }
}

/// With a capital and a full stop.
pub(crate) fn sentence(text: &str) -> String {
    let mut letters = text.chars();
    let mut said: String = match letters.next() {
        Some(first) => first.to_uppercase().chain(letters).collect(),
        None => return String::new(),
    };
    if !said.ends_with(['.', '?', '!', ':']) {
        said.push('.');
    }
    said
}
