//! The canonical text of a rule.

use std::fmt;

use super::days::Weekdays;
use super::rule::Rule;

impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Manual => f.write_str("manual"),
            Self::Every {
                interval,
                hours,
                days,
            } => {
                write!(f, "every {interval}")?;
                if let Some(hours) = hours {
                    write!(f, " from {} to {}", hours.from, hours.to)?;
                }
                if *days != Weekdays::ALL {
                    write!(f, " on {days}")?;
                }
                Ok(())
            }
            Self::Hourly { minute: 0 } => f.write_str("hourly"),
            Self::Hourly { minute } => write!(f, "hourly at :{minute:02}"),
            Self::Weekly { days, times } => match *days {
                Weekdays::ALL => write!(f, "daily at {times}"),
                Weekdays::WORKDAYS => write!(f, "weekdays at {times}"),
                days => write!(f, "weekly on {days} at {times}"),
            },
            Self::Monthly { days, times } => {
                let days: Vec<String> = days.iter().map(ToString::to_string).collect();
                write!(f, "monthly on {} at {times}", days.join(", "))
            }
            Self::Cron(cron) => write!(f, "cron {}", cron.text),
        }
    }
}
