//! Figures to draw, and a source of numbers that is the same every time.

use exmetrics_chart::{Daily, Day, Series, Subject, Unit};

pub(crate) const FIRST: i32 = 20_751; // 25 October 2026

pub(crate) fn days(count: usize) -> Vec<Day> {
    (0..count as i32)
        .map(|at| Day::since_epoch(FIRST + at))
        .collect()
}

pub(crate) fn one(values: Vec<Option<f64>>) -> Daily {
    Daily::new(days(values.len()), vec![Series::new("Sent", values)])
}

pub(crate) fn mail() -> Subject {
    Subject::new("mail", "Mail per day", Unit::Count)
}

/// Xorshift: enough to try many patterns of gaps.
pub(crate) struct Random(pub(crate) u64);

impl Random {
    pub(crate) fn below(&mut self, end: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % end
    }

    /// Values with gaps: in a quarter of all cases none, in a quarter nearly all.
    pub(crate) fn values(&mut self, count: usize) -> Vec<Option<f64>> {
        let holes = [0, 3, 6, 9][self.below(4) as usize];
        (0..count)
            .map(|_| (self.below(10) >= holes).then(|| self.below(50_000) as f64 + 1.0))
            .collect()
    }
}

pub(crate) fn runs(values: &[Option<f64>]) -> Vec<usize> {
    values
        .split(Option::is_none)
        .map(<[Option<f64>]>::len)
        .filter(|length| *length > 0)
        .collect()
}

/// All `d` attributes of paths that have exactly this class.
pub(crate) fn paths(svg: &str, class: &str) -> Vec<String> {
    let document = roxmltree::Document::parse(svg).unwrap();
    document
        .descendants()
        .filter(|node| node.has_tag_name((NS, "path")) && node.attribute("class") == Some(class))
        .map(|node| node.attribute("d").unwrap().to_owned())
        .collect()
}

pub(crate) const NS: &str = "http://www.w3.org/2000/svg";
