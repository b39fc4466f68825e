//! A report is found by any of its names, and a wrong name by the nearest.

use std::collections::HashMap;

use exmetrics_catalog::catalog;

use crate::known::{CONNECTOR_NAMES, FUNCTIONS};

#[test]
fn the_catalogue_holds_exactly_the_known_functions() {
    let mut functions: Vec<&str> = catalog()
        .all()
        .iter()
        .map(|report| report.function.as_str())
        .collect();
    functions.sort_unstable();
    assert_eq!(functions, FUNCTIONS);
}

#[test]
fn no_name_means_two_reports() {
    let mut owners: HashMap<String, &str> = HashMap::new();
    for report in catalog().all() {
        let names = [&report.slug, &report.function, &report.title]
            .into_iter()
            .chain(report.connector_name.as_ref());
        for name in names {
            let other = owners.insert(name.to_lowercase(), &report.slug);
            assert_eq!(other, None, "{name} names {} too", report.slug);
        }
    }
}

#[test]
fn every_slug_and_function_is_found() {
    for report in catalog().all() {
        for name in [&report.slug, &report.function] {
            assert_eq!(catalog().find(name).unwrap().slug, report.slug);
            assert_eq!(
                catalog().find(&name.to_uppercase()).unwrap().slug,
                report.slug
            );
        }
    }
}

#[test]
fn a_slug_is_its_function_in_kebab_case() {
    for report in catalog().all() {
        let bare = |text: &str| text.replace('-', "").to_lowercase();
        assert_eq!(format!("get{}", bare(&report.slug)), bare(&report.function));
        assert!(
            report
                .slug
                .bytes()
                .all(|byte| { byte == b'-' || byte.is_ascii_lowercase() || byte.is_ascii_digit() })
        );
    }
}

#[test]
fn the_connectors_names_are_found_in_any_case_and_spacing() {
    for (name, function) in CONNECTOR_NAMES {
        let spaced = format!("  {}\t", name.replace(' ', "   "));
        for written in [name, &name.to_uppercase(), &name.to_lowercase(), &spaced] {
            assert_eq!(
                catalog().find(written).unwrap().function,
                function,
                "{written:?}"
            );
        }
    }
    let named = catalog()
        .all()
        .iter()
        .filter(|report| report.connector_name.is_some())
        .count();
    assert_eq!(named, CONNECTOR_NAMES.len());
}

#[test]
fn an_unknown_name_suggests_the_nearest() {
    let nearest = |name: &str| catalog().find(name).unwrap_err().nearest;
    for (written, meant) in [
        ("email-activity-user-detial", "email-activity-user-detail"),
        ("getOneDriveUsageStorag", "getOneDriveUsageStorage"),
        ("mailbox usage storrage", "Mailbox Usage Storage"),
        (
            "teams-device-usage-user-count",
            "teams-device-usage-user-counts",
        ),
    ] {
        assert_eq!(nearest(written).as_deref(), Some(meant), "{written}");
    }
    assert_eq!(nearest("zzzz"), None);
    assert_eq!(nearest(""), None);
}

#[test]
fn an_unknown_name_is_said_in_one_sentence() {
    insta::assert_snapshot!(
        catalog().find("mailbox-usage-detial").unwrap_err(),
        @"no report is called 'mailbox-usage-detial'; did you mean 'mailbox-usage-detail'?"
    );
    insta::assert_snapshot!(catalog().find("zzzz").unwrap_err(), @"no report is called 'zzzz'");
}
