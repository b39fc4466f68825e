//! The second pane: which report, and what is asked of it.

use exmetrics_catalog::{DayChoice, Details, Grain, Report};
use jiff::{ToSpan, civil::Date};
use serde::Serialize;

use super::{Said, plan::DayLists, report_menu};
use crate::{
    pages::new_dataset::{
        boxes::{ChoiceBox, PaneHead, choosable},
        details_form::{self, End, offers},
        fault::Pane,
        fields::Carried,
        reading::Reading,
        world::World,
    },
    words,
};

/// The pane.
#[derive(Debug, Serialize)]
pub(super) struct DetailsPane {
    #[serde(flatten)]
    head: PaneHead,
    report: report_menu::ReportMenu,
    keep_every_day: Option<KeepEveryDay>,
    parameter_type: Option<ChoiceBox>,
    period: Option<ChoiceBox>,
    duration: Option<ChoiceBox>,
    days: Vec<DayBox>,
    sentence: Option<String>,
    warning: Option<String>,
    carried: Vec<Carried>,
}

#[derive(Debug, Serialize)]
struct KeepEveryDay {
    checked: bool,
    help: String,
}

#[derive(Debug, Serialize)]
struct DayBox {
    label: &'static str,
    kind_name: &'static str,
    kind: &'static str,
    name: &'static str,
    value_label: &'static str,
    value: String,
    min: String,
    max: String,
    error: Option<String>,
    note: Option<String>,
    help: Option<String>,
}

pub(super) fn details(
    world: &World,
    reading: &Reading,
    said: &Said<'_>,
    lists: &DayLists,
    open: bool,
) -> DetailsPane {
    let fields = &reading.fields;
    let fixed = world.there.is_some();
    let mut shown = Vec::new();
    let mut pane = DetailsPane {
        head: head(world, reading, said, open),
        report: report_menu::menu(world, reading, said),
        keep_every_day: None,
        parameter_type: None,
        period: None,
        duration: None,
        days: Vec::new(),
        sentence: None,
        warning: warning(world, reading),
        carried: Vec::new(),
    };
    if let Some(report) = reading.report {
        if !fixed && report.grain != Grain::Current {
            shown.push("keep_every_day");
            pane.keep_every_day = Some(KeepEveryDay {
                checked: reading.keeps_every_day(),
                help: keep_help(report),
            });
        }
        if reading.keeps_every_day() {
            pane.sentence = reading.details.map(|details| {
                let asked = details_words(details, world.today);
                match details {
                    Details::Range { .. } => {
                        format!("{asked}, each day until its figures have settled.")
                    }
                    _ => format!("{asked}, each published snapshot once."),
                }
            });
        } else {
            menus(&mut pane, &mut shown, (world, reading, said), report, lists);
        }
    }
    pane.carried = fields.carried(&details_form::NAMES, &shown);
    pane
}

fn head(world: &World, reading: &Reading, said: &Said<'_>, open: bool) -> PaneHead {
    let summary = match (reading.report, reading.details) {
        (None, _) => "Choose a report".to_owned(),
        (Some(_), _) if reading.keeps_every_day() => "every day".into(),
        (Some(_), Some(details)) => details_words(details, world.today),
        (Some(_), None) => "the details cannot be read yet".into(),
    };
    PaneHead {
        state: match (said.any_in(Pane::Details), reading.details) {
            (true, _) => "error",
            (false, Some(_)) => "done",
            (false, None) => "todo",
        },
        open,
        lead: reading.report.map(|report| report.title.clone()),
        summary: Some(summary),
    }
}

fn keep_help(report: &Report) -> String {
    match report.window_days() {
        Some(days) => format!(
            "Asks for the {days} days that Microsoft still has, then for each new day, daily at 06:00 \
             UTC; each day replaces itself, so nothing is lost and nothing is there twice."
        ),
        None => "Asks for its shortest period, daily at 06:00 UTC; each published snapshot is kept once."
            .into(),
    }
}

fn menus(
    pane: &mut DetailsPane,
    shown: &mut Vec<&str>,
    (world, reading, said): (&World, &Reading, &Said<'_>),
    report: &Report,
    lists: &DayLists,
) {
    let fields = &reading.fields;
    let (period, date) = offers(report);
    if !period && !date {
        pane.sentence =
            Some("This report tells how things stand now: there is nothing to choose.".into());
        return;
    }
    if period && date {
        shown.push("parameter_type");
        let types = [("period", "Period"), ("date", "Date")];
        pane.parameter_type = Some(ChoiceBox::new(&types, &fields.parameter_type));
    }
    if fields.parameter_type == "period" {
        shown.push("period");
        let offered: Vec<String> = report.periods.iter().map(ToString::to_string).collect();
        let offered: Vec<(&str, &str)> = offered
            .iter()
            .map(|period| (period.as_str(), period.as_str()))
            .collect();
        let mut menu = ChoiceBox {
            options: choosable(&offered, &fields.period),
            error: said.beside("period"),
            ..ChoiceBox::default()
        };
        if let Some(days) = fields.period.strip_prefix('D') {
            menu = menu.help(format!(
                "The {days} days up to the newest that is published."
            ));
        }
        pane.period = Some(menu);
        return;
    }
    shown.push("duration");
    let lengths = [("single", "Single date"), ("range", "Range of dates")];
    let mut duration = ChoiceBox::new(&lengths, &fields.duration);
    let ends = match fields.duration.as_str() {
        "single" => vec![End::single(fields)],
        _ => vec![End::start(fields), End::last(fields)],
    };
    if let Some(Details::Range { .. }) = reading.details {
        let days = reading
            .details
            .and_then(|details| details.days(world.today).ok());
        let days = days.map_or(0, |days| days.len());
        duration.help = Some(format!("Both ends are included: {days} days."));
    }
    pane.duration = Some(duration);
    for end in ends {
        shown.push(end.kind_name);
        shown.push(end.shown());
        pane.days.push(day_box(&end, world, report, said, lists));
    }
}

fn day_box(
    end: &End<'_>,
    world: &World,
    report: &Report,
    said: &Said<'_>,
    lists: &DayLists,
) -> DayBox {
    let today = world.today;
    let day = end.read().ok().and_then(|choice| choice.resolve(today));
    let error = said.beside(end.shown());
    let window = report.window_days().unwrap_or(1);
    let note = match day {
        _ if error.is_some() => None,
        Some(day) if day == today => {
            Some("Today is too early: a day can be asked for once it is over.".to_owned())
        }
        Some(day) if day > today => {
            Some("This day is too early: a day can be asked for once it is over.".into())
        }
        Some(day) if lists.is_expired(day) => Some(format!(
            "{} expired: this report goes back {window} days.{}",
            lists.expired_words(today),
            match lists.asks_some() {
                true => " The range goes on without them.",
                false => "",
            }
        )),
        _ => None,
    };
    let help = match (end.is_specific(), day) {
        (false, Some(day)) => Some(format!(
            "{} today. Counted from today, UTC.",
            words::day(day)
        )),
        _ => None,
    };
    let back = |days: u16| DayChoice::DaysBack(days).resolve(today).unwrap_or(today);
    DayBox {
        label: end.label,
        kind_name: end.kind_name,
        kind: if end.is_specific() {
            "specific"
        } else {
            "relative"
        },
        name: end.shown(),
        value_label: match end.is_specific() {
            true => end.date_label,
            false => end.back_label,
        },
        value: match end.is_specific() {
            true => end.date.to_owned(),
            false => end.back.to_owned(),
        },
        min: back(window).to_string(),
        max: back(1).to_string(),
        error,
        note,
        help,
    }
}

/// What a change of details means for the days that are known.
fn warning(world: &World, reading: &Reading) -> Option<String> {
    let (there, report, details) = (world.there.as_ref()?, reading.report?, reading.details?);
    if !exmetrics_engine::means_other_days(report, there.details, details) {
        return None;
    }
    let (before, after) = match details {
        Details::Period(_) => ("days", "a period"),
        _ => ("a period", "days"),
    };
    let meaning = match details {
        Details::Period(_) => "the day a period was published on",
        _ => "the day that was asked for",
    };
    Some(format!(
        "From {before} to {after}: coverage starts anew, for a day then means {meaning}. Rows that are \
         kept stay."
    ))
}

/// What is asked, in a few words: `28 days back to 1 day back`, `period D30`.
pub(in crate::pages::new_dataset) fn details_words(details: Details, today: Date) -> String {
    match details {
        Details::Current => "as it stands".into(),
        Details::Period(period) => format!("period {period}"),
        Details::Date(day) => match day {
            DayChoice::On(on) => words::day(on),
            DayChoice::DaysBack(_) => match day.resolve(today) {
                Some(on) => format!("{}, {} today", choice_words(day), words::day(on)),
                None => choice_words(day),
            },
        },
        Details::Range { from, to } => format!("{} to {}", choice_words(from), choice_words(to)),
    }
}

fn choice_words(choice: DayChoice) -> String {
    match choice {
        DayChoice::On(on) => words::day(on),
        DayChoice::DaysBack(0) => "today".into(),
        DayChoice::DaysBack(1) => "1 day back".into(),
        DayChoice::DaysBack(days) => format!("{days} days back"),
    }
}

/// The last day on which a day can be had.
pub(super) fn until(day: Date, report: &Report) -> Option<Date> {
    let window = report.window_days()?;
    day.checked_add(i32::from(window).days()).ok()
}
