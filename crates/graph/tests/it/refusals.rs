//! Every error body that is known of Graph, and how it ends.

use std::fmt::Write;

use exmetrics_graph::SignInMethod;
use serde_json::json;

use crate::support::{World, answer, csv_report, line};

fn nested(code: &str, inner: &serde_json::Value) -> String {
    json!({"error": {"code": code, "message": inner.to_string(), "innerError": {
        "date": "2026-11-10T08:00:00", "request-id": "r-1"}}})
    .to_string()
}

fn flat(code: &str, message: &str) -> String {
    json!({"error": {"code": code, "message": message}}).to_string()
}

fn known() -> Vec<(u16, String)> {
    let inner = |code: &str, message: &str| json!({"error": {"code": code, "message": message}});
    let unknown =
        "We do not recognize this tenant ID 5e1f. Please double-check the tenant ID and try again.";
    let date = "Invalid date value specified: 2024-01-01. Only support data for the past 28 days.";
    vec![
        (
            403,
            nested(
                "UnknownError",
                &inner("S2SUnauthorized", "Invalid permission."),
            ),
        ),
        (
            403,
            nested(
                "UnknownError",
                &json!({"ERROR": {"Code": "s2sunauthorized"}}),
            ),
        ),
        (401, flat("S2SUnauthorized", "Invalid scope claims/roles.")),
        (
            403,
            flat("Authorization_RequestDenied", "Insufficient privileges."),
        ),
        (403, "<html>Forbidden</html>".to_owned()),
        (400, nested("UnknownError", &inner("InvalidArgument", date))),
        (400, flat("InvalidArgument", date)),
        (
            400,
            nested(
                "UnknownError",
                &json!({"Message": "JSON format is not supported."}),
            ),
        ),
        (400, flat("", "JSON format is not supported.")),
        (
            400,
            flat(
                "BadRequest",
                "A parameter is missing at https://contoso.example/?token=1\nnow.",
            ),
        ),
        (404, flat("UnknownTenantId", unknown)),
        (
            404,
            nested("UnknownError", &inner("UnknownTenantId", unknown)),
        ),
        (
            404,
            flat(
                "ResourceNotFound",
                "Resource not found for the segment 'getThingCounts'.",
            ),
        ),
        (
            403,
            flat(
                "MissingCredentials",
                "Valid Authorization header is needed.",
            ),
        ),
        (
            401,
            nested("UnknownError", &inner("MissingCredentials", "")),
        ),
        (401, String::new()),
        (
            401,
            flat(
                "InvalidAuthenticationToken",
                "Access token validation failure.",
            ),
        ),
        (
            403,
            flat(
                "accessDenied",
                "Tenant is not enabled for this report type.",
            ),
        ),
        (500, flat("InternalServerError", "An error occurred.")),
        (502, "<html>Bad gateway</html>".to_owned()),
        (504, String::new()),
        (418, "[1, 2".to_owned()),
    ]
}

async fn transcript(method: SignInMethod) -> String {
    let mut text = String::new();
    for (status, body) in known() {
        let said = body.clone();
        let world = World::with(move |_| answer(status, &[], body.clone())).await;
        let session = world.session_by(method.clone());
        let ask = "2024-01-01".parse().unwrap();
        let failure = world
            .graph()
            .request(&session, &csv_report(), ask, true)
            .await
            .unwrap_err();
        assert!(
            !failure.message.ends_with('.') && !failure.message.contains('\n'),
            "{failure}"
        );
        writeln!(text, "{status} {said}\n{}\n", line(&failure)).unwrap();
    }
    text
}

#[tokio::test]
async fn each_ends_with_the_sentence_that_a_person_needs() {
    insta::assert_snapshot!(transcript(SignInMethod::ClientSecret("s".into())).await);
}

#[tokio::test]
async fn a_signed_in_person_needs_a_role_too() {
    let text = transcript(SignInMethod::Delegated {
        refresh_token: "r".into(),
    })
    .await;
    let first: Vec<_> = text.lines().take(3).collect();
    insta::assert_snapshot!(first.join("\n"));
}
