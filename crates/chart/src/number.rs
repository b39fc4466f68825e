//! How plain numbers are written: thousands in groups, short forms for an axis. Neighbour: `unit` adds what they count.

/// Between a number and its unit: a space that does not break.
pub(super) const SPACE: char = '\u{a0}';

/// `1234567.0` as `1,234,567`; at most `decimals` decimals, without trailing zeros.
pub(super) fn grouped(value: f64, decimals: usize) -> String {
    // Beyond this a float has no more digits to show than noise.
    if value.abs() >= 1e18 {
        return format!("{value:.2e}");
    }
    let plain = trimmed(value, decimals);
    let (sign, digits) = plain
        .strip_prefix('-')
        .map_or(("", plain.as_str()), |rest| ("-", rest));
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let mut out = String::from(sign);
    for (at, digit) in whole.chars().enumerate() {
        if at > 0 && (whole.len() - at).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    if !fraction.is_empty() {
        out.push('.');
        out.push_str(fraction);
    }
    out
}

/// A number with three significant digits or, above 100, none behind the point; tiny ones keep their first two digits.
pub(super) fn significant(value: f64) -> String {
    let size = value.abs();
    if size == 0.0 {
        "0".to_owned()
    } else if size >= 99.95 {
        grouped(value, 0)
    } else if size >= 9.995 {
        grouped(value, 1)
    } else if size >= 0.01 {
        grouped(value, 2)
    } else if size >= 1e-6 {
        grouped(value, (1.0 - size.log10()).ceil() as usize)
    } else {
        format!("{value:.1e}")
    }
}

/// For an axis: `950`, `1.2 k`, `3.4 M`.
pub(super) fn short(value: f64) -> String {
    const STEPS: [(f64, &str); 4] = [(1e12, "tn"), (1e9, "bn"), (1e6, "M"), (1e3, "k")];
    for (size, word) in STEPS {
        if value.abs() >= size {
            return format!("{}{SPACE}{word}", significant(value / size));
        }
    }
    significant(value)
}

/// At most `decimals` decimals, without trailing zeros and never `-0`.
pub(super) fn trimmed(value: f64, decimals: usize) -> String {
    let text = format!("{value:.decimals$}");
    let text = if text.contains('.') {
        text.trim_end_matches('0').trim_end_matches('.')
    } else {
        text.as_str()
    };
    if text == "-0" {
        "0".to_owned()
    } else {
        text.to_owned()
    }
}
