//! A schedule: from fields to its text, and back. Each rule has exactly one form, so that an edit shows what
//! was saved.

use exmetrics_catalog::{Schedule, ScheduleParts};

use super::{
    fault::{Fault, Pane},
    fields::{Fields, Presets},
};

/// The fields of a schedule.
pub(super) const NAMES: [&str; 17] = [
    "schedule_mode",
    "schedule_kind",
    "advanced_kind",
    "every",
    "unit",
    "active",
    "active_from",
    "active_to",
    "weekday",
    "minute",
    "at",
    "month_day",
    "times",
    "month_days",
    "nth",
    "cron",
    "schedule_text",
];

/// Monday to Friday.
const WORKDAYS: [&str; 5] = ["mon", "tue", "wed", "thu", "fri"];

/// Days of the week, as forms write them and as people read them.
pub(super) const WEEKDAYS: [(&str, &str); 7] = [
    ("mon", "Monday"),
    ("tue", "Tuesday"),
    ("wed", "Wednesday"),
    ("thu", "Thursday"),
    ("fri", "Friday"),
    ("sat", "Saturday"),
    ("sun", "Sunday"),
];

/// The chosen form of the schedule, whichever the mode.
pub(super) fn kind(fields: &Fields) -> &str {
    match fields.schedule_mode.as_str() {
        "advanced" => &fields.advanced_kind,
        _ => &fields.schedule_kind,
    }
}

/// Puts the presets where nothing was chosen.
pub(super) fn fill(fields: &mut Fields) {
    let presets = Presets::beside(fields);
    for (name, field, value) in [
        ("schedule_mode", &mut fields.schedule_mode, "basic"),
        ("schedule_kind", &mut fields.schedule_kind, "daily"),
        ("advanced_kind", &mut fields.advanced_kind, "times"),
        ("every", &mut fields.every, "2"),
        ("unit", &mut fields.unit, "h"),
        ("active_from", &mut fields.active_from, "08:00"),
        ("active_to", &mut fields.active_to, "18:00"),
        ("minute", &mut fields.minute, "0"),
        ("at", &mut fields.at, "06:00"),
        ("month_day", &mut fields.month_day, "1"),
        ("times", &mut fields.times, "06:00, 18:00"),
        ("cron", &mut fields.cron, "0 6 * * *"),
        ("schedule_text", &mut fields.schedule_text, "daily at 06:00"),
        ("time_zone", &mut fields.time_zone, "UTC"),
    ] {
        presets.put(name, field, value);
    }
    if kind(fields) == "weekly" && fields.weekday.is_empty() && !fields.is_touched("weekday") {
        fields.weekday.push("mon".into());
    }
    if kind(fields) == "days"
        && fields.month_days.is_empty()
        && fields.nth.is_empty()
        && !fields.is_touched("month_days")
        && !fields.is_touched("nth")
    {
        fields.month_days.push("1".into());
    }
}

/// The schedule; none for what is only started by hand.
pub(super) fn read(fields: &Fields) -> Result<Option<Schedule>, Vec<Fault>> {
    let kind = kind(fields);
    if kind == "manual" {
        return Ok(None);
    }
    let mut faults = Vec::new();
    let zone = fields.time_zone.trim();
    if let Err(error) = format!("daily at 06:00 in {zone}").parse::<Schedule>() {
        let text = match zone {
            "" => "write a time zone such as Europe/Berlin or UTC".to_owned(),
            _ => error.message,
        };
        faults.push(fault("time_zone", "Time zone", text));
    }
    let schedule = match text(fields, kind) {
        Ok((text, field, label)) => match text.parse::<Schedule>() {
            Ok(schedule) => Some((schedule, text)),
            Err(error) => {
                // An interval that does not fit is said beside the hours.
                let hours = kind == "every" && error.message.contains("hours");
                let (field, label) = match hours {
                    true => ("active", "Active hours"),
                    false => (field, label),
                };
                faults.push(fault(field, label, error.message));
                None
            }
        },
        Err(wrong) => {
            faults.push(wrong);
            None
        }
    };
    let Some((schedule, text)) = schedule.filter(|_| faults.is_empty()) else {
        return Err(faults);
    };
    if kind == "words" && schedule.parts() == ScheduleParts::Manual {
        return Ok(None);
    }
    match format!("{text} in {zone}").parse() {
        Ok(schedule) => Ok(Some(schedule)),
        Err(error) => Err(vec![fault("time_zone", "Time zone", error.message)]),
    }
}

fn fault(field: &'static str, label: &'static str, text: impl Into<String>) -> Fault {
    Fault::new(Pane::Scheduling, field, label, text)
}

/// The text without its zone, and the field beside which it is wrong if it is.
fn text(fields: &Fields, kind: &str) -> Result<(String, &'static str, &'static str), Fault> {
    let at = fields.at.trim();
    let weekdays = fields.weekday.join(", ");
    Ok(match kind {
        "every" => (every(fields)?, "every", "Every"),
        "hourly" => {
            let minute = number(&fields.minute, 0, 59)
                .ok_or_else(|| fault("minute", "Minutes past the hour", "write 0 to 59"))?;
            (
                format!("hourly at :{minute:02}"),
                "minute",
                "Minutes past the hour",
            )
        }
        "weekdays" => (format!("weekdays at {at}"), "at", "At"),
        "weekly" if fields.weekday.is_empty() => {
            return Err(fault("weekday", "On", "choose at least one day"));
        }
        "weekly" => (format!("weekly on {weekdays} at {at}"), "at", "At"),
        "monthly" => {
            let day = month_day(&fields.month_day);
            (format!("monthly on {day} at {at}"), "at", "At")
        }
        "times" => {
            let times = fields.times.trim();
            let text = match weekdays.is_empty() {
                true => format!("daily at {times}"),
                false => format!("weekly on {weekdays} at {times}"),
            };
            (text, "times", "At")
        }
        "days" => {
            let days: Vec<String> = fields
                .month_days
                .iter()
                .chain(&fields.nth)
                .map(|day| month_day(day))
                .collect();
            if days.is_empty() {
                return Err(fault(
                    "month_days",
                    "Days of the month",
                    "choose at least one day",
                ));
            }
            let text = format!("monthly on {} at {}", days.join(", "), fields.times.trim());
            (text, "times", "At")
        }
        "cron" => (format!("cron {}", fields.cron.trim()), "cron", "Cron"),
        "words" => (
            fields.schedule_text.trim().to_owned(),
            "schedule_text",
            "In words",
        ),
        _ => (format!("daily at {at}"), "at", "At"),
    })
}

fn every(fields: &Fields) -> Result<String, Fault> {
    let most = match fields.unit.as_str() {
        "h" => 24,
        _ => 1440,
    };
    let number = number(&fields.every, 1, most)
        .ok_or_else(|| fault("every", "Every", format!("write 1 to {most}")))?;
    let unit = match fields.unit.as_str() {
        "h" => "h",
        _ => "m",
    };
    let mut text = format!("every {number}{unit}");
    if fields.active == "yes" {
        let (from, to) = (fields.active_from.trim(), fields.active_to.trim());
        text.push_str(&format!(" from {from} to {to}"));
    }
    if !fields.weekday.is_empty() && fields.weekday.len() < WEEKDAYS.len() {
        text.push_str(&format!(" on {}", fields.weekday.join(", ")));
    }
    Ok(text)
}

fn month_day(text: &str) -> String {
    match text.split_once('-') {
        Some((ordinal, weekday)) => format!("{ordinal} {weekday}"),
        None if text == "last" => "last day".into(),
        None => text.to_owned(),
    }
}

/// A whole number within bounds.
pub(super) fn number(text: &str, least: u32, most: u32) -> Option<u32> {
    let number = text.trim().parse().ok()?;
    (least..=most).contains(&number).then_some(number)
}

/// Back into fields.
pub(super) fn write(fields: &mut Fields, schedule: Option<&Schedule>) {
    let (basic, advanced) = ("basic", "advanced");
    let parts = schedule.map_or(ScheduleParts::Manual, Schedule::parts);
    fields.time_zone = schedule.map_or("UTC", Schedule::zone_name).to_owned();
    let chosen = match parts {
        ScheduleParts::Manual => (basic, "manual"),
        ScheduleParts::Every {
            minutes,
            hours,
            weekdays,
        } => {
            let (number, unit) = match minutes % 60 {
                0 => (minutes / 60, "h"),
                _ => (minutes, "m"),
            };
            fields.every = number.to_string();
            fields.unit = unit.into();
            if let Some((from, to)) = hours {
                fields.active = "yes".into();
                (fields.active_from, fields.active_to) = (from, to);
            }
            fields.weekday = weekdays;
            (basic, "every")
        }
        ScheduleParts::Hourly { minute } => {
            fields.minute = minute.to_string();
            (basic, "hourly")
        }
        ScheduleParts::Weekly { weekdays, times } => {
            let once = times.len() == 1;
            match once {
                true => fields.at = times.concat(),
                false => fields.times = times.join(", "),
            }
            let workdays = weekdays == WORKDAYS;
            let each_day = weekdays.is_empty();
            fields.weekday = weekdays;
            match (once, each_day, workdays) {
                (false, ..) => (advanced, "times"),
                (true, true, _) => (basic, "daily"),
                (true, _, true) => (basic, "weekdays"),
                (true, ..) => (basic, "weekly"),
            }
        }
        ScheduleParts::Monthly { days, times } => {
            let simple = days.len() == 1 && times.len() == 1 && !days.concat().contains('-');
            if simple {
                fields.month_day = days.concat();
                fields.at = times.concat();
                (basic, "monthly")
            } else {
                fields.times = times.join(", ");
                (fields.nth, fields.month_days) =
                    days.into_iter().partition(|day| day.contains('-'));
                (advanced, "days")
            }
        }
        ScheduleParts::Cron(text) => {
            fields.cron = text;
            (advanced, "cron")
        }
    };
    fields.schedule_mode = chosen.0.into();
    match chosen.0 {
        "advanced" => fields.advanced_kind = chosen.1.into(),
        _ => fields.schedule_kind = chosen.1.into(),
    }
}
