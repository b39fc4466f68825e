//! What may be chosen, and the sentence for each thing that may not.

use exmetrics_catalog::{DayChoice, Details, DetailsError, Period, catalog};
use insta::assert_snapshot;
use jiff::{ToSpan, civil::Date};

use crate::{day, report};

const TODAY: &str = "2026-11-01";

fn refused(slug: &str, details: Details) -> DetailsError {
    details.check(report(slug), day(TODAY)).unwrap_err()
}

fn allowed(slug: &str, details: Details) -> bool {
    details.check(report(slug), day(TODAY)).is_ok()
}

fn on(text: &str) -> DayChoice {
    DayChoice::On(day(text))
}

#[test]
fn each_kind_of_report_allows_its_own_choices() {
    let period = Details::Period(Period::Days(30));
    let date = Details::Date(DayChoice::DaysBack(3));
    let range = Details::Range {
        from: DayChoice::DaysBack(10),
        to: DayChoice::DaysBack(5),
    };
    for (slug, choices) in [
        // By period or date, a trend, by period alone, of the present.
        ("email-activity-user-detail", [true, true, true, false]),
        ("email-activity-counts", [true, true, true, false]),
        ("mailbox-usage-detail", [true, false, false, false]),
        (
            "office365-services-user-counts",
            [true, false, false, false],
        ),
        ("office365-activation-counts", [false, false, false, true]),
    ] {
        let answers = [period, date, range, Details::Current].map(|choice| allowed(slug, choice));
        assert_eq!(answers, choices, "{slug}");
    }
}

#[test]
fn only_the_periods_of_the_report_are_allowed() {
    let allows = |slug, days| allowed(slug, Details::Period(Period::Days(days)));
    assert!(allows("api-usage", 60) && !allows("api-usage", 90));
    assert!(allows("sharepoint-api-usage", 1) && !allows("email-activity-counts", 1));
    let all = Details::Period(Period::All);
    assert!(allowed("microsoft365-copilot-user-count-trend", all));
    assert!(!allowed("teams-team-counts", all));
}

#[test]
fn missing_details_name_what_could_be_chosen() {
    assert_snapshot!(
        refused("email-activity-user-detail", Details::Current),
        @"email-activity-user-detail needs details: a period (D7, D30, D90, D180), a date or a range of dates"
    );
    assert_snapshot!(
        refused("mailbox-usage-detail", Details::Current),
        @"mailbox-usage-detail needs details: choose a period (D7, D30, D90, D180)"
    );
}

#[test]
fn a_period_that_is_not_there_names_those_that_are() {
    assert_snapshot!(
        refused("api-usage", Details::Period(Period::Days(180))),
        @"api-usage has no period D180; choose one of D7, D30, D60"
    );
}

#[test]
fn a_date_where_there_is_none_names_the_periods() {
    assert_snapshot!(
        refused("mailbox-usage-detail", Details::Date(DayChoice::DaysBack(3))),
        @"mailbox-usage-detail offers no date: choose a period (D7, D30, D90, D180)"
    );
}

#[test]
fn a_report_of_the_present_has_nothing_to_choose() {
    let by_date = refused(
        "office365-activation-counts",
        Details::Date(DayChoice::DaysBack(1)),
    );
    let by_period = refused(
        "office365-activation-counts",
        Details::Period(Period::Days(7)),
    );
    assert_eq!(by_date, by_period);
    assert_snapshot!(
        by_date,
        @"office365-activation-counts takes no period and no date: it tells how things stand now"
    );
}

#[test]
fn a_range_that_ends_before_it_begins_is_said_to() {
    assert_snapshot!(
        refused(
            "email-activity-counts",
            Details::Range { from: DayChoice::DaysBack(5), to: DayChoice::DaysBack(10) }
        ),
        @"the range ends (2026-10-22) before it begins (2026-10-27); the first day comes first"
    );
}

#[test]
fn a_range_is_at_most_ten_years_long() {
    let from = day("2016-01-01");
    let range = |days: i32| Details::Range {
        from: DayChoice::On(from),
        to: DayChoice::On(from + (days - 1).days()),
    };
    assert_eq!(range(3_660).days(day(TODAY)).unwrap().len(), 3_660);
    assert_snapshot!(
        range(3_661).days(day(TODAY)).unwrap_err(),
        @"the range from 2016-01-01 to 2026-01-08 is 3661 days long; at most 3,660 can be asked at once"
    );
}

#[test]
fn no_day_lies_before_the_calendar() {
    let details = Details::Date(DayChoice::DaysBack(1));
    assert_snapshot!(
        details.days(Date::MIN).unwrap_err(),
        @"1 days back is before the calendar begins"
    );
}

#[test]
fn both_ends_of_a_range_belong_to_it() {
    let days = |details: Details, today: &str| -> Vec<String> {
        details
            .days(day(today))
            .unwrap()
            .iter()
            .map(Date::to_string)
            .collect()
    };
    let back = |from, to| Details::Range {
        from: DayChoice::DaysBack(from),
        to: DayChoice::DaysBack(to),
    };
    assert_eq!(days(back(10, 5), TODAY).len(), 6);
    assert_eq!(days(back(3, 3), TODAY), ["2026-10-29"]);
    assert_eq!(
        days(back(2, 0), "2028-03-01"),
        ["2028-02-28", "2028-02-29", "2028-03-01"]
    );
    assert_eq!(days(back(1, 0), "2027-03-01"), ["2027-02-28", "2027-03-01"]);
    assert_eq!(days(back(1, 0), "2027-01-01"), ["2026-12-31", "2027-01-01"]);
    let mixed = Details::Range {
        from: on("2026-10-30"),
        to: DayChoice::DaysBack(1),
    };
    assert_eq!(days(mixed, TODAY), ["2026-10-30", "2026-10-31"]);
    assert_eq!(days(Details::Period(Period::Days(7)), TODAY), [""; 0]);
}

#[test]
fn a_choice_is_said_in_few_words() {
    let range = Details::Range {
        from: on("2026-10-01"),
        to: DayChoice::DaysBack(5),
    };
    assert_eq!(range.to_string(), "2026-10-01 to 5 days back");
    assert_eq!(Details::Period(Period::Days(30)).to_string(), "period D30");
    assert_eq!(Details::Date(on("2026-10-01")).to_string(), "2026-10-01");
    assert_eq!(Details::Current.to_string(), "as it stands");
}

#[test]
fn every_day_is_allowed_of_every_report() {
    let today = day("2026-11-20");
    for report in catalog().all() {
        let details = Details::every_day(report);
        assert_eq!(details.check(report, today), Ok(()), "{}", report.slug);
        if let Some(window) = report.window_days() {
            assert_eq!(
                details.days(today).unwrap().len(),
                usize::from(window),
                "{}",
                report.slug
            );
        }
    }
}
