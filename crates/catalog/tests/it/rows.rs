//! Invariants of every row, whoever edits it.

use std::collections::HashSet;

use exmetrics_catalog::{
    ApiVersion, Cloud, CloudName, ColumnType, Grain, Parameter, Period, ReplyFormat, Report,
    UpdateMethod, catalog,
};

use crate::{day, report};

const WORKLOADS: [&str; 12] = [
    "Exchange",
    "Teams",
    "OneDrive",
    "SharePoint",
    "Groups",
    "Skype for Business",
    "Viva Engage",
    "Microsoft 365",
    "Microsoft 365 Apps",
    "Browser",
    "Forms",
    "Copilot",
];

#[test]
fn every_workload_is_a_known_one_and_every_known_one_has_reports() {
    let found: HashSet<&str> = catalog()
        .all()
        .iter()
        .map(|report| report.workload.as_str())
        .collect();
    assert_eq!(found, HashSet::from(WORKLOADS));
}

#[test]
fn keys_and_day_columns_are_columns() {
    for report in catalog().all() {
        assert!(!report.key.is_empty(), "{}", report.slug);
        for name in &report.key {
            assert!(report.column(name).is_some(), "{}: key {name}", report.slug);
        }
        if let Some(name) = &report.day_column {
            let column = report.column(name).unwrap();
            assert_eq!(column.kind, ColumnType::Date, "{}", report.slug);
            assert!(
                report.key.contains(name),
                "{}: {name} is no part of the key",
                report.slug
            );
        }
    }
}

#[test]
fn trends_and_nothing_else_have_a_day_column() {
    for report in catalog().all() {
        assert_eq!(
            report.day_column.is_some(),
            report.grain == Grain::Trend,
            "{}",
            report.slug
        );
    }
}

#[test]
fn only_reports_of_the_present_take_no_parameter() {
    for report in catalog().all() {
        let current = report.grain == Grain::Current;
        assert_eq!(report.parameters.is_empty(), current, "{}", report.slug);
        assert_eq!(report.periods.is_empty(), current, "{}", report.slug);
        assert_eq!(report.takes(Parameter::Period), !current, "{}", report.slug);
    }
    let current = catalog()
        .all()
        .iter()
        .filter(|report| report.grain == Grain::Current)
        .count();
    assert_eq!(current, 3);
}

#[test]
fn a_date_parameter_and_a_window_go_together() {
    for report in catalog().all() {
        let window = report.takes(Parameter::Date).then_some(28);
        assert_eq!(report.date_window_days, window, "{}", report.slug);
    }
    let dated = catalog()
        .all()
        .iter()
        .filter(|report| report.takes(Parameter::Date))
        .count();
    assert_eq!(dated, 18);
}

#[test]
fn periods_are_written_once_and_from_short_to_long() {
    for report in catalog().all() {
        let mut sorted = report.periods.clone();
        sorted.sort();
        sorted.dedup();
        assert_eq!(report.periods, sorted, "{}", report.slug);
    }
}

#[test]
fn a_trend_reaches_back_as_far_as_its_longest_period() {
    assert_eq!(report("email-activity-counts").window_days(), Some(180));
    assert_eq!(report("api-usage").window_days(), Some(60));
    assert_eq!(
        report("microsoft365-copilot-user-count-trend").window_days(),
        Some(180)
    );
    assert_eq!(report("sharepoint-api-usage").window_days(), Some(28));
    assert_eq!(report("mailbox-usage-detail").window_days(), None);
    assert_eq!(report("office365-activation-counts").window_days(), None);
}

#[test]
fn the_versions_are_in_order_and_each_has_clouds() {
    for report in catalog().all() {
        assert!(
            report.versions == [ApiVersion::V1, ApiVersion::Beta]
                || report.versions == [ApiVersion::Beta],
            "{}",
            report.slug
        );
        let with_clouds: Vec<ApiVersion> = report.clouds.keys().copied().collect();
        assert_eq!(with_clouds, report.versions, "{}", report.slug);
        for clouds in report.clouds.values() {
            assert!(clouds.contains(&CloudName::Global), "{}", report.slug);
            assert!(!clouds.contains(&CloudName::Custom), "{}", report.slug);
        }
    }
}

#[test]
fn the_version_follows_from_cloud_and_format() {
    let mailboxes = report("mailbox-usage-detail");
    assert_eq!(
        mailboxes.version_for(CloudName::Global),
        Some(ApiVersion::V1)
    );
    assert_eq!(
        mailboxes.version_for(CloudName::Custom),
        Some(ApiVersion::V1)
    );
    assert_eq!(
        mailboxes.version_for(CloudName::UsGov),
        Some(ApiVersion::Beta)
    );
    assert_eq!(
        mailboxes.version_for(CloudName::China),
        Some(ApiVersion::Beta)
    );
    let groups = report("office365-groups-activity-detail");
    assert_eq!(groups.version_for(CloudName::China), Some(ApiVersion::Beta));
    assert_eq!(groups.version_for(CloudName::UsGov), None);
    assert_eq!(
        report("yammer-activity-counts").version_for(CloudName::China),
        None
    );
    let copilot = report("microsoft365-copilot-usage-user-detail");
    assert_eq!(
        copilot.version_for(CloudName::Global),
        Some(ApiVersion::Beta)
    );
    for report in catalog().all() {
        assert!(
            report.version_for(CloudName::Global).is_some(),
            "{}",
            report.slug
        );
    }
}

#[test]
fn every_cloud_but_a_custom_one_has_addresses() {
    for name in CloudName::ALL {
        assert_eq!(Cloud::known(name).is_some(), name != CloudName::Custom);
        assert_eq!(name.as_str().parse(), Ok(name));
    }
}

#[test]
fn json_is_asked_for_only_where_csv_cannot_serve() {
    let json: Vec<&str> = catalog()
        .all()
        .iter()
        .filter(|report| report.format == ReplyFormat::Json)
        .map(|report| report.slug.as_str())
        .collect();
    assert_eq!(
        json,
        [
            "forms-user-activity-counts",
            "microsoft365-copilot-usage-user-detail",
            "microsoft365-copilot-user-count-summary",
            "microsoft365-copilot-user-count-trend",
        ]
    );
}

#[test]
fn skype_for_business_and_nothing_else_is_retired() {
    for report in catalog().all() {
        let ended = (report.workload == "Skype for Business").then(|| day("2021-07-31"));
        assert_eq!(report.retired_since, ended, "{}", report.slug);
    }
}

#[test]
fn usage_of_programming_interfaces_is_closed_to_an_app_by_itself() {
    for report in catalog().all() {
        let needs = Some("Reports.Read.All");
        assert_eq!(
            report.permissions.delegated.as_deref(),
            needs,
            "{}",
            report.slug
        );
        let closed = ["api-usage", "sharepoint-api-usage"].contains(&report.slug.as_str());
        let application = if closed { None } else { needs };
        assert_eq!(
            report.permissions.application.as_deref(),
            application,
            "{}",
            report.slug
        );
    }
}

#[test]
fn column_names_are_unique_within_a_report() {
    for report in catalog().all() {
        let mut seen = HashSet::new();
        for column in &report.columns {
            let name = column.name();
            assert!(
                !name.is_empty() && !name.starts_with('_'),
                "{}",
                column.header
            );
            if column.kind == ColumnType::Duration {
                assert!(
                    seen.insert(format!("{name}_seconds")),
                    "{}: {name}_seconds",
                    report.slug
                );
            }
            assert!(seen.insert(name.clone()), "{}: {name} twice", report.slug);
        }
    }
}

#[test]
fn an_older_name_belongs_to_one_column() {
    let bare = |text: &str| -> String {
        text.chars()
            .filter(|letter| letter.is_alphanumeric())
            .collect::<String>()
            .to_lowercase()
    };
    for report in catalog().all() {
        let mut seen = HashSet::new();
        for column in &report.columns {
            assert_eq!(column.header, column.header.trim());
            let others = column.aliases.iter().chain(&column.json);
            let mut own: Vec<String> = others
                .chain([&column.header])
                .map(|name| bare(name))
                .collect();
            // An older header may be spelled as the JSON property.
            own.sort_unstable();
            own.dedup();
            for name in own {
                assert!(
                    seen.insert(name.clone()),
                    "{}: {name} means two columns",
                    report.slug
                );
            }
        }
    }
}

#[test]
fn every_count_says_what_it_counts_and_nothing_else_does() {
    for report in catalog().all() {
        for column in &report.columns {
            let counts = column.kind == ColumnType::Bigint;
            assert_eq!(
                column.unit.is_some(),
                counts,
                "{}: {}",
                report.slug,
                column.header
            );
            if column.header.contains("(Byte)") {
                assert_eq!(column.unit.as_deref(), Some("bytes"));
            }
        }
    }
}

#[test]
fn whatever_names_a_person_is_personal() {
    let names_a_person = |report: &Report, name: &str| {
        name.ends_with("principal_name")
            || ["display_name", "owner_display_name", "user_id", "site_url"].contains(&name)
            || (report.workload == "OneDrive" && name == "site_id")
    };
    for report in catalog().all() {
        let expected: Vec<String> = report
            .columns
            .iter()
            .map(exmetrics_catalog::Column::name)
            .filter(|name| names_a_person(report, name))
            .collect();
        assert_eq!(report.personal_columns(), expected, "{}", report.slug);
    }
}

#[test]
fn the_period_is_a_number_of_days_wherever_it_is_told() {
    let told = |report: &&Report| report.column("report_period").is_some();
    for report in catalog().all().iter().filter(told) {
        let column = report.column("report_period").unwrap();
        assert_eq!(
            (column.kind, column.unit.as_deref()),
            (ColumnType::Bigint, Some("days"))
        );
    }
}

#[test]
fn texts_are_whole_sentences_of_their_own() {
    let sentence = |text: &str| {
        text.ends_with('.')
            && text.matches(". ").count() == 0
            && !text.contains("  ")
            && text.starts_with(char::is_uppercase)
            && text.split(' ').count() >= 4
    };
    let mut told = HashSet::new();
    for report in catalog().all() {
        assert!(sentence(&report.tells), "{}: {}", report.slug, report.tells);
        assert!(
            told.insert(&report.tells),
            "{}: {} is told twice",
            report.slug,
            report.tells
        );
        assert!(!report.title.ends_with('.'), "{}", report.title);
        let mut meant = HashSet::new();
        for column in &report.columns {
            assert!(
                sentence(&column.meaning),
                "{}: {}",
                report.slug,
                column.meaning
            );
            assert!(
                meant.insert(&column.meaning),
                "{}: '{}' stands for two columns",
                report.slug,
                column.meaning
            );
        }
    }
}

#[test]
fn the_default_update_loses_nothing_that_was_captured() {
    for report in catalog().all() {
        let expected = match report.grain {
            Grain::Current => UpdateMethod::Replace,
            Grain::Detail | Grain::Trend | Grain::Summary => UpdateMethod::Partition,
        };
        assert_eq!(report.default_update(), expected);
    }
}

#[test]
fn every_period_is_read_as_it_is_written() {
    for report in catalog().all() {
        for period in &report.periods {
            assert_eq!(period.to_string().parse::<Period>().as_ref(), Ok(period));
        }
    }
}
