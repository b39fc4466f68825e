//! A schedule taken apart.

use exmetrics_catalog::{Schedule, ScheduleParts};

fn parts(text: &str) -> ScheduleParts {
    text.parse::<Schedule>().unwrap().parts()
}

fn texts(all: &[&str]) -> Vec<String> {
    all.iter().map(|text| (*text).to_owned()).collect()
}

#[test]
fn every_kind_comes_apart() {
    assert_eq!(parts("manual"), ScheduleParts::Manual);
    assert_eq!(
        parts("every 90m from 08:00 to 18:00 on weekdays"),
        ScheduleParts::Every {
            minutes: 90,
            hours: Some(("08:00".into(), "18:00".into())),
            weekdays: texts(&["mon", "tue", "wed", "thu", "fri"]),
        }
    );
    assert_eq!(parts("hourly at :15"), ScheduleParts::Hourly { minute: 15 });
    assert_eq!(
        parts("daily at 18:00, 6:30"),
        ScheduleParts::Weekly {
            weekdays: Vec::new(),
            times: texts(&["06:30", "18:00"]),
        }
    );
    assert_eq!(
        parts("monthly on first monday, 15, last day at 06:00"),
        ScheduleParts::Monthly {
            days: texts(&["15", "first-mon", "last"]),
            times: texts(&["06:00"]),
        }
    );
    assert_eq!(
        parts("cron 0 6 * * 1-5"),
        ScheduleParts::Cron("0 6 * * 1-5".into())
    );
}

#[test]
fn the_zone_is_told_by_its_name() {
    let zone = |text: &str| text.parse::<Schedule>().unwrap().zone_name().to_owned();
    assert_eq!(zone("daily at 06:00"), "UTC");
    assert_eq!(zone("daily at 06:00 in europe/berlin"), "Europe/Berlin");
}
