//! A line of text as words with their columns, and the words as clauses.

use super::error::ScheduleError;

/// Words that are there for the sound of it.
const FILLERS: [&str; 2] = ["and", "the"];
/// No message repeats more of a word than so many characters.
const QUOTED: usize = 40;

/// One word, as it was written.
#[derive(Debug, Clone)]
pub(super) struct Word {
    /// As it was written.
    pub(super) text: String,
    /// In lower case.
    pub(super) low: String,
    /// The position of its first character, counted from 1.
    pub(super) column: usize,
}

impl Word {
    fn new(text: &str, column: usize) -> Self {
        Self {
            text: text.to_owned(),
            low: text.to_lowercase(),
            column,
        }
    }

    /// The word in quotes, fit for a message: cut when long, without control characters.
    pub(super) fn quoted(&self) -> String {
        let mut cut: String = self
            .text
            .chars()
            .take(QUOTED)
            .map(|c| if c.is_control() { '\u{fffd}' } else { c })
            .collect();
        if self.text.chars().nth(QUOTED).is_some() {
            cut.push('…');
        }
        format!("'{cut}'")
    }
}

/// What separates words.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Separator {
    /// White space alone: the fields of cron hold commas.
    Space,
    /// White space and commas.
    SpaceOrComma,
}

/// The words of a text without fillers.
pub(super) fn split(text: &str, separator: Separator) -> Vec<Word> {
    let separates =
        |c: char| c.is_whitespace() || (c == ',' && separator == Separator::SpaceOrComma);
    let mut words = Vec::new();
    let mut word = String::new();
    let mut column = 1;
    // The space at the end closes the last word.
    for (index, c) in text.chars().chain([' ']).enumerate() {
        if !separates(c) {
            if word.is_empty() {
                column = index + 1;
            }
            word.push(c);
        } else if !word.is_empty() {
            words.push(Word::new(&word, column));
            word.clear();
        }
    }
    words.retain(|word| !FILLERS.contains(&word.low.as_str()));
    words
}

/// The word that starts a clause.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Key {
    /// `at`: times.
    At,
    /// `on`: days.
    On,
    /// `from`: the start of active hours.
    From,
    /// `to`: their end.
    To,
    /// `in`: a time zone.
    In,
}

impl Key {
    fn of(word: &Word) -> Option<Self> {
        Some(match word.low.as_str() {
            "at" => Self::At,
            "on" => Self::On,
            "from" => Self::From,
            "to" => Self::To,
            "in" => Self::In,
            _ => return None,
        })
    }

    fn followed_by(self) -> &'static str {
        match self {
            Self::At => "a time such as 06:30",
            Self::On => "days such as mon, thu",
            Self::From | Self::To => "a time such as 08:00",
            Self::In => "a time zone such as Europe/Berlin",
        }
    }
}

/// A keyword and what follows it, which is at least one word.
#[derive(Debug)]
pub(super) struct Clause {
    key: Key,
    /// The keyword as a word.
    pub(super) keyword: Word,
    /// What follows.
    pub(super) words: Vec<Word>,
}

impl Clause {
    /// The only word that follows.
    pub(super) fn only(&self) -> Result<&Word, ScheduleError> {
        match self.words.as_slice() {
            [word] => Ok(word),
            [_, extra, ..] => Err(ScheduleError::at(
                extra,
                format!(
                    "{} is one too many after {}",
                    extra.quoted(),
                    self.keyword.quoted()
                ),
            )),
            [] => Err(self.lacking()),
        }
    }

    fn lacking(&self) -> ScheduleError {
        ScheduleError::at(
            &self.keyword,
            format!(
                "{} must be followed by {}",
                self.keyword.quoted(),
                self.key.followed_by()
            ),
        )
    }
}

/// The words before the first keyword, and the clauses, each at most once and in any order.
#[derive(Debug)]
pub(super) struct Clauses {
    /// The words before the first keyword.
    pub(super) head: Vec<Word>,
    given: Vec<Clause>,
}

impl Clauses {
    /// Sorts words into clauses.
    pub(super) fn of(words: Vec<Word>) -> Result<Self, ScheduleError> {
        let mut clauses = Self {
            head: Vec::new(),
            given: Vec::new(),
        };
        for word in words {
            match (Key::of(&word), clauses.given.last_mut()) {
                (Some(key), _) => clauses.open(key, word)?,
                (None, Some(clause)) => clause.words.push(word),
                (None, None) => clauses.head.push(word),
            }
        }
        match clauses.given.iter().find(|clause| clause.words.is_empty()) {
            Some(clause) => Err(clause.lacking()),
            None => Ok(clauses),
        }
    }

    fn open(&mut self, key: Key, keyword: Word) -> Result<(), ScheduleError> {
        if self.given.iter().any(|clause| clause.key == key) {
            let message = format!("{} is there twice; write it once", keyword.quoted());
            return Err(ScheduleError::at(&keyword, message));
        }
        self.given.push(Clause {
            key,
            keyword,
            words: Vec::new(),
        });
        Ok(())
    }

    /// Takes a clause out, if it is there.
    pub(super) fn take(&mut self, key: Key) -> Option<Clause> {
        let at = self.given.iter().position(|clause| clause.key == key)?;
        Some(self.given.remove(at))
    }

    /// The first clause that nobody took.
    pub(super) fn left(&self) -> Option<&Clause> {
        self.given.first()
    }
}
