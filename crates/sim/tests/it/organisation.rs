//! The story that the figures tell: the same every time, the same from every side.

use std::collections::{HashMap, HashSet};

use exmetrics_sim::SimOptions;

use crate::client::{Tenant, generous, read_csv};

type Rows = Vec<HashMap<String, String>>;

async fn rows(tenant: &Tenant, ask: &str) -> Rows {
    let reply = tenant.csv(&format!("/v1.0/reports/{ask}")).await;
    assert_eq!(reply.status, 200, "{}", reply.text());
    let (header, rows) = read_csv(&reply.body);
    rows.into_iter()
        .map(|row| header.iter().cloned().zip(row).collect())
        .collect()
}

fn number(row: &HashMap<String, String>, column: &str) -> u64 {
    row[column].parse().unwrap_or(0)
}

fn sum(rows: &Rows, column: &str) -> u64 {
    rows.iter().map(|row| number(row, column)).sum()
}

#[tokio::test]
async fn the_same_question_has_the_same_answer_in_any_order() {
    let questions = [
        "getEmailActivityUserDetail(period='D30')",
        "getTeamsUserActivityCounts(period='D7')",
        "getSharePointSiteUsageDetail(date=2026-11-19)",
        "getOffice365ActivationsUserDetail",
    ];
    let (one, two) = (Tenant::new(generous()).await, Tenant::new(generous()).await);
    let mut first = Vec::new();
    for question in questions {
        first.push(one.csv(&format!("/v1.0/reports/{question}")).await.body);
    }
    for (question, told) in questions.into_iter().zip(first).rev() {
        assert_eq!(
            two.csv(&format!("/v1.0/reports/{question}")).await.body,
            told,
            "{question}"
        );
    }
    let other = Tenant::new(SimOptions {
        seed: 1,
        ..generous()
    })
    .await;
    assert_ne!(
        rows(&other, questions[0]).await,
        rows(&one, questions[0]).await
    );
}

#[tokio::test]
async fn a_day_told_later_is_the_same_day() {
    let tenant = Tenant::new(generous()).await;
    let ask = "getEmailActivityUserDetail(date=2026-11-10)";
    let figures = |rows: Rows| -> Vec<(String, String)> {
        rows.into_iter()
            .map(|row| {
                (
                    row["User Principal Name"].clone(),
                    row["Send Count"].clone(),
                )
            })
            .collect()
    };
    let first = figures(rows(&tenant, ask).await);
    tenant.sim.set_now("2026-11-30T00:00:00Z".parse().unwrap());
    let tenant = Tenant {
        token: crate::client::app_token(&tenant.sim).await,
        ..tenant
    };
    assert_eq!(figures(rows(&tenant, ask).await), first);
}

#[tokio::test]
async fn trends_are_the_sums_of_details() {
    let tenant = Tenant::new(generous()).await;
    for (trend, detail, columns, heads) in [
        (
            "getEmailActivityCounts",
            "getEmailActivityUserDetail",
            &[
                ("Send", "Send Count"),
                ("Receive", "Receive Count"),
                ("Read", "Read Count"),
            ][..],
            "getEmailActivityUserCounts",
        ),
        (
            "getTeamsUserActivityCounts",
            "getTeamsUserActivityUserDetail",
            &[
                ("Calls", "Call Count"),
                ("Private Chat Messages", "Private Chat Message Count"),
            ],
            "getTeamsUserActivityUserCounts",
        ),
        (
            "getOneDriveActivityFileCounts",
            "getOneDriveActivityUserDetail",
            &[("Synced", "Synced File Count")],
            "getOneDriveActivityUserCounts",
        ),
    ] {
        let trend = rows(&tenant, &format!("{trend}(period='D7')")).await;
        let heads = rows(&tenant, &format!("{heads}(period='D7')")).await;
        assert_eq!((trend.len(), heads.len()), (7, 7));
        for (day, heads) in trend.iter().zip(&heads) {
            let date = &day["Report Date"];
            assert_eq!(date, &heads["Report Date"]);
            let told = rows(&tenant, &format!("{detail}(date={date})")).await;
            for (total, own) in columns {
                assert_eq!(number(day, total), sum(&told, own), "{detail} {date} {own}");
                let some = told.iter().filter(|row| number(row, own) > 0).count();
                assert_eq!(number(heads, total), some as u64, "{detail} {date} {own}");
            }
        }
    }
    // A period is the sum of its days.
    let week = rows(&tenant, "getEmailActivityUserDetail(period='D7')").await;
    let trend = rows(&tenant, "getEmailActivityCounts(period='D7')").await;
    assert_eq!(sum(&week, "Send Count"), sum(&trend, "Send"));
    assert!(sum(&trend, "Send") > 100);
}

#[tokio::test]
async fn active_users_are_those_who_were_active() {
    let tenant = Tenant::new(generous()).await;
    let trend = rows(&tenant, "getOffice365ActiveUserCounts(period='D7')").await;
    let newest = trend
        .iter()
        .max_by_key(|row| row["Report Date"].clone())
        .unwrap();
    let date = &newest["Report Date"];
    let detail = rows(
        &tenant,
        &format!("getOffice365ActiveUserDetail(date={date})"),
    )
    .await;
    for product in ["Exchange", "Teams", "OneDrive"] {
        let column = format!("{product} Last Activity Date");
        let active = detail.iter().filter(|row| &row[&column] == date).count();
        assert_eq!(number(newest, product), active as u64, "{product}");
    }
    let any = number(newest, "Office 365");
    assert!(any >= number(newest, "Exchange") && any >= number(newest, "Teams"));
}

#[tokio::test]
async fn weeks_leavers_idle_people_and_large_mailboxes() {
    let tenant = Tenant::new(SimOptions {
        people: 300,
        ..generous()
    })
    .await;
    let trend = rows(&tenant, "getEmailActivityCounts(period='D30')").await;
    let on = |date: &str| {
        trend
            .iter()
            .find(|row| row["Report Date"] == date)
            .map(|row| number(row, "Send"))
    };
    // A Saturday and the Wednesday before.
    assert!(on("2026-11-21").unwrap() * 4 < on("2026-11-18").unwrap());
    let detail = rows(&tenant, "getEmailActivityUserDetail(period='D180')").await;
    let leavers: Vec<_> = detail
        .iter()
        .filter(|row| row["Is Deleted"] == "True")
        .collect();
    assert!(!leavers.is_empty() && leavers.len() < 100);
    assert!(leavers.iter().all(|row| row["Deleted Date"].len() == 10));
    assert!(
        leavers
            .iter()
            .all(|row| row["Last Activity Date"] < row["Deleted Date"])
    );
    let idle: Vec<_> = detail
        .iter()
        .filter(|row| row["Last Activity Date"].is_empty())
        .collect();
    assert!(!idle.is_empty() && idle.iter().all(|row| row["Send Count"].is_empty()));
    let week = rows(&tenant, "getTeamsUserActivityUserDetail(period='D7')").await;
    assert!(week.iter().any(|row| row["Urgent Messages"] == "0"));
    assert!(
        week.iter()
            .any(|row| row["Audio Duration"].starts_with("PT") && row["Audio Duration"] != "PT0S")
    );
    let mailboxes = rows(&tenant, "getMailboxUsageDetail(period='D7')").await;
    let largest = mailboxes
        .iter()
        .map(|row| number(row, "Storage Used (Byte)"))
        .max()
        .unwrap();
    assert!(largest > u64::from(u32::MAX));
    let names: Vec<&String> = detail.iter().map(|row| &row["Display Name"]).collect();
    for trap in [',', '"', 'а', '渡', 'ن', 'é'] {
        assert!(names.iter().any(|name| name.contains(trap)), "{trap}");
    }
    let accounts = rows(&tenant, "getOneDriveUsageStorage(period='D7')").await;
    let types: HashSet<&String> = accounts.iter().map(|row| &row["Site Type"]).collect();
    assert_eq!((accounts.len(), types.len()), (14, 2));
}

#[tokio::test]
async fn nothing_is_told_of_days_that_are_not_published() {
    let tenant = Tenant::new(SimOptions {
        lag_days: 4,
        ..generous()
    })
    .await;
    for (date, is_empty) in [
        ("2026-11-19", false),
        ("2026-11-20", true),
        ("2026-11-22", true),
    ] {
        let told = rows(&tenant, &format!("getEmailActivityUserDetail(date={date})")).await;
        assert_eq!(told.is_empty(), is_empty, "{date}");
    }
    let trend = rows(&tenant, "getEmailActivityCounts(period='D7')").await;
    assert_eq!(
        trend.iter().map(|row| row["Report Date"].as_str()).max(),
        Some("2026-11-19")
    );
}

#[tokio::test]
async fn young_days_are_restated_and_old_ones_are_not() {
    let tenant = Tenant::new(SimOptions {
        restate: true,
        ..generous()
    })
    .await;
    let told = async |date: &str| {
        let told = rows(&tenant, &format!("getEmailActivityUserDetail(date={date})")).await;
        told.iter()
            .map(|row| row["Receive Count"].clone())
            .collect::<Vec<_>>()
    };
    let (young, old) = (told("2026-11-20").await, told("2026-11-12").await);
    // Within the token's life, and past midnight.
    tenant.sim.set_now("2026-11-24T00:30:00Z".parse().unwrap());
    let tenant = Tenant {
        token: crate::client::app_token(&tenant.sim).await,
        ..tenant
    };
    let later = async |date: &str| {
        let told = rows(&tenant, &format!("getEmailActivityUserDetail(date={date})")).await;
        told.iter()
            .map(|row| row["Receive Count"].clone())
            .collect::<Vec<_>>()
    };
    assert_ne!(later("2026-11-20").await, young);
    assert_eq!(later("2026-11-12").await, old);
}

#[tokio::test]
async fn concealed_names_are_hashes_and_figures_stay() {
    let tenant = Tenant::new(generous()).await;
    let teams = "getTeamsUserActivityUserDetail(period='D7')";
    let (mail, sites) = (
        "getEmailActivityUserDetail(period='D7')",
        "getSharePointSiteUsageDetail(period='D7')",
    );
    let open = rows(&tenant, mail).await;
    tenant.sim.set_concealed(true);
    let concealed = rows(&tenant, mail).await;
    let is_hash = |text: &String| {
        text.len() == 32
            && text
                .bytes()
                .all(|byte| matches!(byte, b'0'..=b'9' | b'A'..=b'F'))
    };
    assert_eq!(open.len(), concealed.len());
    for (open, concealed) in open.iter().zip(&concealed) {
        assert!(open["User Principal Name"].ends_with("@contoso.example"));
        assert!(is_hash(&concealed["User Principal Name"]) && is_hash(&concealed["Display Name"]));
        assert_eq!(open["Send Count"], concealed["Send Count"]);
    }
    let zero = "00000000-0000-0000-0000-000000000000";
    assert!(
        rows(&tenant, teams)
            .await
            .iter()
            .all(|row| row["User Id"] == zero)
    );
    for row in rows(&tenant, sites).await {
        assert_eq!(row["Site Id"], zero);
        assert!(is_hash(&row["Site URL"]));
        assert!(row["Owner Principal Name"].is_empty() || is_hash(&row["Owner Principal Name"]));
    }
}
