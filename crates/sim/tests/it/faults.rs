//! What can go wrong, each kind, by rule file; and rule files that mean nothing.

use std::time::Instant;

use exmetrics_sim::{Fault, FaultPlace, FaultRule, read_fault_rules, start};
use hyper::Method;

use crate::client::{FORM, Tenant, app_token, generous, get, post, read_csv, send, token_url};

const MAIL: &str = "/v1.0/reports/getEmailActivityUserDetail(period='D7')";
const TEAMS: &str = "/v1.0/reports/getTeamsTeamCounts(period='D7')";

async fn tenant(place: &str, words: &str) -> Tenant {
    let tenant = Tenant::new(generous()).await;
    let rules = format!("[[fault]]\nmatch = {{ where = \"{place}\" }}\n{words}\n");
    tenant.sim.set_faults(read_fault_rules(&rules).unwrap());
    tenant
}

#[tokio::test]
async fn graph_fails_in_every_known_way() {
    for (name, status, code, words) in [
        ("no_permission", 403, "UnknownError", "S2SUnauthorized"),
        (
            "invalid_scope_claims_401",
            401,
            "S2SUnauthorized",
            "Invalid scope claims/roles.",
        ),
        (
            "invalid_scope_claims_403",
            403,
            "S2SUnauthorized",
            "Invalid scope claims/roles.",
        ),
        ("invalid_date", 400, "InvalidArgument", "past 28 days"),
        (
            "json_not_supported",
            400,
            "UnknownError",
            r#"{"Message":"JSON format"#,
        ),
        (
            "json_not_supported_2018",
            400,
            "",
            "JSON format is not supported.",
        ),
        ("bad_request", 400, "BadRequest", ""),
        ("unknown_tenant", 404, "UnknownTenantId", "3f1c2a54"),
        (
            "unknown_tenant_nested",
            404,
            "UnknownError",
            "UnknownTenantId",
        ),
        (
            "missing_credentials",
            403,
            "MissingCredentials",
            "Valid Authorization header is needed.",
        ),
        ("unauthorized", 401, "InvalidAuthenticationToken", ""),
        (
            "not_enabled",
            403,
            "accessDenied",
            "Tenant is not enabled for this report type.",
        ),
        (
            "too_many_requests",
            429,
            "TooManyRequests",
            "Please retry again later.",
        ),
        ("internal_error", 500, "InternalServerError", ""),
        ("bad_gateway", 502, "BadGateway", ""),
        ("service_unavailable", 503, "ServiceUnavailable", ""),
        ("gateway_timeout", 504, "GatewayTimeout", ""),
    ] {
        let words_of = format!("do = \"error\"\nerror = \"{name}\"\nretry_after = 7");
        let reply = tenant("graph", &words_of).await.graph(MAIL).await;
        let (own, message) = reply.graph_error();
        assert_eq!((reply.status, own.as_str()), (status, code), "{name}");
        assert!(message.contains(words), "{name}: {message}");
        assert_eq!(reply.header("retry-after"), Some("7"));
    }
}

#[tokio::test]
async fn a_status_can_be_any_with_any_body() {
    let date = "Mon, 23 Nov 2026 10:05:00 GMT";
    let words = format!("do = \"status\"\nstatus = 503\nretry_after = \"{date}\"");
    let reply = tenant("graph", &words).await.graph(MAIL).await;
    assert_eq!(
        (reply.status, reply.header("retry-after")),
        (503, Some(date))
    );
    reply.graph_error();
    let words = "do = \"status\"\nstatus = 418\nbody = \"short and stout\"";
    let reply = tenant("graph", words).await.graph(MAIL).await;
    assert_eq!(
        (reply.status, reply.text().as_str()),
        (418, "short and stout")
    );
    let reply = tenant("download", "do = \"status\"\nstatus = 500")
        .await
        .csv(MAIL)
        .await;
    assert_eq!(reply.status, 500);
}

#[tokio::test]
async fn connections_break() {
    for place in ["graph", "download"] {
        let tenant = tenant(place, "do = \"reset\"").await;
        let url = if place == "graph" {
            format!("{}{MAIL}", tenant.sim.graph_url())
        } else {
            tenant.graph(MAIL).await.location()
        };
        let bearer = format!("Bearer {}", tenant.token);
        let headers = [("authorization", bearer.as_str())];
        let headers = if place == "graph" { &headers[..] } else { &[] };
        assert!(
            send(Method::GET, &url, headers, "").await.is_err(),
            "{place}"
        );
        assert_eq!(tenant.sim.requests().last().unwrap().status, None);
    }
    let tenant = tenant("download", "do = \"cut_after\"\nbytes = 1000").await;
    let reply = tenant.csv(MAIL).await;
    assert_eq!(
        (reply.status, reply.is_whole, reply.body.len()),
        (200, false, 1000)
    );
    let length: usize = reply.header("content-length").unwrap().parse().unwrap();
    assert!(length > 1000);
}

#[tokio::test]
async fn a_stalled_answer_comes_late() {
    let tenant = tenant("graph", "do = \"stall\"\nseconds = 1").await;
    let began = Instant::now();
    assert_eq!(tenant.graph(MAIL).await.status, 302);
    assert!(began.elapsed().as_millis() >= 1000);
}

#[tokio::test]
async fn answers_are_not_what_was_asked_for() {
    let html = tenant("graph", "do = \"html_200\"").await.graph(MAIL).await;
    assert_eq!(
        (html.status, html.header("content-type")),
        (200, Some("text/html; charset=utf-8"))
    );
    for place in ["graph", "download"] {
        let empty = tenant(place, "do = \"empty_200\"").await.csv(MAIL).await;
        assert_eq!(
            (empty.status, empty.body.len(), empty.is_whole),
            (200, 0, true)
        );
        assert_eq!(
            tenant(place, "do = \"status_204\"")
                .await
                .csv(MAIL)
                .await
                .status,
            204
        );
        let garbage = tenant(place, "do = \"garbage_bytes\"")
            .await
            .csv(MAIL)
            .await;
        assert!(garbage.status == 200 && std::str::from_utf8(&garbage.body).is_err());
    }
    let direct = tenant("graph", "do = \"direct_200\"")
        .await
        .graph(MAIL)
        .await;
    assert_eq!(direct.status, 200);
    assert!(read_csv(&direct.body).1.len() >= 40);
    let tenant_with_url = tenant("graph", "do = \"url_body_200\"").await;
    let url = tenant_with_url.graph(MAIL).await;
    assert_eq!(url.status, 200);
    assert!(read_csv(&get(&url.text()).await.body).1.len() >= 40);
    let wrong = tenant("download", "do = \"wrong_report\"")
        .await
        .csv(MAIL)
        .await;
    assert!(!read_csv(&wrong.body).0.contains(&"Send Count".into()));
    let named = "do = \"wrong_report\"\nreport = \"getYammerActivityCounts\"";
    let wrong = tenant("download", named).await.csv(MAIL).await;
    assert!(read_csv(&wrong.body).0.contains(&"Liked".into()));
}

#[tokio::test]
async fn redirects_lead_astray() {
    let once_more = tenant("download", "do = \"second_redirect\"").await;
    let reply = get(&once_more.graph(MAIL).await.location()).await;
    assert_eq!(reply.status, 302);
    assert!(reply.location().starts_with(once_more.sim.download_url()));
    let away = tenant(
        "graph",
        "do = \"redirect_to\"\nurl = \"http://elsewhere.example/x\"",
    )
    .await;
    assert_eq!(
        away.graph(MAIL).await.location(),
        "http://elsewhere.example/x"
    );
    let late = tenant("download", "do = \"expired_link\"")
        .await
        .csv(MAIL)
        .await;
    assert_eq!(late.status, 403);
}

#[tokio::test]
async fn headers_drift() {
    let plain = Tenant::new(generous()).await.csv(MAIL).await;
    let (usual, told) = read_csv(&plain.body);
    let drift = async |words: &str| read_csv(&tenant("download", words).await.csv(MAIL).await.body);
    let (header, rows) = drift("do = \"reorder_columns\"").await;
    assert_eq!(header, usual.iter().rev().cloned().collect::<Vec<_>>());
    assert_eq!(rows[0], told[0].iter().rev().cloned().collect::<Vec<_>>());
    let (header, _) = drift("do = \"add_column\"\nto = \"Emoji Count\"").await;
    assert_eq!(header.len(), usual.len() + 1);
    assert!(header.contains(&"Emoji Count".into()));
    let (header, rows) = drift("do = \"drop_column\"\ncolumn = \"Read Count\"").await;
    assert!(!header.contains(&"Read Count".into()));
    assert_eq!(rows[0].len(), usual.len() - 1);
    let (header, rows) = drift("do = \"duplicate_column\"\ncolumn = \"Send Count\"").await;
    assert_eq!(
        header.iter().filter(|name| *name == "Send Count").count(),
        2
    );
    assert_eq!(rows[0].last(), told[0].get(6));
    let (header, _) =
        drift("do = \"rename_column\"\ncolumn = \"Read Count\"\nto = \"Read count\"").await;
    assert!(header.contains(&"Read count".into()) && !header.contains(&"Read Count".into()));
}

#[tokio::test]
async fn cells_are_damaged() {
    let damage = async |words: &str| tenant("download", words).await.csv(MAIL).await.body;
    assert!(std::str::from_utf8(&damage("do = \"invalid_utf8\"").await).is_err());
    let place = 6;
    for (word, cell) in [
        ("wrong_type", "many"),
        ("huge_number", "99999999999999999999999999"),
    ] {
        let words = format!("do = \"{word}\"\ncolumn = \"Send Count\"\nrow = 3");
        let (_, rows) = read_csv(&damage(&words).await);
        assert_eq!(rows[2][place], cell);
        assert_ne!(rows[1][place], cell);
    }
    let (_, rows) = read_csv(&damage("do = \"quoted_newline\"\ncolumn = \"Display Name\"").await);
    assert_eq!(rows[0][2], "two\r\nlines, one cell");
}

#[tokio::test]
async fn sign_in_fails() {
    let sim = start(generous()).await.unwrap();
    let fields = [
        ("grant_type", "client_credentials"),
        ("client_id", sim.client_id()),
    ];
    for (name, status) in [
        ("AADSTS7000222", 401),
        ("AADSTS90033", 503),
        ("AADSTS53003", 400),
    ] {
        let words =
            format!("[[fault]]\nmatch.where = \"token\"\ndo = \"error\"\nerror = \"{name}\"");
        sim.set_faults(read_fault_rules(&words).unwrap());
        let reply = post(&token_url(&sim), &fields).await;
        assert_eq!(
            (reply.status, format!("AADSTS{}", reply.aadsts())),
            (status, name.into())
        );
    }
    sim.set_faults(vec![
        FaultRule::always(FaultPlace::Token, Fault::Reset).times(1),
    ]);
    let url = token_url(&sim);
    assert!(
        send(Method::POST, &url, &[("content-type", FORM)], "")
            .await
            .is_err()
    );
    app_token(&sim).await;
}

#[tokio::test]
async fn rules_choose_their_requests() {
    let tenant = Tenant::new(generous()).await;
    let rules = r#"
        [[fault]]
        match = { where = "graph", function = "getEmailActivityUserDetail", nth = 2 }
        do = "status"
        status = 500

        [[fault]]
        match = { where = "graph", function = "getEmailActivityUserDetail", ask = "D30", times = 2 }
        do = "status"
        status = 501

        [[fault]]
        match = { where = "graph", function = "getTeamsTeamCounts", every = 2 }
        do = "status"
        status = 502

        [[fault]]
        match = { where = "graph", function = "getYammerActivityCounts", from = "2026-11-24", until = "2026-11-25" }
        do = "status"
        status = 503
    "#;
    tenant.sim.set_faults(read_fault_rules(rules).unwrap());
    let month = MAIL.replace("D7", "D30");
    let outage = "/v1.0/reports/getYammerActivityCounts(period='D7')";
    for (path, statuses) in [
        (MAIL, &[302, 500, 302][..]),
        (month.as_str(), &[501, 501, 302]),
        (TEAMS, &[302, 502, 302, 502]),
        (outage, &[302]),
    ] {
        for status in statuses {
            assert_eq!(tenant.graph(path).await.status, *status, "{path}");
        }
    }
    for (now, status) in [("24T01", 503), ("25T01", 503), ("26T01", 302)] {
        tenant
            .sim
            .set_now(format!("2026-11-{now}:00:00Z").parse().unwrap());
        let token = app_token(&tenant.sim).await;
        let url = format!("{}{outage}", tenant.sim.graph_url());
        let bearer = format!("Bearer {token}");
        let reply = send(Method::GET, &url, &[("authorization", &bearer)], "")
            .await
            .unwrap();
        assert_eq!(reply.status, status, "{now}");
    }
}

#[test]
fn rule_files_that_mean_nothing_are_refused_with_their_line() {
    for (text, line, words) in [
        (
            "\n[[fault]]\nmatch = { where = \"graph\" }\ndo = \"explode\"",
            4,
            "explode",
        ),
        (
            "[[fault]]\nmatch = { where = \"moon\" }\ndo = \"reset\"",
            2,
            "moon",
        ),
        (
            "[[fault]]\nmatch = { where = \"graph\", when = 1 }\ndo = \"reset\"",
            2,
            "when",
        ),
        (
            "[[fault]]\nmatch = { where = \"graph\" }\ndo = \"reset\"\nhow = 1",
            4,
            "how",
        ),
        ("[[falt]]\n", 1, "falt"),
        ("[[fault]]\nmatch = { where = \"graph\" }", 1, "do"),
        (
            "# one\n# two\n[[fault]]\nmatch = { where = \"graph\" }\ndo = \"status\"",
            3,
            "'status'",
        ),
        (
            "[[fault]]\nmatch = { where = \"graph\" }\ndo = \"reset\"\nbytes = 1",
            1,
            "'bytes'",
        ),
        (
            "[[fault]]\nmatch = { where = \"graph\" }\ndo = \"error\"\nerror = \"none\"",
            1,
            "'none'",
        ),
        (
            "[[fault]]\nmatch = { where = \"token\" }\ndo = \"error\"\nerror = \"AADSTS1\"",
            1,
            "AADSTS1",
        ),
        (
            "[[fault]]\nmatch = { where = \"graph\", function = \"getX\" }\ndo = \"reset\"",
            1,
            "getX",
        ),
        (
            "[[fault]]\nmatch = { where = \"token\", function = \"getEmailActivityCounts\" }\ndo = \"reset\"",
            1,
            "no function",
        ),
        (
            "[[fault]]\nmatch = { where = \"graph\", every = 0 }\ndo = \"reset\"",
            1,
            "from 1",
        ),
        (
            "[[fault]]\nmatch = { where = \"graph\", ask = \"x\" }\ndo = \"reset\"",
            1,
            "'x'",
        ),
        (
            "[[fault]]\nmatch = { where = \"graph\" }\ndo = \"add_column\"\nto = \"X\"",
            1,
            "there",
        ),
        (
            "[[fault]]\nmatch = { where = \"graph\" }\ndo = \"status\"\nstatus = 99",
            1,
            "99",
        ),
    ] {
        let error = read_fault_rules(text).expect_err(text).to_string();
        assert!(
            error.starts_with(&format!("fault rules, line {line}: ")),
            "{text}\n{error}"
        );
        assert!(error.contains(words), "{text}\n{error}");
    }
    assert!(read_fault_rules("").unwrap().is_empty());
}
