//! Which requests a choice makes, over many todays, reports and states of coverage.

use std::collections::{BTreeMap, BTreeSet};

use exmetrics_catalog::{
    Ask, DayChoice, DayKnown, DayStanding, Details, Parameter, Period, Plan, Report, UpdateMethod,
    catalog, plan,
};
use jiff::{ToSpan, civil::Date};
use proptest::prelude::*;

use crate::{day, report};

/// What coverage holds, by day.
type Known = BTreeMap<Date, DayKnown>;

const NOTHING_KNOWN: &Known = &Known::new();

fn one_day(slug: &str, today: &str, back: u16) -> Plan {
    let details = Details::Date(DayChoice::DaysBack(back));
    plan(
        report(slug),
        details,
        day(today),
        UpdateMethod::Partition,
        NOTHING_KNOWN,
        false,
    )
    .unwrap()
}

fn back(today: Date, days: i32) -> Date {
    today - days.days()
}

#[test]
fn a_day_can_be_had_from_yesterday_to_the_end_of_its_window() {
    for (slug, window) in [
        ("email-activity-user-detail", 28),
        ("sharepoint-api-usage", 28),
        ("email-activity-counts", 180),
        ("api-usage", 60),
    ] {
        // A leap day, a month's end, a new year, a spring and an autumn clock change.
        for today in [
            "2028-02-29",
            "2028-03-01",
            "2027-01-01",
            "2027-03-28",
            "2026-11-01",
        ] {
            let at = |days| one_day(slug, today, days);
            assert_eq!(at(0).too_early, [day(today)]);
            assert_eq!(at(1).kept, [back(day(today), 1)]);
            assert_eq!(at(window).kept, [back(day(today), i32::from(window))]);
            assert_eq!(
                at(window + 1).expired,
                [back(day(today), i32::from(window) + 1)]
            );
            assert_eq!(at(0).requests, []);
            assert_eq!(at(window + 1).requests, []);
            assert!(at(0).nothing_left() && !at(1).nothing_left());
        }
    }
}

#[test]
fn a_trend_asks_the_smallest_period_that_reaches_the_day() {
    let asks = |slug: &str, days: u16| -> Vec<Ask> {
        one_day(slug, "2026-11-01", days)
            .requests
            .iter()
            .map(|request| request.ask)
            .collect()
    };
    for (days, period) in [
        (1, 7),
        (7, 7),
        (8, 30),
        (30, 30),
        (31, 90),
        (90, 90),
        (91, 180),
        (180, 180),
    ] {
        assert_eq!(
            asks("email-activity-counts", days),
            [Ask::Period(Period::Days(period))]
        );
        // `ALL` covers nothing by itself.
        assert_eq!(
            asks("microsoft365-copilot-user-count-trend", days),
            [Ask::Period(Period::Days(period))]
        );
    }
    assert_eq!(asks("api-usage", 31), [Ask::Period(Period::Days(60))]);
    // It has periods too, but a day is asked for as a day.
    assert_eq!(
        asks("sharepoint-api-usage", 2),
        [Ask::Date(day("2026-10-30"))]
    );
}

#[test]
fn a_period_is_asked_for_as_it_is_and_keeps_every_row() {
    for period in [Period::Days(7), Period::All] {
        let copilot = report("microsoft365-copilot-usage-user-detail");
        let made = plan(
            copilot,
            Details::Period(period),
            day("2026-11-01"),
            UpdateMethod::Partition,
            NOTHING_KNOWN,
            false,
        )
        .unwrap();
        assert_eq!(made.requests.len(), 1);
        assert_eq!(
            (made.requests[0].ask, &made.requests[0].keep),
            (Ask::Period(period), &None)
        );
        assert!(made.kept.is_empty() && made.too_early.is_empty() && made.expired.is_empty());
    }
}

#[test]
fn a_report_of_the_present_makes_one_request() {
    let made = plan(
        report("office365-activations-user-detail"),
        Details::Current,
        day("2026-11-01"),
        UpdateMethod::Replace,
        NOTHING_KNOWN,
        false,
    )
    .unwrap();
    assert_eq!(made.requests.len(), 1);
    assert_eq!(made.requests[0].ask, Ask::Current);
}

#[test]
fn details_that_are_refused_make_no_plan() {
    let details = Details::Date(DayChoice::DaysBack(1));
    let mailboxes = report("mailbox-usage-detail");
    let today = day("2026-11-01");
    assert!(
        plan(
            mailboxes,
            details,
            today,
            UpdateMethod::Append,
            NOTHING_KNOWN,
            false
        )
        .is_err()
    );
}

#[test]
fn a_day_is_settled_when_it_is_stable_or_was_answered_today() {
    let today = day("2026-11-01");
    let answered = |days| DayKnown {
        answered_on: Some(back(today, days)),
        ..DayKnown::default()
    };
    let stable = DayKnown {
        answered_on: Some(back(today, 9)),
        stable: true,
        standing: DayStanding::Captured,
    };
    let known = Known::from([
        (day("2026-10-28"), answered(0)),
        (day("2026-10-29"), answered(1)),
        (day("2026-10-30"), stable),
    ]);
    let range = Details::Range {
        from: DayChoice::DaysBack(4),
        to: DayChoice::DaysBack(1),
    };
    let detail = report("teams-user-activity-user-detail");
    let made = |update, full| plan(detail, range, today, update, &known, full).unwrap();
    let due = made(UpdateMethod::Partition, false);
    assert_eq!(due.kept, [day("2026-10-29"), day("2026-10-31")]);
    assert_eq!(due.settled, [day("2026-10-28"), day("2026-10-30")]);
    assert_eq!(made(UpdateMethod::Partition, true).kept.len(), 4);
    assert_eq!(made(UpdateMethod::Append, false).kept.len(), 4);
}

#[test]
fn a_plan_whose_days_are_all_settled_is_not_a_failure() {
    let stable = DayKnown {
        stable: true,
        ..DayKnown::default()
    };
    let details = Details::Date(DayChoice::DaysBack(2));
    let today = day("2026-11-01");
    let known = Known::from([(day("2026-10-30"), stable)]);
    let made = plan(
        report("teams-team-counts"),
        details,
        today,
        UpdateMethod::Upsert,
        &known,
        false,
    )
    .unwrap();
    assert_eq!(made.requests, []);
    assert!(!made.nothing_left());
}

#[test]
fn a_day_that_the_details_no_longer_reach_is_due_until_it_is_settled() {
    let today = day("2026-11-20");
    let asked = |days_ago, stable, standing| DayKnown {
        answered_on: Some(back(today, days_ago)),
        stable,
        standing,
    };
    use DayStanding::{Captured, Open};
    let known = Known::from([
        (back(today, 40), asked(30, false, Open)),
        (back(today, 39), asked(30, false, Captured)),
        (back(today, 28), asked(1, false, Open)),
        (back(today, 20), asked(1, true, Captured)),
        (back(today, 5), asked(0, false, Open)),
        (back(today, 4), asked(1, false, Captured)),
    ]);
    let details = Details::Date(DayChoice::DaysBack(3));
    let made = |update, full| {
        plan(
            report("teams-user-activity-user-detail"),
            details,
            today,
            update,
            &known,
            full,
        )
        .unwrap()
    };
    for (update, full) in [
        (UpdateMethod::Partition, false),
        (UpdateMethod::Partition, true),
        (UpdateMethod::Upsert, false),
    ] {
        let due = made(update, full);
        assert_eq!(due.kept, [28, 4, 3].map(|days| back(today, days)));
        assert_eq!(due.expired, [back(today, 40)]);
    }
    // Append and replace ask what the details say.
    assert_eq!(made(UpdateMethod::Append, false).kept, [back(today, 3)]);
    assert_eq!(made(UpdateMethod::Replace, true).kept, [back(today, 3)]);
}

#[test]
fn days_that_were_passed_over_while_nothing_worked_are_due_or_lost() {
    let today = day("2026-11-20");
    let captured = DayKnown {
        answered_on: Some(back(today, 40)),
        stable: true,
        standing: DayStanding::Captured,
    };
    let known = Known::from([(back(today, 50), captured), (back(today, 30), captured)]);
    let detail = report("teams-user-activity-user-detail");
    let made = |details, update| plan(detail, details, today, update, &known, false).unwrap();
    let moving = made(
        Details::Date(DayChoice::DaysBack(26)),
        UpdateMethod::Partition,
    );
    assert_eq!(moving.expired, [back(today, 29)]);
    assert_eq!(moving.kept, [28, 27, 26].map(|days| back(today, days)));
    let fixed = made(
        Details::Date(DayChoice::On(back(today, 26))),
        UpdateMethod::Partition,
    );
    assert_eq!(fixed.kept, [back(today, 26)]);
    let appended = made(Details::Date(DayChoice::DaysBack(26)), UpdateMethod::Append);
    assert_eq!(appended.kept, [back(today, 26)]);
}

#[test]
fn a_day_asked_today_and_not_published_yet_is_awaited() {
    let today = day("2026-11-20");
    let awaited = DayKnown {
        answered_on: Some(today),
        standing: DayStanding::Open,
        ..DayKnown::default()
    };
    let known = Known::from([(back(today, 1), awaited)]);
    let details = Details::Date(DayChoice::DaysBack(1));
    let detail = report("teams-user-activity-user-detail");
    let made = plan(
        detail,
        details,
        today,
        UpdateMethod::Partition,
        &known,
        false,
    )
    .unwrap();
    assert_eq!(made.awaiting, [back(today, 1)]);
    assert_eq!((made.requests.len(), made.settled.len()), (0, 0));
    assert!(!made.nothing_left());
}

fn any_today() -> impl Strategy<Value = Date> {
    (0..6_000_i32).prop_map(|days| day("2020-01-01") + days.days())
}

fn any_report_with_days() -> impl Strategy<Value = &'static Report> {
    let reports: Vec<&Report> = catalog()
        .all()
        .iter()
        .filter(|report| report.offers_days())
        .collect();
    proptest::sample::select(reports)
}

fn any_update() -> impl Strategy<Value = UpdateMethod> {
    proptest::sample::select(UpdateMethod::ALL.to_vec())
}

fn any_standing() -> impl Strategy<Value = DayStanding> {
    use DayStanding::{Captured, Empty, Lost, Open, Unknown};
    proptest::sample::select(vec![Unknown, Captured, Empty, Open, Lost])
}

/// Days back to the first and the last day wanted; the last may lie in the future.
fn any_range() -> impl Strategy<Value = (i32, i32)> {
    (-5..250_i32).prop_flat_map(|from| ((-8).min(from)..=from).prop_map(move |to| (from, to)))
}

/// One end, said in either way where both can say it.
fn choice(today: Date, days_back: i32, relative: bool) -> DayChoice {
    match u16::try_from(days_back) {
        Ok(days) if relative => DayChoice::DaysBack(days),
        _ => DayChoice::On(back(today, days_back)),
    }
}

/// A captured day of its own request is looked at once when it is ten days old and once two days before its
/// window ends.
fn is_looked_at_late(report: &Report, today: Date, day: Date, known: DayKnown) -> bool {
    let Some(answered_on) = known.answered_on else {
        return false;
    };
    let window = i32::from(report.window_days().unwrap());
    let (age, then) = ((today - day).get_days(), (answered_on - day).get_days());
    known.standing == DayStanding::Captured
        && report.takes(Parameter::Date)
        && [10, window - 2]
            .iter()
            .any(|look| then < *look && *look <= age)
}

#[test]
fn a_settled_day_is_looked_at_twice_more_when_it_is_old() {
    let report = report("email-activity-user-detail");
    let today = day("2026-11-23");
    let details = Details::every_day(report);
    // It was the same on its third, fourth and fifth day, and is asked again at ten and at 26 days only.
    let asked_at = |age: i32, answered_at: i32| {
        let known = DayKnown {
            answered_on: Some(back(today, age - answered_at)),
            stable: true,
            standing: DayStanding::Captured,
        };
        let known = BTreeMap::from([(back(today, age), known)]);
        let made = plan(
            report,
            details,
            today,
            UpdateMethod::Partition,
            &known,
            false,
        )
        .unwrap();
        made.kept.contains(&back(today, age))
    };
    let first = (6..=28).filter(|age| asked_at(*age, 5));
    assert_eq!(first.collect::<Vec<_>>(), (10..=28).collect::<Vec<_>>());
    let second = (11..=28).filter(|age| asked_at(*age, 10));
    assert_eq!(second.collect::<Vec<_>>(), [26, 27, 28]);
    assert!((27..=28).all(|age| !asked_at(age, 26)), "and then no more");
}

#[test]
fn a_late_reply_of_a_trend_is_kept_as_far_as_it_reaches() {
    let report = report("email-activity-counts");
    let today = day("2026-11-23");
    let made = plan(
        report,
        Details::every_day(report),
        today,
        UpdateMethod::Partition,
        &BTreeMap::new(),
        false,
    )
    .unwrap();
    let keep = made.requests[0].keep.clone().unwrap();
    assert_eq!(
        made.kept.first(),
        Some(&back(today, 180)),
        "nothing more is asked for"
    );
    assert!(keep.contains(&back(today, 189)) && !keep.contains(&back(today, 197)));
    let from = Details::Range {
        from: DayChoice::DaysBack(90),
        to: DayChoice::DaysBack(1),
    };
    let made = plan(
        report,
        from,
        today,
        UpdateMethod::Partition,
        &BTreeMap::new(),
        false,
    )
    .unwrap();
    assert_eq!(
        made.requests[0].keep.as_ref().and_then(|keep| keep.first()),
        Some(&back(today, 90))
    );
}

proptest! {
    #[test]
    fn every_wanted_day_is_planned_for_once(
        report in any_report_with_days(),
        today in any_today(),
        (first, last) in any_range(),
        relative in any::<(bool, bool)>(),
        update in any_update(),
        full in any::<bool>(),
        coverage in proptest::collection::btree_map(
            0..250_i32,
            (proptest::option::of(0..30_i32), any::<bool>(), any_standing()),
            0..60,
        ),
    ) {
        let details = Details::Range {
            from: choice(today, first, relative.0),
            to: choice(today, last, relative.1),
        };
        let coverage: BTreeMap<Date, DayKnown> = coverage
            .into_iter()
            .map(|(days, (answered, stable, standing))| {
                let answered_on = answered.map(|days| back(today, days));
                (back(today, days), DayKnown { answered_on, stable, standing })
            })
            .collect();
        let known = |wanted: Date| coverage.get(&wanted).copied().unwrap_or_default();
        // Settled once and for all: not one of those that are looked at again when they are old.
        let stable = |wanted: Date| known(wanted).stable && !is_looked_at_late(report, today, wanted, known(wanted));
        let made = plan(report, details, today, update, &coverage, full).unwrap();

        // Both ends are wanted, and each day between; each is in one list, the oldest first. Beyond
        // them only days that were asked before and are not settled.
        let lists = [&made.expired, &made.kept, &made.settled, &made.awaiting, &made.too_early];
        for list in lists {
            prop_assert!(list.is_sorted());
        }
        let wanted: BTreeSet<Date> = (last..=first).map(|days| back(today, days)).collect();
        let planned: Vec<Date> = lists.into_iter().flatten().copied().collect();
        let once: BTreeSet<Date> = planned.iter().copied().collect();
        prop_assert_eq!(once.len(), planned.len(), "a day is in two lists");
        prop_assert!(once.is_superset(&wanted));
        for more in once.difference(&wanted) {
            // Asked before and not settled, or passed over by details that move with today.
            let missed = details.moves_with_today()
                && coverage.keys().any(|day| day < more)
                && wanted.first().is_some_and(|first| more < first);
            prop_assert!(coverage.contains_key(more) || missed, "{}", more);
            prop_assert!(!stable(*more) || made.expired.contains(more));
        }

        // Each list holds what it says.
        let window = i32::from(report.window_days().unwrap());
        prop_assert!(made.too_early.iter().all(|&listed| listed >= today));
        prop_assert!(made.expired.iter().all(|&listed| listed < back(today, window)));
        let only_due = !matches!(update, UpdateMethod::Append | UpdateMethod::Replace);
        let everything = full || !only_due;
        let need_not =
            |listed: Date| stable(listed) || known(listed).answered_on == Some(today);
        let answered = |listed: Date| {
            matches!(known(listed).standing, DayStanding::Captured | DayStanding::Empty)
        };
        for &listed in made.settled.iter().chain(&made.awaiting) {
            let in_window = listed >= back(today, window);
            let settled = if in_window { !everything && need_not(listed) } else { answered(listed) };
            prop_assert!(only_due && settled);
        }
        // What is captured is not lost when it leaves the window.
        prop_assert!(made.expired.iter().all(|&listed| !(only_due && answered(listed))));
        prop_assert!(made.awaiting.iter().all(|&listed| known(listed).standing == DayStanding::Open));
        for &listed in &made.kept {
            prop_assert!(listed < today && listed >= back(today, window));
            prop_assert!(!need_not(listed) || (everything && wanted.contains(&listed)));
        }

        // The requests answer the kept days and nothing twice.
        if report.takes(Parameter::Date) {
            let asked: Vec<Ask> = made.requests.iter().map(|request| request.ask).collect();
            let days: Vec<Ask> = made.kept.iter().map(|&kept| Ask::Date(kept)).collect();
            prop_assert_eq!(asked, days);
            prop_assert!(made.requests.iter().all(|request| request.keep.is_none()));
        } else if let Some(&oldest) = made.kept.first() {
            prop_assert_eq!(made.requests.len(), 1);
            let request = &made.requests[0];
            let Ask::Period(Period::Days(period)) = request.ask else {
                return Err(TestCaseError::fail(format!("{} is no period", request.ask)));
            };
            let reaches = |days: u16| oldest >= back(today, i32::from(days));
            prop_assert!(report.periods.contains(&Period::Days(period)) && reaches(period));
            let shorter = report.periods.iter().filter_map(Period::days).filter(|&days| days < period);
            prop_assert!(!shorter.into_iter().any(reaches), "a shorter period reaches {}", oldest);
            let kept: BTreeSet<Date> = made.kept.iter().copied().collect();
            let keep = request.keep.clone().unwrap();
            prop_assert!(keep.is_superset(&kept));
            prop_assert!(only_due || keep == kept, "append and replace keep what is wanted");
            for along in keep.difference(&kept) {
                prop_assert!(coverage.contains_key(along) || wanted.contains(along));
                prop_assert!(*along < today && *along >= back(today, i32::from(period)));
            }
        } else {
            prop_assert!(made.requests.is_empty());
        }
    }

    #[test]
    fn a_range_of_one_day_is_that_day(
        report in any_report_with_days(),
        today in any_today(),
        days in 0..250_u16,
        update in any_update(),
    ) {
        let end = DayChoice::DaysBack(days);
        let made = |details| plan(report, details, today, update, NOTHING_KNOWN, false).unwrap();
        prop_assert_eq!(
            made(Details::Date(end)),
            made(Details::Range { from: end, to: end })
        );
    }
}
