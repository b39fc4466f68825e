//! The words that webhooks and mails share.

use std::borrow::Cow;

use crate::Notice;

/// The most characters of a title that are shown.
const TITLE: usize = 200;

/// On one line: what breaks lines or rings bells becomes a space.
pub(crate) fn one_line(text: &str) -> String {
    text.split(|character: char| character.is_whitespace() || character.is_control())
        .filter(|word| !word.is_empty())
        .collect::<Vec<_>>()
        .join(" ")
}

/// At most so many characters.
pub(crate) fn clip(text: &str, most: usize) -> Cow<'_, str> {
    match text.char_indices().nth(most) {
        None => Cow::Borrowed(text),
        Some(_) => Cow::Owned(text.chars().take(most - 1).chain(['…']).collect()),
    }
}

/// The title, on one line and not too long.
pub(crate) fn title(notice: &Notice) -> String {
    let title = one_line(&notice.title);
    clip(&title, TITLE).into_owned()
}

/// What the notice is about, label by label.
pub(crate) fn details(notice: &Notice) -> Vec<(&'static str, String)> {
    let named = [
        ("DataSet", &notice.dataset),
        ("Account", &notice.account),
        ("Run", &notice.run_id),
    ];
    named
        .into_iter()
        .filter_map(|(label, value)| Some((label, one_line(value.as_deref()?))))
        .collect()
}
