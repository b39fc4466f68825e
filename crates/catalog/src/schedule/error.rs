//! Why a text is no schedule.

use super::words::Word;

/// A text that is no schedule, said to the person who wrote it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct ScheduleError {
    /// What is wrong and what to write instead.
    pub message: String,
    /// Where the offending word starts: the position of its first character, counted from 1; `None`
    /// when it is the text as a whole.
    pub column: Option<usize>,
}

impl ScheduleError {
    /// An error about the text as a whole.
    pub(super) fn whole(message: impl Into<String>) -> Self {
        Self {
            message: message.into(),
            column: None,
        }
    }

    /// An error about one word.
    pub(super) fn at(word: &Word, message: impl Into<String>) -> Self {
        Self {
            message: message.into(),
            column: Some(word.column),
        }
    }
}
