//! The small words: column names, periods, asks, update methods.

use exmetrics_catalog::{Ask, Period, UpdateMethod, column_name};
use proptest::prelude::*;

use crate::day;

#[test]
fn a_column_is_named_after_its_header() {
    for (header, name) in [
        ("Report Refresh Date", "report_refresh_date"),
        ("Storage Used (Byte)", "storage_used_byte"),
        (
            "Prohibit Send/Receive Quota (Byte)",
            "prohibit_send_receive_quota_byte",
        ),
        ("Used  Chrome OS", "used_chrome_os"),
        ("Peer-to-peer", "peer_to_peer"),
        ("Outlook (Windows)", "outlook_windows"),
        ("  Display Name \t", "display_name"),
        ("UsageDateTime", "usagedatetime"),
        (
            "copilotChatLastActivityDate:\"\"",
            "copilotchatlastactivitydate",
        ),
        ("Größe (KB)", "größe_kb"),
        ("報告 日", "報告_日"),
        ("---", ""),
        ("", ""),
    ] {
        assert_eq!(column_name(header), name, "{header:?}");
    }
}

proptest! {
    #[test]
    fn a_column_name_names_itself(header in "\\PC{0,40}") {
        let name = column_name(&header);
        prop_assert!(!name.starts_with('_') && !name.ends_with('_') && !name.contains("__"));
        prop_assert!(!name.contains(char::is_whitespace));
        prop_assert_eq!(column_name(&name), name);
    }

    #[test]
    fn a_period_is_read_in_any_case(days in 1_u16..) {
        let period = Period::Days(days);
        prop_assert_eq!(period.to_string().to_lowercase().parse(), Ok(period));
        prop_assert_eq!(period.days(), Some(days));
        prop_assert_eq!(Ask::Period(period).to_string().parse(), Ok(Ask::Period(period)));
    }
}

#[test]
fn a_period_is_d_and_a_number_or_all() {
    assert_eq!("all".parse(), Ok(Period::All));
    assert_eq!(Period::All.days(), None);
    for wrong in [
        "", "D", "D0", "D-7", "D+7", "7", "D7.5", "D99999", "seven", "D 7",
    ] {
        assert!(wrong.parse::<Period>().is_err(), "{wrong:?}");
    }
    insta::assert_snapshot!(
        "7 days".parse::<Period>().unwrap_err(),
        @"'7 days' is no period; write it as Microsoft does, for example D7 or D30"
    );
}

#[test]
fn an_ask_is_read_as_it_is_written() {
    for ask in [
        Ask::Current,
        Ask::Period(Period::All),
        Ask::Period(Period::Days(28)),
        Ask::Date(day("2028-02-29")),
    ] {
        assert_eq!(ask.to_string().parse(), Ok(ask));
    }
    assert!("2027-02-29".parse::<Ask>().is_err());
}

#[test]
fn an_update_method_is_read_in_any_case() {
    for method in UpdateMethod::ALL {
        assert_eq!(method.to_string().to_uppercase().parse(), Ok(method));
    }
    assert!(
        "merge"
            .parse::<UpdateMethod>()
            .unwrap_err()
            .contains("partition")
    );
}
