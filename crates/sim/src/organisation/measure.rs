//! What a figure of a report counts, read from the words of its header: two reports that count the
//! same thing agree because their headers say the same.

use crate::hash;

/// Something that can be counted for one member on one day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Measure {
    /// Which.
    pub(crate) id: u64,
    /// What has to be used for any of it to happen: the workload.
    pub(crate) gate: u64,
    /// How it behaves.
    pub(crate) nature: Nature,
}

/// How a figure behaves over time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Nature {
    /// It happens: so many on a usual day, in tenths.
    Flow(u64),
    /// The workload was used at all.
    Use,
    /// A device or an app was used, which most people do with a few only.
    Device,
    /// It is there: so much on average, and so much more each day.
    Stock(u64, u64),
    /// It is always the same.
    Fixed(u64),
}

const GIB: u64 = 1 << 30;

/// Words of a header, the first that fits wins, and what the figure is like.
const NATURES: [(&str, Nature); 49] = [
    ("issue warning quota", Nature::Fixed(98 * GIB)),
    ("prohibit send/receive quota", Nature::Fixed(100 * GIB)),
    ("prohibit send quota", Nature::Fixed(99 * GIB)),
    ("deleted item quota", Nature::Fixed(30 * GIB)),
    ("onedrive storage allocated", Nature::Fixed(1024 * GIB)),
    ("storage allocated", Nature::Fixed(25_600 * GIB)),
    ("deleted item size", Nature::Stock(GIB, 60_000)),
    ("storage used", Nature::Stock(7 * GIB, 700_000)),
    ("deleted item", Nature::Stock(900, 1)),
    ("item count", Nature::Stock(22_000, 9)),
    ("active file", Nature::Flow(40)),
    ("total file", Nature::Stock(1_500, 2)),
    ("viewed or edited", Nature::Flow(90)),
    ("synced", Nature::Flow(50)),
    ("shared internally", Nature::Flow(14)),
    ("shared externally", Nature::Flow(2)),
    ("file count", Nature::Stock(2_400, 3)),
    ("external member", Nature::Stock(2, 0)),
    ("member count", Nature::Stock(24, 0)),
    ("link", Nature::Stock(6, 0)),
    ("in seconds", Nature::Flow(24_000)),
    ("duration", Nature::Flow(24_000)),
    ("minutes", Nature::Flow(500)),
    ("received", Nature::Flow(80)),
    ("receive", Nature::Flow(450)),
    ("send", Nature::Flow(120)),
    ("read", Nature::Flow(300)),
    ("meeting created", Nature::Flow(8)),
    ("meeting interacted", Nature::Flow(30)),
    ("page", Nature::Flow(70)),
    ("active user", Nature::Flow(90)),
    ("active external", Nature::Flow(4)),
    ("urgent", Nature::Flow(1)),
    ("private chat", Nature::Flow(220)),
    ("reply message", Nature::Flow(18)),
    ("message", Nature::Flow(40)),
    ("ad hoc", Nature::Flow(6)),
    ("meeting", Nature::Flow(28)),
    ("call", Nature::Flow(17)),
    ("liked", Nature::Flow(22)),
    ("posted", Nature::Flow(9)),
    ("mention", Nature::Flow(12)),
    ("reaction", Nature::Flow(35)),
    ("channel", Nature::Flow(20)),
    ("guest", Nature::Flow(4)),
    ("response", Nature::Flow(60)),
    ("usagemb", Nature::Flow(41_000)),
    ("usagerequests", Nature::Flow(96_000)),
    ("usage", Nature::Flow(96_000)),
];

/// Products that have a workload of their own.
const PRODUCTS: [(&str, &str); 7] = [
    ("exchange", "exchange"),
    ("onedrive", "onedrive"),
    ("sharepoint", "sharepoint"),
    ("skype for business", "skype for business"),
    ("yammer", "viva engage"),
    ("teams", "microsoft teams"),
    ("office 365", "exchange"),
];

impl Measure {
    /// What a header counts. `activated` for reports of what is installed, where figures stand still.
    pub(crate) fn of(header: &str, workload: &str, activated: bool) -> Self {
        let stem = stem(header);
        let workload = workload.to_lowercase();
        let product = PRODUCTS.iter().find(|(product, _)| stem == *product);
        let lower = format!("{workload} {}", header.to_lowercase());
        let nature = if activated {
            Nature::Stock(2, 0)
        } else if product.is_some() {
            Nature::Use
        } else {
            NATURES
                .iter()
                .find(|(words, _)| lower.contains(words))
                .map_or(Nature::Device, |(_, nature)| *nature)
        };
        let room = product.map_or(workload.as_str(), |(_, room)| *room);
        let gate = hash::text(room.trim_start_matches("microsoft "));
        Self {
            id: hash::pair(gate, hash::text(&stem)),
            gate,
            nature,
        }
    }

    /// Whether it is there rather than happens.
    pub(crate) fn is_stock(&self) -> bool {
        matches!(self.nature, Nature::Stock(..) | Nature::Fixed(_))
    }
}

/// Words that say how a figure is told, not what it is.
const EMPTY_WORDS: [&str; 13] = [
    "count", "counts", "used", "is", "has", "file", "in", "seconds", "users", "enabled", "license",
    "copilot", "(byte)",
];

/// What a header is about, without how it is told: `Send Count` and `Send` are the same.
pub(crate) fn stem(header: &str) -> String {
    let lower = header.to_lowercase();
    let lower = lower
        .trim_end_matches(" last activity date")
        .trim_end_matches(" license assign date")
        .trim_end_matches(" active users")
        .trim_end_matches(" inactive")
        .trim_end_matches(" active");
    let words = lower
        .split_whitespace()
        .filter(|word| !EMPTY_WORDS.contains(word));
    let singular = |word: &str| -> String {
        let plural = word.len() > 3 && word.ends_with('s') && !word.ends_with("ss");
        // Products keep their names.
        if plural && !["teams", "windows", "business"].contains(&word) {
            word[..word.len() - 1].into()
        } else {
            word.into()
        }
    };
    let words: Vec<String> = words.map(singular).collect();
    if words.is_empty() {
        lower.to_owned()
    } else {
        words.join(" ")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers_that_count_the_same_agree() {
        for (trend, detail) in [
            ("Send", "Send Count"),
            ("Viewed Or Edited", "Viewed Or Edited File Count"),
            ("Team Chat Messages", "Team Chat Message Count"),
            ("Web", "Used Web"),
            ("Chrome OS", "Used  Chrome OS"),
            ("Exchange", "Exchange Last Activity Date"),
            ("Exchange", "Exchange Active"),
            ("Calls", "Call Count"),
            ("Audio Duration", "Audio Duration In Seconds"),
        ] {
            assert_eq!(stem(trend), stem(detail));
        }
        assert_ne!(stem("Read Count"), stem("Send Count"));
    }

    #[test]
    fn workloads_keep_their_figures_apart() {
        assert_ne!(
            Measure::of("Synced", "OneDrive", false).id,
            Measure::of("Synced", "SharePoint", false).id
        );
        assert_eq!(
            Measure::of("Exchange", "Microsoft 365", false).gate,
            Measure::of("Send", "Exchange", false).gate
        );
        assert_eq!(
            Measure::of("Teams", "Microsoft 365", false).gate,
            Measure::of("Calls", "Teams", false).gate
        );
    }
}
