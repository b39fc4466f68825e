//! What was looked up and is worth keeping for a while: how tables stand, and the figures of charts.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex, PoisonError},
};

use exmetrics_engine::{TableFailure, TableReader, TableState, TableVersion};
use jiff::{SignedDuration, Timestamp};

/// The newest of a number of things, by a key. What was used longest ago goes first.
#[derive(Debug)]
pub(crate) struct Kept<V> {
    most: usize,
    things: Mutex<VecDeque<(String, V)>>,
}

impl<V: Clone> Kept<V> {
    pub(crate) fn new(most: usize) -> Self {
        Self {
            most,
            things: Mutex::default(),
        }
    }

    pub(crate) fn get(&self, key: &str) -> Option<V> {
        let mut things = self.things.lock().unwrap_or_else(PoisonError::into_inner);
        let place = things.iter().position(|(other, _)| other == key)?;
        let found = things.remove(place)?;
        let value = found.1.clone();
        things.push_front(found);
        Some(value)
    }

    fn forget(&self, key: &str) {
        let mut things = self.things.lock().unwrap_or_else(PoisonError::into_inner);
        things.retain(|(other, _)| other != key);
    }

    pub(crate) fn keep(&self, key: String, value: V) {
        let mut things = self.things.lock().unwrap_or_else(PoisonError::into_inner);
        things.retain(|(other, _)| *other != key);
        things.push_front((key, value));
        things.truncate(self.most);
    }
}

/// For how long what a table said of itself is believed. A run that lands shows within this.
const BELIEVED: SignedDuration = SignedDuration::from_secs(2);

/// How many tables' states and histories are kept.
const MOST_TABLES: usize = 256;
const MOST_HISTORIES: usize = 16;

/// What tables said of themselves.
#[derive(Debug)]
pub(crate) struct Tables {
    states: Kept<(Timestamp, TableState)>,
    histories: Kept<Arc<Vec<TableVersion>>>,
}

impl Tables {
    pub(crate) fn new() -> Self {
        Self {
            states: Kept::new(MOST_TABLES),
            histories: Kept::new(MOST_HISTORIES),
        }
    }

    /// How a table stands, as of a moment ago.
    pub(crate) async fn describe(
        &self,
        reader: &dyn TableReader,
        location: &str,
        now: Timestamp,
    ) -> Result<TableState, TableFailure> {
        if let Some((at, state)) = self.states.get(location)
            && (now.duration_since(at)).abs() < BELIEVED
        {
            return Ok(state);
        }
        let state = reader.describe(location).await?;
        self.states.keep(location.to_owned(), (now, state.clone()));
        Ok(state)
    }

    /// A table was changed from here: what it said before is not believed any more.
    pub(crate) fn changed(&self, location: &str) {
        self.states.forget(location);
    }

    /// How a table stood when somebody looked last, if anybody did.
    pub(crate) fn last_seen(&self, location: &str) -> Option<TableState> {
        self.states.get(location).map(|(_, state)| state)
    }

    /// The versions of a table whose newest is known.
    pub(crate) async fn history(
        &self,
        reader: &dyn TableReader,
        location: &str,
        newest: u64,
    ) -> Result<Arc<Vec<TableVersion>>, TableFailure> {
        let key = format!("{newest} {location}");
        if let Some(history) = self.histories.get(&key) {
            return Ok(history);
        }
        let history = Arc::new(reader.history(location).await?);
        self.histories.keep(key, Arc::clone(&history));
        Ok(history)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_used_longest_ago_goes_first() {
        let kept = Kept::new(2);
        kept.keep("a".into(), 1);
        kept.keep("b".into(), 2);
        assert_eq!(kept.get("a"), Some(1));
        kept.keep("c".into(), 3);
        assert_eq!(
            [kept.get("a"), kept.get("b"), kept.get("c")],
            [Some(1), None, Some(3)]
        );
    }
}
