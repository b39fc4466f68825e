//! Details: from fields to what is asked, and back.

use exmetrics_catalog::{DayChoice, Details, DetailsError, Grain, Parameter, Period, Report};
use jiff::civil::Date;

use super::{
    fault::{Fault, Pane},
    fields::{Fields, Presets},
};

/// The fields of the menus below the report.
pub(super) const NAMES: [&str; 14] = [
    "keep_every_day",
    "parameter_type",
    "period",
    "duration",
    "date_kind",
    "date",
    "days_back",
    "start_kind",
    "start_date",
    "start_days_back",
    "end_kind",
    "end_date",
    "end_days_back",
    "window_preset",
];

/// Days back of a single day when none was chosen: it is published by then, as a rule.
const SINGLE_DAYS_BACK: u16 = 3;

/// Which parameter types a report offers.
pub(super) fn offers(report: &Report) -> (bool, bool) {
    let current = report.grain == Grain::Current;
    (
        !current && report.takes(Parameter::Period) && !report.periods.is_empty(),
        !current && report.offers_days(),
    )
}

/// Puts the presets where nothing was chosen, and something that the report allows where it does not
/// allow what was chosen for another.
pub(super) fn fill(fields: &mut Fields, report: &Report, today: Date) {
    let (period, date) = offers(report);
    let allowed = match fields.parameter_type.as_str() {
        "period" => period,
        "date" => date,
        _ => false,
    };
    if !allowed {
        fields.parameter_type = match (date, period) {
            (true, _) => "date".into(),
            (false, true) => "period".into(),
            (false, false) => String::new(),
        };
    }
    let offered = |text: &str| {
        let period: Option<Period> = text.parse().ok();
        period.is_some_and(|period| report.periods.contains(&period))
    };
    if !offered(&fields.period) {
        let shortest = report
            .periods
            .iter()
            .min_by_key(|period| period.days().unwrap_or(u16::MAX));
        fields.period = shortest.map(ToString::to_string).unwrap_or_default();
    }
    let window = report.window_days().unwrap_or(1).to_string();
    if fields.start_days_back == fields.window_preset {
        fields.start_days_back.clone_from(&window);
    }
    fields.window_preset = window;
    let presets = Presets::beside(fields);
    presets.put("duration", &mut fields.duration, "range");
    for (name, kind) in [
        ("date_kind", &mut fields.date_kind),
        ("start_kind", &mut fields.start_kind),
        ("end_kind", &mut fields.end_kind),
    ] {
        presets.put(name, kind, "relative");
    }
    let single = SINGLE_DAYS_BACK.to_string();
    presets.put("days_back", &mut fields.days_back, single);
    presets.put(
        "start_days_back",
        &mut fields.start_days_back,
        &fields.window_preset,
    );
    presets.put("end_days_back", &mut fields.end_days_back, "1");
    // A date begins where the number of days back stood.
    for (name, date, back) in [
        ("date", &mut fields.date, &fields.days_back),
        (
            "start_date",
            &mut fields.start_date,
            &fields.start_days_back,
        ),
        ("end_date", &mut fields.end_date, &fields.end_days_back),
    ] {
        let back = back.trim().parse().unwrap_or(SINGLE_DAYS_BACK);
        if let Some(day) = DayChoice::DaysBack(back).resolve(today) {
            presets.put(name, date, day.to_string());
        }
    }
}

/// What is asked.
pub(super) fn read(fields: &Fields, report: &Report, today: Date) -> Result<Details, Vec<Fault>> {
    if fields.keep_every_day == "yes" {
        return Ok(Details::every_day(report));
    }
    if report.grain == Grain::Current {
        return Ok(Details::Current);
    }
    if fields.parameter_type == "period" {
        let period = fields.period.parse().map(Details::Period);
        let wrong = |text: String| vec![Fault::new(Pane::Details, "period", "Period", text)];
        let details = period.map_err(|error| wrong(error.to_string()))?;
        details
            .check(report, today)
            .map_err(|error| wrong(error.to_string()))?;
        return Ok(details);
    }
    if fields.duration == "single" {
        let end = End::single(fields);
        let details = Details::Date(end.read()?);
        return match details.check(report, today) {
            Ok(()) => Ok(details),
            Err(error) => Err(vec![end.fault(error.to_string())]),
        };
    }
    let (start, end) = (End::start(fields), End::last(fields));
    let (from, to) = match (start.read(), end.read()) {
        (Ok(from), Ok(to)) => (from, to),
        (from, to) => {
            return Err([from.err(), to.err()]
                .into_iter()
                .flatten()
                .flatten()
                .collect());
        }
    };
    let details = Details::Range { from, to };
    details
        .check(report, today)
        .map(|()| details)
        .map_err(|error| {
            let at = match error {
                DetailsError::Backwards { .. } => &end,
                _ => &start,
            };
            vec![at.fault(error.to_string())]
        })
}

/// One day of the details, as it stands in the form.
pub(super) struct End<'a> {
    pub(super) label: &'static str,
    pub(super) kind_name: &'static str,
    pub(super) kind: &'a str,
    pub(super) date_name: &'static str,
    pub(super) back_name: &'static str,
    pub(super) date: &'a str,
    pub(super) back: &'a str,
    pub(super) date_label: &'static str,
    pub(super) back_label: &'static str,
}

impl<'a> End<'a> {
    /// The only day.
    pub(super) fn single(fields: &'a Fields) -> Self {
        Self {
            label: "Report Date",
            kind_name: "date_kind",
            kind: &fields.date_kind,
            date_name: "date",
            back_name: "days_back",
            date: &fields.date,
            back: &fields.days_back,
            date_label: "Select Specific Date",
            back_label: "Days Back",
        }
    }

    /// The first day of a range.
    pub(super) fn start(fields: &'a Fields) -> Self {
        Self {
            label: "Start Date",
            kind_name: "start_kind",
            kind: &fields.start_kind,
            date_name: "start_date",
            back_name: "start_days_back",
            date: &fields.start_date,
            back: &fields.start_days_back,
            date_label: "Select Specific Start Date",
            back_label: "Days Back to Start From",
        }
    }

    /// The last day of a range.
    pub(super) fn last(fields: &'a Fields) -> Self {
        Self {
            label: "End Date",
            kind_name: "end_kind",
            kind: &fields.end_kind,
            date_name: "end_date",
            back_name: "end_days_back",
            date: &fields.end_date,
            back: &fields.end_days_back,
            date_label: "Select Specific End Date",
            back_label: "Days Back to End At",
        }
    }

    /// Whether it is a calendar date.
    pub(super) fn is_specific(&self) -> bool {
        self.kind == "specific"
    }

    /// The field that is shown.
    pub(super) fn shown(&self) -> &'static str {
        match self.is_specific() {
            true => self.date_name,
            false => self.back_name,
        }
    }

    /// The day, if it can be read.
    pub(super) fn read(&self) -> Result<DayChoice, Vec<Fault>> {
        if self.is_specific() {
            let date = self.date.trim().parse().map(DayChoice::On);
            return date
                .map_err(|_| vec![self.fault("choose a date, or write it as 2026-11-01".into())]);
        }
        let back = self.back.trim().parse().map(DayChoice::DaysBack);
        back.map_err(|_| vec![self.fault("write a number of days from 0 to 65535".into())])
    }

    fn fault(&self, text: String) -> Fault {
        Fault::new(Pane::Details, self.shown(), self.label, text)
    }
}

/// Back into fields.
pub(super) fn write(fields: &mut Fields, details: Details) {
    match details {
        Details::Current => {}
        Details::Period(period) => {
            fields.parameter_type = "period".into();
            fields.period = period.to_string();
        }
        Details::Date(day) => {
            fields.parameter_type = "date".into();
            fields.duration = "single".into();
            let to = (
                &mut fields.date_kind,
                &mut fields.date,
                &mut fields.days_back,
            );
            write_day(to, day);
        }
        Details::Range { from, to } => {
            fields.parameter_type = "date".into();
            fields.duration = "range".into();
            let start = (
                &mut fields.start_kind,
                &mut fields.start_date,
                &mut fields.start_days_back,
            );
            write_day(start, from);
            let end = (
                &mut fields.end_kind,
                &mut fields.end_date,
                &mut fields.end_days_back,
            );
            write_day(end, to);
        }
    }
}

fn write_day((kind, date, back): (&mut String, &mut String, &mut String), day: DayChoice) {
    match day {
        DayChoice::On(on) => {
            *kind = "specific".into();
            *date = on.to_string();
        }
        DayChoice::DaysBack(days) => {
            *kind = "relative".into();
            *back = days.to_string();
        }
    }
}
