//! What Graph refuses, and in which words.

use std::time::Duration;

use exmetrics_sim::{Granted, SimOptions, start};
use hyper::Method;

use crate::client::{Reply, Tenant, app_token, get, options, send};

const DETAIL: &str = "getEmailActivityUserDetail";

async fn tenant() -> Tenant {
    Tenant::new(options()).await
}

/// An error that is nested as text inside of another one.
fn nested(reply: &Reply) -> String {
    let (code, message) = reply.graph_error();
    assert_eq!(code, "UnknownError");
    message
}

#[tokio::test]
async fn a_request_without_a_good_token_is_401() {
    let tenant = tenant().await;
    let url = format!(
        "{}/v1.0/reports/{DETAIL}(period='D7')",
        tenant.sim.graph_url()
    );
    let forged = format!("Bearer {}", tenant.token.replace('.', ".x"));
    for header in ["", "Basic abc", "Bearer", "Bearer opaque", &forged] {
        let headers = [("authorization", header)];
        let reply = send(Method::GET, &url, &headers, "").await.unwrap();
        assert_eq!(
            (reply.status, reply.graph_error().0.as_str()),
            (401, "InvalidAuthenticationToken")
        );
        assert!(reply.header("www-authenticate").is_some());
    }
    assert_eq!(get(&url).await.status, 401);
    tenant.sim.advance(Duration::from_secs(3598));
    assert_eq!(tenant.graph("/beta/admin/reportSettings").await.status, 200);
    tenant.sim.advance(Duration::from_secs(2));
    let late = tenant.graph("/beta/admin/reportSettings").await;
    assert!(late.graph_error().1.contains("expired"));
    let again = Tenant {
        token: app_token(&tenant.sim).await,
        ..tenant
    };
    assert_eq!(again.graph("/beta/admin/reportSettings").await.status, 200);
    again.sim.revoke_access_tokens();
    assert_eq!(again.graph("/beta/admin/reportSettings").await.status, 401);
}

#[tokio::test]
async fn every_way_to_write_a_request_works() {
    let tenant = tenant().await;
    for form in [
        "getEmailActivityUserDetail(period='D7')",
        "getEmailActivityUserDetail(period=%27D7%27)",
        "getEmailActivityUserDetail%28period%3D%27D7%27%29",
        "microsoft.graph.getEmailActivityUserDetail(period='D7')",
        "getEmailActivityUserDetail(date=2026-11-20)",
        "getEmailActivityUserDetail(period='D7')?$format=text/csv",
        "getEmailActivityUserDetail(period='D7')?$format=text%2fcsv",
        "getOffice365ActivationCounts",
        "getOffice365ActivationCounts()",
    ] {
        assert_eq!(
            tenant.graph(&format!("/v1.0/reports/{form}")).await.status,
            302,
            "{form}"
        );
    }
}

#[tokio::test]
async fn arguments_that_mean_nothing_are_400() {
    let tenant = tenant().await;
    for (form, code) in [
        ("getEmailActivityUserDetail", "BadRequest"),
        ("getEmailActivityUserDetail()", "BadRequest"),
        ("getEmailActivityUserDetail(period=D7)", "BadRequest"),
        ("getEmailActivityUserDetail(period='D8')", "InvalidArgument"),
        ("getEmailActivityUserDetail(period='d7')", "InvalidArgument"),
        (
            "getEmailActivityUserDetail(date='2026-11-20')",
            "BadRequest",
        ),
        (
            "getEmailActivityUserDetail(date=2026-11-20T00:00:00Z)",
            "BadRequest",
        ),
        ("getEmailActivityUserDetail(date=20261120)", "BadRequest"),
        ("getEmailActivityUserDetail(date=2026-11-31)", "BadRequest"),
        (
            "getEmailActivityUserDetail(period='D7',date=2026-11-20)",
            "BadRequest",
        ),
        ("getEmailActivityUserDetail(period='D7'", "BadRequest"),
        ("getEmailActivityUserDetail(days=7)", "BadRequest"),
        ("getEmailActivityCounts(date=2026-11-20)", "BadRequest"),
        ("getMailboxUsageDetail(date=2026-11-20)", "BadRequest"),
        ("getOffice365ActivationCounts(period='D7')", "BadRequest"),
        (
            "getEmailActivityUserDetail(period='D7')?$select=sendCount",
            "BadRequest",
        ),
        (
            "getEmailActivityUserDetail(period='D7')?$top=5",
            "BadRequest",
        ),
        (
            "getEmailActivityUserDetail(period='D7')?$format=xml",
            "BadRequest",
        ),
    ] {
        // A tenant each: refused requests count as well.
        let reply = self::tenant()
            .await
            .graph(&format!("/v1.0/reports/{form}"))
            .await;
        assert_eq!(
            (reply.status, reply.graph_error().0.as_str()),
            (400, code),
            "{form}"
        );
    }
    assert!(tenant.sim.leaks().is_empty());
}

#[tokio::test]
async fn days_out_of_the_window_are_refused_in_the_known_words() {
    let tenant = tenant().await;
    for date in ["2024-01-01", "2026-10-25", "2026-11-23", "2026-11-24"] {
        let reply = tenant
            .graph(&format!("/v1.0/reports/{DETAIL}(date={date})"))
            .await;
        let words = format!(
            "Invalid date value specified: {date}. Only support data for the past 28 days."
        );
        assert_eq!(
            (reply.status, reply.graph_error()),
            (400, ("InvalidArgument".into(), words))
        );
    }
    for date in ["2026-10-26", "2026-11-22"] {
        assert_eq!(
            tenant
                .graph(&format!("/v1.0/reports/{DETAIL}(date={date})"))
                .await
                .status,
            302
        );
    }
}

#[tokio::test]
async fn functions_are_found_where_they_are() {
    let tenant = tenant().await;
    for (path, segment) in [
        ("/v1.0/reports/getNothing(period='D7')", "getNothing"),
        (
            "/v1.0/reports/getBrowserUserCounts(period='D7')",
            "getBrowserUserCounts",
        ),
        (
            "/v1.0/reports/getemailactivitycounts(period='D7')",
            "getemailactivitycounts",
        ),
        ("/v1.0/users", "users"),
    ] {
        let reply = tenant.graph(path).await;
        let words = format!("Resource not found for the segment '{segment}'.");
        assert_eq!(
            (reply.status, reply.graph_error()),
            (400, ("BadRequest".into(), words))
        );
    }
    assert_eq!(
        tenant
            .graph("/beta/reports/getBrowserUserCounts(period='D7')")
            .await
            .status,
        302
    );
}

#[tokio::test]
async fn json_on_v1_is_refused_in_the_known_words() {
    let path = "/v1.0/reports/getM365AppUserCounts(period='D7')?$format=application/json";
    let reply = tenant().await.graph(path).await;
    assert_eq!(reply.status, 400);
    assert_eq!(
        nested(&reply),
        r#"{"Message":"JSON format is not supported."}"#
    );
    assert_eq!(
        tenant()
            .await
            .graph(&path.replace("v1.0", "beta"))
            .await
            .status,
        200
    );
}

#[tokio::test]
async fn a_missing_permission_is_403_in_the_known_words() {
    let denied = r#"{"error":{"code":"S2SUnauthorized","message":"Invalid permission."}}"#;
    let granted = Granted {
        reports: false,
        ..Granted::default()
    };
    let without = Tenant::new(SimOptions {
        granted,
        ..options()
    })
    .await;
    let reply = without
        .graph(&format!("/v1.0/reports/{DETAIL}(period='D7')"))
        .await;
    assert_eq!((reply.status, nested(&reply).as_str()), (403, denied));
    // These two answer to a person only.
    for function in ["getApiUsage", "getSharePointApiUsage"] {
        let reply = tenant()
            .await
            .graph(&format!("/beta/reports/{function}(period='D7')"))
            .await;
        assert_eq!((reply.status, nested(&reply).as_str()), (403, denied));
    }
}

#[tokio::test]
async fn a_new_tenant_is_404() {
    let tenant = Tenant::new(SimOptions {
        new_tenant: true,
        ..options()
    })
    .await;
    let reply = tenant
        .graph(&format!("/v1.0/reports/{DETAIL}(period='D7')"))
        .await;
    let (code, message) = reply.graph_error();
    assert_eq!((reply.status, code.as_str()), (404, "UnknownTenantId"));
    assert!(message.contains(tenant.sim.tenant_id()));
}

#[tokio::test]
async fn the_setting_has_its_own_permissions() {
    let patch = async |tenant: &Tenant, body: &str| {
        let url = format!("{}/v1.0/admin/reportSettings", tenant.sim.graph_url());
        let bearer = format!("Bearer {}", tenant.token);
        let headers = [
            ("authorization", bearer.as_str()),
            ("content-type", "application/json"),
        ];
        send(Method::PATCH, &url, &headers, body)
            .await
            .unwrap()
            .status
    };
    let concealing = r#"{"displayConcealedNames": true}"#;
    for (report_settings, report_settings_write, read, written) in [
        (false, false, 403, 403),
        (true, false, 200, 403),
        (false, true, 200, 204),
    ] {
        let granted = Granted {
            reports: true,
            report_settings,
            report_settings_write,
        };
        let tenant = Tenant::new(SimOptions {
            granted,
            ..options()
        })
        .await;
        let reply = tenant.graph("/v1.0/admin/reportSettings").await;
        assert_eq!(reply.status, read);
        if read == 200 {
            assert_eq!(reply.json()["displayConcealedNames"], false);
        }
        assert_eq!(patch(&tenant, concealing).await, written);
        assert_eq!(tenant.sim.is_concealed(), written == 204);
        if written == 204 {
            assert_eq!(patch(&tenant, "{}").await, 400);
        }
    }
}

#[tokio::test]
async fn a_tenant_id_that_is_no_guid_is_refused() {
    let options = SimOptions {
        tenant_id: "contoso".into(),
        ..options()
    };
    assert!(
        start(options)
            .await
            .unwrap_err()
            .to_string()
            .contains("'contoso'")
    );
}
