//! The menus of a schedule: only those that its kind needs.

use serde::Serialize;

use super::{
    Said,
    calendar::{NameOfDay, weekdays},
};
use crate::pages::new_dataset::{
    boxes::{ChoiceBox, Choosable, TextBox, UnitBox, choosable},
    reading::Reading,
    schedule_form::{WEEKDAYS, kind},
};

const KINDS: [(&str, &str); 7] = [
    ("manual", "Only when started by hand"),
    ("every", "Every so many minutes or hours"),
    ("hourly", "Hourly"),
    ("daily", "Daily"),
    ("weekdays", "On weekdays, Monday to Friday"),
    ("weekly", "Weekly"),
    ("monthly", "Monthly"),
];

const ADVANCED: [(&str, &str); 4] = [
    ("times", "Several times a day"),
    ("days", "On days of the month"),
    ("cron", "As cron"),
    ("words", "In words"),
];

const ORDINALS: [&str; 5] = ["first", "second", "third", "fourth", "last"];

/// The menus; those that are not shown are none.
#[derive(Debug, Default, Serialize)]
pub(super) struct ScheduleMenus {
    mode: Option<ChoiceBox>,
    kind: Option<KindMenu>,
    every: Option<UnitBox>,
    active: Option<ActiveHours>,
    minute: Option<TextBox>,
    weekdays: Option<WeekdayTicks>,
    month_day: Option<ChoiceBox>,
    month_days: Option<Vec<Tick>>,
    nth: Option<Ordinals>,
    at: Option<TextBox>,
    times: Option<TextBox>,
    cron: Option<TextBox>,
    words: Option<TextBox>,
    time_zone: Option<TextBox>,
}

#[derive(Debug, Serialize)]
struct KindMenu {
    #[serde(flatten)]
    menu: ChoiceBox,
    name: &'static str,
}

#[derive(Debug, Serialize)]
struct ActiveHours {
    checked: bool,
    from: String,
    to: String,
    error: Option<String>,
    note: Option<String>,
    help: Option<String>,
}

#[derive(Debug, Serialize)]
struct WeekdayTicks {
    label: &'static str,
    help: Option<&'static str>,
    error: Option<String>,
    options: Vec<Tick>,
}

#[derive(Debug, Serialize)]
struct Tick {
    value: String,
    label: String,
    short: String,
    selected: bool,
}

#[derive(Debug, Serialize)]
struct Ordinals {
    days: Vec<NameOfDay>,
    rows: Vec<OrdinalRow>,
    error: Option<String>,
    note: Option<String>,
    help: Option<String>,
}

#[derive(Debug, Serialize)]
struct OrdinalRow {
    label: &'static str,
    options: Vec<Choosable>,
}

/// The menus of the chosen kind; `shown` hears the names of their fields.
pub(super) fn menus(
    pane: &mut ScheduleMenus,
    shown: &mut Vec<&'static str>,
    reading: &Reading,
    said: &Said<'_>,
) {
    let fields = &reading.fields;
    let advanced = fields.schedule_mode == "advanced";
    let chosen = kind(fields);
    let modes = [("basic", "Basic"), ("advanced", "Advanced")];
    pane.mode = Some(ChoiceBox::new(&modes, &fields.schedule_mode));
    shown.push("schedule_mode");
    let (name, kinds): (_, &[_]) = match advanced {
        true => ("advanced_kind", &ADVANCED),
        false => ("schedule_kind", &KINDS),
    };
    shown.push(name);
    pane.kind = Some(KindMenu {
        menu: ChoiceBox::new(kinds, chosen),
        name,
    });
    let text = |value: &str, field: &str| TextBox::new(value).error(said.beside(field));
    match chosen {
        "every" => {
            shown.extend(["every", "unit", "active", "weekday"]);
            let units = [("m", "minutes"), ("h", "hours")];
            pane.every = Some(UnitBox {
                number: text(&fields.every, "every")
                    .help("From 1 minute to 24 hours, counted from the start of the active hours."),
                options: choosable(&units, &fields.unit),
            });
            let active = fields.active == "yes";
            if active {
                shown.extend(["active_from", "active_to"]);
            }
            pane.active = Some(ActiveHours {
                checked: active,
                from: fields.active_from.clone(),
                to: fields.active_to.clone(),
                error: said.beside("active"),
                note: None,
                help: active.then(|| {
                    "Both ends belong to them. An end before the start is on the next day.".into()
                }),
            });
            pane.weekdays = Some(ticks(reading, said, Some("None ticked is each day.")));
        }
        "hourly" => {
            shown.push("minute");
            pane.minute = Some(text(&fields.minute, "minute"));
        }
        "weekly" => {
            shown.extend(["weekday", "at"]);
            pane.weekdays = Some(ticks(reading, said, None));
        }
        "monthly" => {
            shown.extend(["month_day", "at"]);
            pane.month_day = Some(month_day(&fields.month_day));
        }
        "times" => {
            shown.extend(["weekday", "times"]);
            pane.weekdays = Some(ticks(reading, said, Some("None ticked is each day.")));
        }
        "days" => {
            shown.extend(["month_days", "nth", "times"]);
            pane.month_days = Some(month_days(&fields.month_days));
            pane.nth = Some(ordinals(&fields.nth, said.beside("month_days")));
        }
        "cron" => {
            shown.push("cron");
            pane.cron = Some(
                text(&fields.cron, "cron")
                    .help("Five fields: minute, hour, day of the month, month, weekday."),
            );
        }
        "words" => {
            shown.push("schedule_text");
            pane.words = Some(text(&fields.schedule_text, "schedule_text").help(
                "As a command takes it, for example: every 2h from 08:00 to 18:00 on weekdays.",
            ));
        }
        "manual" => {}
        _ => shown.push("at"),
    }
    if matches!(chosen, "daily" | "weekdays" | "weekly" | "monthly") {
        pane.at = Some(text(&fields.at, "at"));
    }
    if matches!(chosen, "times" | "days") {
        pane.times =
            Some(text(&fields.times, "times").help("Up to 48 times, with commas between."));
    }
    if chosen != "manual" {
        shown.push("time_zone");
        let zone = text(&fields.time_zone, "time_zone");
        pane.time_zone = Some(match zone.error {
            Some(_) => zone,
            None => zone.help("Clock changes are minded: no run is left out, none is there twice."),
        });
    }
}

fn ticks(reading: &Reading, said: &Said<'_>, help: Option<&'static str>) -> WeekdayTicks {
    WeekdayTicks {
        label: "On",
        help,
        error: said.beside("weekday"),
        options: WEEKDAYS
            .iter()
            .map(|(value, label)| Tick {
                value: (*value).into(),
                label: (*label).into(),
                short: label[..2].into(),
                selected: reading.fields.weekday.iter().any(|day| day == value),
            })
            .collect(),
    }
}

fn month_day(selected: &str) -> ChoiceBox {
    let mut options: Vec<Choosable> = (1..=31)
        .map(|number| Choosable {
            value: number.to_string(),
            label: number.to_string(),
            selected: selected == number.to_string(),
        })
        .collect();
    options.push(Choosable {
        value: "last".into(),
        label: "the last day".into(),
        selected: selected == "last",
    });
    ChoiceBox {
        options,
        help: matches!(selected, "29" | "30" | "31")
            .then(|| "A month without that day is skipped.".into()),
        ..ChoiceBox::default()
    }
}

fn month_days(selected: &[String]) -> Vec<Tick> {
    let tick = |value: String, label: String, short: String| Tick {
        selected: selected.contains(&value),
        value,
        label,
        short,
    };
    let mut ticks: Vec<Tick> = (1..=31)
        .map(|number| {
            tick(
                number.to_string(),
                format!("day {number}"),
                number.to_string(),
            )
        })
        .collect();
    ticks.push(tick("last".into(), "last day".into(), "last".into()));
    ticks
}

fn ordinals(selected: &[String], error: Option<String>) -> Ordinals {
    let rows = ORDINALS.map(|ordinal| OrdinalRow {
        label: ordinal,
        options: WEEKDAYS
            .iter()
            .map(|(short, long)| {
                let value = format!("{ordinal}-{short}");
                Choosable {
                    selected: selected.contains(&value),
                    label: format!("{ordinal} {long}"),
                    value,
                }
            })
            .collect(),
    });
    Ordinals {
        days: weekdays(),
        rows: rows.into(),
        error,
        note: None,
        help: None,
    }
}
