//! What numbers count, and how a value reads in a sentence. Neighbour: `scale` uses the sizes for round ticks.

use super::number::{SPACE, grouped, significant, trimmed};

/// What a chart's numbers count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// Things: messages, users, calls.
    Count,
    /// Bytes; shown in KB, MB, GB, TB and PB of 1,024 each, as Microsoft's admin centre does.
    Bytes,
    /// Seconds; shown as seconds, minutes, hours or days.
    Seconds,
    /// Hundredths: `84.0` is 84 %.
    Percent,
}

/// A step of a unit: how much of the base it is, and its sign.
pub(super) type Step = (f64, &'static str);

const BYTES: [Step; 6] = [
    (1.0, "B"),
    (1024.0, "KB"),
    (1_048_576.0, "MB"),
    (1_073_741_824.0, "GB"),
    (1_099_511_627_776.0, "TB"),
    (1_125_899_906_842_624.0, "PB"),
];
const SECONDS: [Step; 4] = [(1.0, "s"), (60.0, "min"), (3600.0, "h"), (86_400.0, "d")];

impl Unit {
    /// A value in full: `1,234`, `18.1 TB`, `10 min 7 s`, `0.2 %`.
    #[must_use]
    pub fn write(self, value: f64) -> String {
        match self {
            Self::Count => {
                if value.fract() == 0.0 || value.abs() >= 1000.0 {
                    grouped(value, 0)
                } else {
                    significant(value)
                }
            }
            Self::Percent => format!("{}{SPACE}%", significant(value)),
            Self::Bytes => {
                let (size, sign) = self.step_for(value);
                format!("{}{SPACE}{sign}", significant(value / size))
            }
            Self::Seconds => duration(value),
        }
    }

    /// The step in which a value of this size reads best.
    pub(super) fn step_for(self, value: f64) -> Step {
        let steps: &[Step] = match self {
            Self::Count => &[(1.0, "")],
            Self::Percent => &[(1.0, "%")],
            Self::Bytes => &BYTES,
            Self::Seconds => &SECONDS,
        };
        steps
            .iter()
            .rev()
            .find(|(size, _)| value >= *size)
            .or(steps.first())
            .copied()
            .unwrap_or((1.0, ""))
    }
}

/// Two neighbouring steps at most: `0.4 s`, `3.2 s`, `10 min 7 s`, `2 h 5 min`, `3 d 4 h`.
fn duration(seconds: f64) -> String {
    if seconds < 59.95 {
        let figure = if seconds < 0.095 {
            significant(seconds)
        } else {
            trimmed(seconds, 1)
        };
        return format!("{figure}{SPACE}s");
    }
    let at = if seconds < 3599.5 {
        1
    } else if seconds < 86_370.0 {
        2
    } else {
        3
    };
    let (size, sign) = SECONDS[at];
    let (small, small_sign) = SECONDS[at - 1];
    let smalls = (seconds / small).round();
    let whole = (smalls * small / size).floor();
    let rest = smalls - whole * size / small;
    let head = format!("{}{SPACE}{sign}", grouped(whole, 0));
    if rest < 0.5 {
        head
    } else {
        format!("{head} {}{SPACE}{small_sign}", grouped(rest, 0))
    }
}
