//! Every report, by each of its parameters, in each of its versions and formats.

use std::collections::HashSet;

use exmetrics_catalog::{
    ApiVersion, ColumnType, Grain, Parameter, Period, Report, catalog, column_name,
};
use exmetrics_sim::{PersonAtBrowser, SimOptions};
use serde_json::Value;

use crate::client::{Tenant, generous, post, read_csv, token_url};

/// A tenant and a token of an administrator, who may read every report.
async fn administrator() -> Tenant {
    let person = PersonAtBrowser::AgreesAtOnce;
    let sim = exmetrics_sim::start(SimOptions {
        person,
        people: 12,
        ..generous()
    })
    .await
    .unwrap();
    let url = format!(
        "{}/{}/oauth2/v2.0/devicecode",
        sim.login_url(),
        sim.tenant_id()
    );
    let scope = format!("{}/.default", sim.graph_url());
    let begun = post(&url, &[("client_id", sim.client_id()), ("scope", &scope)])
        .await
        .json();
    let fields = [
        ("grant_type", "urn:ietf:params:oauth:grant-type:device_code"),
        ("client_id", sim.client_id()),
        ("device_code", begun["device_code"].as_str().unwrap()),
    ];
    let token = post(&token_url(&sim), &fields).await.json()["access_token"]
        .as_str()
        .unwrap()
        .into();
    Tenant { sim, token }
}

/// Everything that a report can be asked.
fn asks(report: &Report) -> Vec<String> {
    let mut asks: Vec<String> = report
        .periods
        .iter()
        .map(|period| format!("(period='{period}')"))
        .collect();
    if report.takes(Parameter::Date) {
        asks.push("(date=2026-11-20)".into());
    }
    if asks.is_empty() {
        asks.push(String::new());
    }
    asks
}

fn fits(cell: &str, kind: ColumnType) -> bool {
    cell.is_empty()
        || match kind {
            ColumnType::Date => cell.parse::<jiff::civil::Date>().is_ok() && cell.len() == 10,
            ColumnType::Bigint => cell.parse::<i64>().is_ok(),
            ColumnType::Boolean => ["True", "False", "Yes", "No"].contains(&cell),
            ColumnType::Duration => cell.starts_with("PT"),
            ColumnType::Text => true,
        }
}

#[tokio::test]
async fn every_report_answers_each_question_in_csv() {
    let tenant = administrator().await;
    assert_eq!(catalog().all().len(), 92);
    for report in catalog().all() {
        for version in &report.versions {
            for ask in asks(report) {
                let what = format!("/{}/reports/{}{ask}", version.as_str(), report.function);
                let reply = tenant.csv(&format!("{what}?$format=text/csv")).await;
                assert_eq!(reply.status, 200, "{what}: {}", reply.text());
                let (header, rows) = read_csv(&reply.body);
                let known: Vec<&String> =
                    report.columns.iter().map(|column| &column.header).collect();
                assert_eq!(header.iter().collect::<Vec<_>>(), known, "{what}");
                check_rows(report, &what, &ask, &rows);
            }
        }
    }
    assert!(tenant.sim.leaks().is_empty());
}

fn check_rows(report: &Report, what: &str, ask: &str, rows: &[Vec<String>]) {
    let place = |name: &str| {
        report
            .columns
            .iter()
            .position(|column| column.name() == name)
    };
    for row in rows {
        for (cell, column) in row.iter().zip(&report.columns) {
            assert!(
                fits(cell, column.kind),
                "{what}: '{cell}' in {}",
                column.header
            );
        }
        if let Some(refresh) = place("report_refresh_date") {
            assert_eq!(row[refresh], "2026-11-21");
        }
    }
    let keys: Vec<usize> = report
        .key
        .iter()
        .map(|key| place(&column_name(key)).expect(what))
        .collect();
    let distinct: HashSet<Vec<&String>> = rows
        .iter()
        .map(|row| keys.iter().map(|key| &row[*key]).collect())
        .collect();
    assert_eq!(distinct.len(), rows.len(), "{what}: rows share a key");
    let is_detail_of_retired = report.retired_since.is_some() && report.grain == Grain::Detail;
    assert_eq!(rows.is_empty(), is_detail_of_retired, "{what}");
    if let Some(day) = report
        .day_column
        .as_deref()
        .map(|day| place(&column_name(day)).expect(what))
    {
        let days: HashSet<&String> = rows.iter().map(|row| &row[day]).collect();
        let asked = report
            .periods
            .iter()
            .find(|period| ask.contains(&format!("'{period}'")));
        let wanted = match asked {
            Some(Period::Days(days)) => usize::from(*days),
            Some(Period::All) => 180,
            None => 1,
        };
        assert_eq!(days.len(), wanted, "{what}");
        let newest = if asked.is_some() {
            "2026-11-21"
        } else {
            "2026-11-20"
        };
        assert_eq!(days.iter().max().unwrap().as_str(), newest);
        if report.workload == "Teams" || report.workload == "SharePoint" {
            assert_eq!(rows[0][day], newest, "{what}");
        }
    }
}

/// The rows of a JSON body, with what is nested laid flat.
fn flatten(body: &Value) -> Vec<serde_json::Map<String, Value>> {
    let list = body["value"]
        .as_array()
        .or_else(|| body["details"].as_array())
        .expect("rows");
    let mut rows = Vec::new();
    for object in list {
        let object = object.as_object().unwrap();
        let nested = object.values().find_map(|value| {
            value
                .as_array()
                .filter(|list| list.first().is_some_and(Value::is_object))
        });
        match nested {
            None => rows.push(object.clone()),
            Some(list) => rows.extend(list.iter().map(|inner| {
                let mut row = object.clone();
                row.extend(inner.as_object().unwrap().clone());
                row
            })),
        }
    }
    rows
}

#[tokio::test]
async fn every_report_of_beta_answers_in_json_with_the_same_rows() {
    let tenant = administrator().await;
    for report in catalog().all() {
        assert!(
            report.versions.contains(&ApiVersion::Beta),
            "{}",
            report.function
        );
        let ask = asks(report).remove(0);
        let what = format!("/beta/reports/{}{ask}", report.function);
        let csv = tenant.csv(&format!("{what}?$format=text/csv")).await;
        let (_, told) = read_csv(&csv.body);
        let reply = tenant
            .graph(&format!("{what}?$format=application/json"))
            .await;
        assert_eq!(reply.status, 200, "{what}: {}", reply.text());
        let body = reply.json();
        let rows = flatten(&body);
        // The summary of all apps stands apart there.
        let apart = told
            .iter()
            .filter(|row| report.function == "getSharePointApiUsage" && row[3].is_empty());
        assert_eq!(rows.len() + apart.count(), told.len(), "{what}");
        let bare = |text: &str| -> String {
            text.chars()
                .filter(|letter| letter.is_alphanumeric())
                .flat_map(char::to_lowercase)
                .collect()
        };
        for row in &rows {
            for column in &report.columns {
                let wanted = column.json.as_deref().unwrap_or(&column.header);
                let value = row.iter().find(|(name, _)| bare(name) == bare(wanted));
                let (name, value) = value.unwrap_or_else(|| panic!("{what}: no {}", column.header));
                let fits = match column.kind {
                    ColumnType::Bigint if column.name() == "report_period" => {
                        value.is_string() || value.is_u64()
                    }
                    ColumnType::Bigint => value.is_u64() || value.is_null(),
                    ColumnType::Boolean => value.is_boolean(),
                    ColumnType::Text => value.is_string() || value.is_array() || value.is_null(),
                    ColumnType::Date | ColumnType::Duration => value.is_string() || value.is_null(),
                };
                assert!(fits, "{what}: {name} is {value}");
            }
        }
    }
}

#[tokio::test]
async fn json_is_nested_as_microsoft_nests_it() {
    let tenant = administrator().await;
    let ask = async |function: &str| {
        tenant
            .graph(&format!(
                "/beta/reports/{function}?$format=application/json"
            ))
            .await
            .json()
    };
    let flat = ask("getEmailActivityUserDetail(period='D7')").await;
    let row = &flat["value"][0];
    assert_eq!(row["reportPeriod"], "7");
    assert!(row["assignedProducts"].is_array() && row["isDeleted"].is_boolean());
    let apps = ask("getEmailAppUsageUserDetail(period='D30')").await;
    assert!(apps["value"][0]["outlookForWindows"].is_array());
    let by_date = ask("getTeamsTeamCounts(period='D7')").await;
    assert_eq!(by_date["value"].as_array().unwrap().len(), 1);
    assert_eq!(
        by_date["value"][0]["teamsTeamUsageByDate"]
            .as_array()
            .unwrap()
            .len(),
        7
    );
    assert!(by_date["value"][0]["teamsTeamUsageByDate"][0]["reportRefreshDate"].is_null());
    let by_period = ask("getBrowserDistributionUserCounts(period='D30')").await;
    assert_eq!(by_period["value"][0]["userCounts"][0]["reportPeriod"], 30);
    let by_person = ask("getM365AppUserDetail(period='D7')").await;
    assert!(by_person["value"][0]["userPrincipalName"].is_string());
    assert!(by_person["value"][0]["details"][0]["outlookWindows"].is_boolean());
    let products = ask("getOffice365ActivationsUserDetail").await;
    assert_eq!(
        products["value"][0]["userActivationCounts"]
            .as_array()
            .unwrap()
            .len(),
        3
    );
    let api = ask("getSharePointApiUsage(period='D1')").await;
    assert!(api["summary"]["appId"].is_null() && api["details"][0]["appId"].is_string());
    assert_eq!(api["summary"]["usageDateTime"], "2026-11-21T00:00:00Z");
    // Copilot answers JSON unasked, and an empty text for no date.
    let copilot = "/beta/reports/getMicrosoft365CopilotUsageUserDetail(period='ALL')";
    let copilot = tenant.graph(copilot).await.json();
    let person = &copilot["value"][0];
    assert_eq!(
        person["copilotActivityUserDetailsByPeriod"]
            .as_array()
            .unwrap()
            .len(),
        4
    );
    let dates = copilot["value"]
        .as_array()
        .unwrap()
        .iter()
        .flat_map(|row| row.as_object().unwrap());
    assert!(
        dates
            .filter(|(name, _)| name.ends_with("Date"))
            .all(|(_, value)| value.is_string())
    );
}

#[tokio::test]
async fn pages_follow_each_other_to_the_end() {
    let tenant = Tenant::new(SimOptions {
        people: 450,
        ..generous()
    })
    .await;
    for (function, top, sizes) in [
        ("getEmailActivityUserDetail", "", vec![200, 200]),
        (
            "getEmailActivityUserDetail",
            "&$top=150",
            vec![150, 150, 150],
        ),
        ("getM365AppUserDetail", "&$top=400", vec![400]),
        ("getTeamsUserActivityUserDetail", "", vec![]),
    ] {
        let path = format!("/beta/reports/{function}(period='D7')");
        let (_, told) = read_csv(&tenant.csv(&path).await.body);
        let mut next = Some(format!("{path}?$format=application/json{top}"));
        let mut names: Vec<String> = Vec::new();
        let mut pages = Vec::new();
        while let Some(address) = next {
            let reply = tenant.graph(&address).await;
            assert_eq!(reply.status, 200, "{}", reply.text());
            let body = reply.json();
            let rows = body["value"].as_array().unwrap();
            pages.push(rows.len());
            names.extend(
                rows.iter()
                    .map(|row| row["userPrincipalName"].as_str().unwrap().into()),
            );
            next = body["@odata.nextLink"].as_str().map(|link| {
                link.strip_prefix(tenant.sim.graph_url())
                    .expect("the same host")
                    .to_owned()
            });
        }
        let last = pages.pop().unwrap();
        assert_eq!(pages, sizes, "{function}");
        assert_eq!(last, told.len() - sizes.iter().sum::<usize>());
        let distinct: HashSet<&String> = names.iter().collect();
        assert_eq!(distinct.len(), told.len());
    }
    for wrong in ["$skiptoken=made-up", "$top=0", "$top=10001", "$top=x"] {
        let path = format!(
            "/beta/reports/getEmailActivityUserDetail(period='D7')?$format=application/json&{wrong}"
        );
        assert_eq!(tenant.graph(&path).await.status, 400, "{wrong}");
    }
    let unpaged =
        "/beta/reports/getEmailActivityCounts(period='D7')?$format=application/json&$top=5";
    assert_eq!(tenant.graph(unpaged).await.status, 400);
}
