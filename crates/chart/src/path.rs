//! Path data for lines and areas: relative steps with one decimal, so that three years of days stay small.

use super::number::trimmed;

/// Units across a stretched plot (its view box); heights are pixels.
pub(super) const ACROSS: f64 = 1000.0;

/// Path data that is being written. Positions are rounded before they are subtracted, so that errors never add up.
#[derive(Default)]
pub(super) struct Path {
    data: String,
    /// In tenths.
    at: (i64, i64),
}

impl Path {
    /// A line through `points`, not joined to what was drawn before. One point alone becomes a step of no length,
    /// which round line ends show as a dot.
    pub(super) fn run(&mut self, points: &[(f64, f64)]) {
        for (index, point) in points.iter().enumerate() {
            self.step(if index == 0 { 'm' } else { 'l' }, *point);
        }
        if points.len() == 1 {
            self.data.push_str("h0");
        }
    }

    /// A closed shape between an upper edge, left to right, and a lower one, left to right.
    pub(super) fn ring(&mut self, upper: &[(f64, f64)], lower: &[(f64, f64)]) {
        for (index, point) in upper.iter().chain(lower.iter().rev()).enumerate() {
            self.step(if index == 0 { 'm' } else { 'l' }, *point);
        }
        self.data.push('z');
        // Closing moves the pen back to the first point.
        if let Some(first) = upper.first() {
            self.at = tenths(*first);
        }
    }

    pub(super) fn finish(self) -> String {
        self.data
    }

    fn step(&mut self, letter: char, point: (f64, f64)) {
        let to = tenths(point);
        let (dx, dy) = (to.0 - self.at.0, to.1 - self.at.1);
        self.at = to;
        if letter == 'm' || !continues(&self.data) {
            self.data.push(letter);
        }
        self.number(dx);
        self.number(dy);
    }

    /// Digits need a space between them; a minus sign is its own separator.
    fn number(&mut self, tenths: i64) {
        let text = trimmed(tenths as f64 / 10.0, 1);
        let text = match text.strip_prefix("0.") {
            Some(rest) => format!(".{rest}"),
            None => text.replacen("-0.", "-.", 1),
        };
        if !text.starts_with('-') && self.data.ends_with(|last: char| last.is_ascii_digit()) {
            self.data.push(' ');
        }
        self.data.push_str(&text);
    }
}

/// After `m` and `l`, further pairs of numbers are lines by themselves.
fn continues(data: &str) -> bool {
    data.ends_with(|last: char| last.is_ascii_digit())
}

fn tenths(point: (f64, f64)) -> (i64, i64) {
    (
        (point.0 * 10.0).round() as i64,
        (point.1 * 10.0).round() as i64,
    )
}
