//! Columns are found by name, whatever order, spelling and company they come in.

use exmetrics_catalog::{HeaderMatch, Report, catalog, match_header};

use crate::report;

fn matched(slug: &str, line: &str) -> HeaderMatch {
    match_header(report(slug), line.split(','))
}

fn names(matched: &HeaderMatch) -> Vec<&str> {
    matched
        .columns
        .iter()
        .map(|column| column.name.as_str())
        .collect()
}

/// Nothing to report: every column known, and all there.
fn is_clean(matched: &HeaderMatch) -> bool {
    matched.added.is_empty()
        && matched.missing.is_empty()
        && matched.renamed.is_empty()
        && matched.repeated.is_empty()
}

fn own_header(report: &Report) -> Vec<&str> {
    report
        .columns
        .iter()
        .map(|column| column.header.as_str())
        .collect()
}

#[test]
fn every_report_knows_its_own_header_in_any_order() {
    for report in catalog().all() {
        let mut header = own_header(report);
        for _ in 0..2 {
            let matched = match_header(report, header.iter().copied());
            assert!(
                is_clean(&matched) && matched.is_of_the_report(),
                "{}",
                report.slug
            );
            for (column, came) in matched.columns.iter().zip(&header) {
                assert_eq!(report.columns[column.known.unwrap()].header, *came);
            }
            header.reverse();
        }
    }
}

#[test]
fn every_older_header_lands_under_the_columns_name() {
    let mut tried = 0;
    for report in catalog().all() {
        for (place, column) in report.columns.iter().enumerate() {
            for alias in &column.aliases {
                let mut header = own_header(report);
                header[place] = alias;
                let matched = match_header(report, header);
                assert_eq!(
                    matched.columns[place].known,
                    Some(place),
                    "{}: {alias}",
                    report.slug
                );
                assert_eq!(matched.columns[place].name, column.name());
                assert!(matched.added.is_empty() && matched.missing.is_empty());
                tried += 1;
            }
        }
    }
    assert!(tried >= 15, "{tried}");
}

#[test]
fn every_json_property_lands_under_the_columns_name() {
    for report in catalog().all() {
        for (place, column) in report.columns.iter().enumerate() {
            let Some(property) = &column.json else {
                continue;
            };
            let mut header = own_header(report);
            header[place] = property;
            let matched = match_header(report, header);
            assert!(is_clean(&matched), "{}: {property}", report.slug);
        }
    }
}

#[test]
fn camel_case_doubled_spaces_and_brackets_make_no_difference() {
    let matched = matched(
        "teams-device-usage-user-detail",
        "reportRefreshDate,USER ID, userPrincipalName ,Last  Activity Date,isDeleted,deletedDate,\
         usedWeb,usedWindowsPhone,usediOS,usedMac,usedAndroidPhone,usedWindows,Used Chrome OS,\
         usedLinux,is_licensed,(Report Period)",
    );
    assert!(is_clean(&matched), "{matched:?}");
    assert_eq!(names(&matched)[12], "used_chrome_os");
}

#[test]
fn a_renamed_column_is_said_to_be_renamed() {
    let came = matched(
        "office365-groups-activity-detail",
        "Report Refresh Date,Group Id,Guest Count,Report Period",
    );
    assert_eq!(names(&came)[2], "external_member_count");
    assert_eq!(
        came.renamed,
        [("Guest Count".to_owned(), "external_member_count".to_owned())]
    );
    assert!(came.added.is_empty());
    assert!(came.missing.contains(&"member_count".to_owned()));
}

#[test]
fn an_older_header_beside_todays_is_a_column_of_its_own() {
    let came = matched(
        "office365-groups-activity-detail",
        "Report Refresh Date,Guest Count,Group Id,External Member Count",
    );
    assert_eq!(
        names(&came),
        [
            "report_refresh_date",
            "guest_count",
            "group_id",
            "external_member_count"
        ]
    );
    assert_eq!(came.added, ["guest_count"]);
    assert!(came.renamed.is_empty());
}

#[test]
fn a_column_that_comes_twice_gets_a_number() {
    let came = matched(
        "mailbox-usage-storage",
        "Report Refresh Date,Storage Used (Byte),Report Date,Storage Used (Byte),Report Period,\
         storage used byte",
    );
    assert_eq!(
        names(&came),
        [
            "report_refresh_date",
            "storage_used_byte",
            "report_date",
            "storage_used_byte_2",
            "report_period",
            "storage_used_byte_3",
        ]
    );
    assert_eq!(came.added, ["storage_used_byte_2", "storage_used_byte_3"]);
    assert_eq!(came.repeated, ["Storage Used (Byte)", "storage used byte"]);
    assert!(came.missing.is_empty());
}

#[test]
fn an_unknown_column_twice_gets_a_number_too() {
    let came = matched(
        "mailbox-usage-storage",
        "Report Date,Region,Region,Report Period",
    );
    assert_eq!(
        names(&came),
        ["report_date", "region", "region_2", "report_period"]
    );
    assert_eq!(came.repeated, ["Region"]);
}

#[test]
fn an_unknown_column_is_added_and_takes_no_other_columns_name() {
    let detail = report("teams-user-activity-user-detail");
    let mut header = own_header(detail);
    // A table has this one already: the seconds beside the duration.
    header.extend(["Audio Duration Seconds", "Favourite Colour"]);
    let came = match_header(detail, header);
    assert_eq!(came.added, ["audio_duration_seconds_2", "favourite_colour"]);
    assert!(came.missing.is_empty() && came.is_of_the_report());
    let last = came.columns.last().unwrap();
    assert_eq!((last.name.as_str(), last.known), ("favourite_colour", None));
}

#[test]
fn a_header_without_letters_is_named_by_its_place() {
    let came = matched("mailbox-usage-storage", "Report Date,,Report Period,--, ");
    assert_eq!(
        names(&came),
        [
            "report_date",
            "column_2",
            "report_period",
            "column_4",
            "column_5"
        ]
    );
    assert!(came.repeated.is_empty());
}

#[test]
fn a_missing_column_is_named() {
    let came = matched(
        "mailbox-usage-mailbox-counts",
        "Report Refresh Date,Total,Report Date",
    );
    assert_eq!(came.missing, ["active", "report_period"]);
    assert!(came.added.is_empty() && came.is_of_the_report());
}

#[test]
fn the_released_version_lacks_what_beta_alone_has() {
    let sites = matched(
        "sharepoint-site-usage-detail",
        "Report Refresh Date,Site Id,Site URL,Owner Display Name,Is Deleted,Last Activity Date,\
         File Count,Active File Count,Page View Count,Visited Page Count,Storage Used (Byte),\
         Storage Allocated (Byte),Root Web Template,Owner Principal Name,Report Period",
    );
    // No surprise, and so no drift.
    assert!(sites.missing.is_empty());
    assert!(sites.added.is_empty() && sites.is_of_the_report());
    let communities = matched(
        "yammer-groups-activity-detail",
        "Report Refresh Date,Group Display Name,Is Deleted,Owner Principal Name,\
         Last Activity Date,Group Type,Office 365 Connected,Member Count,Posted Count,Read Count,\
         Liked Count,Report Period",
    );
    assert!(communities.missing.is_empty() && communities.added.is_empty());
}

#[test]
fn another_reports_header_is_refused() {
    for (asked, came) in [
        ("mailbox-usage-detail", "teams-user-activity-user-detail"),
        ("email-activity-user-detail", "sharepoint-site-usage-detail"),
        ("teams-user-activity-user-detail", "m365-app-user-detail"),
        ("api-usage", "email-activity-counts"),
        ("email-activity-counts", "api-usage"),
    ] {
        let matched = match_header(report(asked), own_header(report(came)));
        assert!(!matched.is_of_the_report(), "{came} taken for {asked}");
    }
}

#[test]
fn a_page_or_an_error_is_refused() {
    for line in [
        "<!DOCTYPE html>",
        "<html><head><title>Sign in to your account</title></head><body>",
        "{\"error\":{\"code\":\"UnknownError\",\"message\":\"\"}}",
        "https://reports.example/data/download?token=abc",
        "",
    ] {
        for report in catalog().all() {
            assert!(
                !match_header(report, line.split(',')).is_of_the_report(),
                "{line}"
            );
        }
    }
    let nothing: [&str; 0] = [];
    assert!(!match_header(report("api-usage"), nothing).is_of_the_report());
}
