//! Time zones: by name, and from local times to instants.

use jiff::Timestamp;
use jiff::civil::{Date, DateTime};
use jiff::tz::{AmbiguousOffset, Offset, TimeZone, TimeZoneDatabase};

use super::error::ScheduleError;
use super::words::Word;

/// Longer words are not worth a guess.
const LONGEST_GUESS: usize = 40;

/// A time zone of the tz data that is built in.
#[derive(Debug, Clone)]
pub(super) struct Zone(TimeZone);

// By name: jiff takes `US/Eastern` for `America/New_York`, but what is equal must read the same.
impl PartialEq for Zone {
    fn eq(&self, other: &Self) -> bool {
        self.name() == other.name()
    }
}

impl Eq for Zone {}

impl Zone {
    /// UTC.
    pub(super) fn utc() -> Self {
        Self(TimeZone::UTC)
    }

    /// Finds a zone by its name, of which there is at least one word: `new york` is two.
    pub(super) fn find(words: &[Word]) -> Result<Self, ScheduleError> {
        let known = TimeZoneDatabase::bundled();
        let get = |name: &str| {
            let zone = known.get(name).ok()?;
            // 'Etc/Unknown' is a zone by name alone.
            (!zone.is_unknown() && zone.iana_name().is_some()).then_some(Self(zone))
        };
        let texts: Vec<&str> = words.iter().map(|word| word.text.as_str()).collect();
        if let Some(zone) = get(&texts.join("_")) {
            return Ok(zone);
        }
        let Some(first) = words.first() else {
            return Err(ScheduleError::whole("a time zone is missing"));
        };
        if let (Some(zone), Some(extra)) = (get(&first.text), words.get(1)) {
            let message = format!(
                "{} is not expected after the time zone {}",
                extra.quoted(),
                zone.name()
            );
            return Err(ScheduleError::at(extra, message));
        }
        let name = Word {
            text: texts.join(" "),
            ..first.clone()
        };
        let names: Vec<String> = known.available().map(|name| name.to_string()).collect();
        let message = match nearest(&texts.join("_"), &names) {
            Some(near) => format!("{} is no time zone; did you mean {near}?", name.quoted()),
            None => format!(
                "{} is no time zone; write an IANA name such as Europe/Berlin or UTC",
                name.quoted()
            ),
        };
        Err(ScheduleError::at(first, message))
    }

    /// Its IANA name.
    pub(super) fn name(&self) -> &str {
        self.0.iana_name().unwrap_or("UTC")
    }

    /// Whether it is plain UTC.
    pub(super) fn is_utc(&self) -> bool {
        self.name() == "UTC"
    }

    /// The local date at an instant.
    pub(super) fn date(&self, at: Timestamp) -> Date {
        self.0.to_datetime(at).date()
    }

    /// The instants at which what is due at a local time runs: one, or two where clocks go back and
    /// the rhythm, in minutes, is no longer than the stretch that is repeated. None outside the range
    /// of instants.
    pub(super) fn instants(
        &self,
        local: DateTime,
        rhythm: Option<u16>,
    ) -> impl Iterator<Item = Timestamp> {
        let ambiguous = self.0.to_ambiguous_timestamp(local);
        let (first, second) = match ambiguous.offset() {
            AmbiguousOffset::Unambiguous { .. } => (ambiguous.unambiguous().ok(), None),
            AmbiguousOffset::Gap { after, .. } => (self.gap_end(local, after), None),
            AmbiguousOffset::Fold { before, after } => {
                let repeated = before.seconds() - after.seconds();
                let goes_on = rhythm.is_some_and(|minutes| i32::from(minutes) * 60 <= repeated);
                let (first, second) = (before.to_timestamp(local), after.to_timestamp(local));
                (first.ok(), second.ok().filter(|_| goes_on))
            }
        };
        first.into_iter().chain(second)
    }

    /// The first moment after the gap that holds a local time.
    fn gap_end(&self, local: DateTime, after: Offset) -> Option<Timestamp> {
        // Read with the offset of after the gap, the time lies before it, by less than its length.
        let before_gap = after.to_timestamp(local).ok()?;
        self.0
            .following(before_gap)
            .find(|transition| transition.offset() == after)
            .map(|transition| transition.timestamp())
    }
}

/// The name that somebody most likely meant, by the whole name or by the city alone.
fn nearest<'a>(text: &str, names: &'a [String]) -> Option<&'a str> {
    let length = text.chars().count();
    if length > LONGEST_GUESS {
        return None;
    }
    let text = text.to_lowercase();
    let city = |name: &str| name.rsplit('/').next().unwrap_or(name).to_owned();
    let distance = |name: &str| {
        let name = name.to_lowercase();
        let whole = strsim::damerau_levenshtein(&text, &name);
        // The right city on the wrong continent is a little further.
        let other = usize::from(text.contains('/'));
        whole.min(strsim::damerau_levenshtein(&city(&text), &city(&name)) + other)
    };
    // A slip or two in a long name; none in 'PST', which is a letter from many a zone.
    let allowed = if length < 5 { 0 } else { (length / 4).min(3) };
    let near = names.iter().map(|name| (distance(name), name)).min()?;
    (near.0 <= allowed).then_some(near.1)
}
