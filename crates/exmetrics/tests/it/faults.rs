//! Everything that can go wrong on Microsoft's side: the sentence, the next step and the exit code;
//! nothing of it lands, and what passes by itself is recovered from.

use exmetrics_sim::Sim;

use crate::{
    home::{Home, content},
    pool::check_all,
    tenant::{asked, rules, tenant},
};

const FUNCTION: &str = "getEmailActivityUserDetail";
const DAY: &str = "2026-11-18";

/// A fault that stays: how a run ends, what it says, and what to do.
struct Lasting {
    at: &'static str,
    fault: &'static str,
    code: i32,
    says: &'static str,
    next: &'static str,
}

const fn lasting(
    at: &'static str,
    fault: &'static str,
    code: i32,
    says: &'static str,
    next: &'static str,
) -> Lasting {
    Lasting {
        at,
        fault,
        code,
        says,
        next,
    }
}

const GRANT: &str = "choose Grant admin consent";
const NEVER_MIND: &str = "new tenants have figures after a few days";

const LASTING: &[Lasting] = &[
    // Section 7 of what is known of the wire.
    lasting(
        "graph",
        "error = 'no_permission'",
        4,
        "Reports.Read.All is missing",
        GRANT,
    ),
    lasting(
        "graph",
        "error = 'invalid_scope_claims_401'",
        4,
        "Reports.Read.All is missing",
        GRANT,
    ),
    lasting(
        "graph",
        "error = 'invalid_scope_claims_403'",
        4,
        "Reports.Read.All is missing",
        GRANT,
    ),
    lasting(
        "graph",
        "error = 'invalid_date'",
        1,
        "past 28 days",
        "between yesterday and 28 days back",
    ),
    lasting(
        "graph",
        "error = 'json_not_supported'",
        1,
        "as JSON",
        "Leave the report out",
    ),
    lasting(
        "graph",
        "error = 'json_not_supported_2018'",
        1,
        "as JSON",
        "Leave the report out",
    ),
    lasting(
        "graph",
        "error = 'bad_request'",
        1,
        "status 400",
        "exmetrics report show",
    ),
    lasting(
        "graph",
        "error = 'unknown_tenant'",
        3,
        "no figures for tenant",
        NEVER_MIND,
    ),
    lasting(
        "graph",
        "error = 'unknown_tenant_nested'",
        3,
        "no figures for tenant",
        NEVER_MIND,
    ),
    lasting(
        "graph",
        "error = 'missing_credentials'",
        1,
        "service incident",
        "Service health",
    ),
    lasting(
        "graph",
        "error = 'unauthorized'",
        4,
        "does not accept the token",
        "the account's cloud",
    ),
    lasting(
        "graph",
        "error = 'not_enabled'",
        1,
        "is not enabled for",
        "Leave the report out",
    ),
    lasting(
        "graph",
        "error = 'too_many_requests'\nretry_after = 1",
        1,
        "no more requests",
        "Try again at 2026-11-23T10:0",
    ),
    lasting("graph", "error = 'internal_error'", 1, "(status 500)", ""),
    lasting("graph", "error = 'bad_gateway'", 1, "(status 502)", ""),
    lasting(
        "graph",
        "error = 'service_unavailable'\nretry_after = 1",
        1,
        "(status 503)",
        "Try again at",
    ),
    lasting("graph", "error = 'gateway_timeout'", 1, "(status 504)", ""),
    // The other ways in which a server or a network fails.
    lasting(
        "graph",
        "status = 401",
        1,
        "service incident",
        "Service health",
    ),
    lasting(
        "graph",
        "status = 404",
        1,
        "Graph knows no getEmailActivityUserDetail",
        "",
    ),
    lasting("graph", "status = 418", 1, "status 418", ""),
    lasting(
        "graph",
        "status = 503\nbody = '<html>down</html>'",
        1,
        "(status 503)",
        "",
    ),
    lasting(
        "graph",
        "status = 200\nbody = '{}'",
        1,
        "JSON instead of a report",
        "",
    ),
    lasting(
        "graph",
        "do = 'reset'",
        1,
        "the connection to Microsoft Graph broke off",
        "",
    ),
    lasting(
        "graph",
        "do = 'stall'\nseconds = 4",
        1,
        "Microsoft Graph took too long",
        "",
    ),
    lasting(
        "graph",
        "do = 'html_200'",
        1,
        "a web page instead of a report",
        "",
    ),
    lasting("graph", "do = 'empty_200'", 3, "not published yet", ""),
    lasting(
        "graph",
        "do = 'garbage_bytes'",
        1,
        "cannot be read as email-activity-user-detail",
        "Nothing of it was kept",
    ),
    lasting("graph", "do = 'status_204'", 3, "not published yet", ""),
    lasting(
        "graph",
        "do = 'redirect_to'\nurl = 'http://files.contoso.example/x'",
        1,
        "is not https",
        "",
    ),
    lasting(
        "graph",
        "do = 'redirect_to'\nurl = 'https://127.0.0.1:9/x'",
        1,
        "the download host cannot be reached",
        "Check the network",
    ),
    lasting(
        "graph",
        "do = 'redirect_to'\nurl = 'https://a:b@files.contoso.example/x'",
        1,
        "holds a user name",
        "",
    ),
    lasting("download", "status = 500", 1, "status 500", ""),
    lasting("download", "status = 404", 1, "status 404", ""),
    lasting(
        "download",
        "do = 'reset'",
        1,
        "the connection to the download host broke off",
        "",
    ),
    lasting(
        "download",
        "do = 'stall'\nseconds = 4",
        1,
        "the download host took too long",
        "",
    ),
    lasting(
        "download",
        "do = 'cut_after'\nbytes = 1000",
        1,
        "the download host broke off",
        "",
    ),
    lasting(
        "download",
        "do = 'cut_after'\nbytes = 0",
        1,
        "the download host broke off",
        "",
    ),
    lasting(
        "download",
        "do = 'html_200'",
        1,
        "a web page instead of a report",
        "",
    ),
    lasting("download", "do = 'empty_200'", 3, "not published yet", ""),
    lasting("download", "do = 'status_204'", 3, "not published yet", ""),
    lasting(
        "download",
        "do = 'garbage_bytes'",
        1,
        "cannot be read as",
        "Nothing of it was kept",
    ),
    lasting(
        "download",
        "do = 'second_redirect'",
        1,
        "yet another address",
        "",
    ),
    lasting(
        "download",
        "do = 'redirect_to'\nurl = 'https://files.contoso.example/x'",
        1,
        "yet another address",
        "",
    ),
    lasting("download", "do = 'expired_link'", 1, "status 403", ""),
    lasting(
        "download",
        "do = 'wrong_report'",
        1,
        "cannot be read as",
        "Nothing of it was kept",
    ),
    lasting("token", "status = 500", 1, "sign-in", ""),
    lasting("token", "do = 'reset'", 1, "sign-in", ""),
    lasting("token", "do = 'stall'\nseconds = 4", 1, "took too long", ""),
    lasting(
        "token",
        "do = 'html_200'",
        4,
        "something that is no token",
        "a proxy in between",
    ),
    lasting(
        "token",
        "do = 'empty_200'",
        4,
        "something that is no token",
        "a proxy in between",
    ),
    lasting(
        "token",
        "do = 'garbage_bytes'",
        4,
        "something that is no token",
        "a proxy in between",
    ),
    lasting("token", "do = 'cut_after'\nbytes = 20", 1, "broke off", ""),
    lasting(
        "token",
        "error = 'AADSTS7000215'",
        4,
        "the client secret of app",
        "create a client secret",
    ),
    lasting(
        "token",
        "error = 'AADSTS7000222'",
        4,
        "has expired",
        "create a client secret",
    ),
    lasting(
        "token",
        "error = 'AADSTS700016'",
        4,
        "knows no app",
        "Application (client) ID",
    ),
    lasting(
        "token",
        "error = 'AADSTS90002'",
        4,
        "knows no tenant",
        "Directory (tenant) ID",
    ),
    lasting(
        "token",
        "error = 'AADSTS65001'",
        4,
        "nobody has granted",
        GRANT,
    ),
    lasting(
        "token",
        "error = 'AADSTS50076'",
        4,
        "a second proof",
        "account sign-in",
    ),
    lasting(
        "token",
        "error = 'AADSTS50011'",
        4,
        "http://localhost",
        "Mobile and desktop applications",
    ),
    lasting(
        "token",
        "error = 'AADSTS700082'",
        4,
        "the sign-in has expired",
        "account sign-in",
    ),
];

/// A rule of a rule file.
fn rule(at: &str, fault: &str, more: &str) -> String {
    let word = match fault.split_once(' ') {
        Some(("error", _)) => "do = 'error'\n",
        Some(("status", _)) => "do = 'status'\n",
        _ => "",
    };
    let function = if at == "token" {
        String::new()
    } else {
        format!(", function = '{FUNCTION}'")
    };
    format!("[[fault]]\nmatch = {{ where = '{at}'{function}{more} }}\n{word}{fault}\n")
}

/// A home with a DataSet of one day.
fn home(sim: &Sim) -> Home {
    let home = Home::new()
        .with("EXMETRICS_IDLE_SECONDS", "1")
        .with("EXMETRICS_REQUEST_SECONDS", "2");
    home.add_account("app", sim);
    let create = [
        "dataset",
        "create",
        "d",
        "--report",
        FUNCTION,
        "--account",
        "app",
        "--date",
        DAY,
        "--update",
        "append",
    ];
    home.ok(&create);
    home
}

fn undisturbed() -> Vec<String> {
    let sim = tenant();
    let home = home(&sim);
    home.ok(&["dataset", "run", "d"]);
    let rows = content(&home.export("d"));
    assert!(!rows.is_empty());
    rows
}

#[test]
fn what_lasts_is_said_and_nothing_lands() {
    let undisturbed = undisturbed();
    check_all(LASTING, |case| {
        let what = format!("{}, {}", case.at, case.fault.replace('\n', ", "));
        let sim = tenant();
        let home = home(&sim);
        sim.set_faults(rules(&rule(case.at, case.fault, "")));
        let ended = home.run(&["dataset", "run", "d", "--json"]);
        if ended.code != case.code {
            return Err(format!(
                "{what}: exit code {} {}{}",
                ended.code, ended.stdout, ended.stderr
            ));
        }
        let run = ended.json();
        let account = &run["accounts"][0];
        let text = |name: &str| account[name].as_str().unwrap_or_default().to_owned();
        let (says, next) = (text("message"), text("next_step"));
        if !says.contains(case.says) || !next.contains(case.next) {
            return Err(format!("{what}: says '{says}', next '{next}'"));
        }
        if case.code == 4 && (next.is_empty() || account["state"] != "failed") {
            return Err(format!("{what}: a person must act, but: {account}"));
        }
        if run["rows"] != 0 || !home.export("d").is_empty() {
            return Err(format!("{what}: something landed"));
        }
        // A pull ends in the same way and shows nothing.
        let pull = home.run(&[
            "pull",
            FUNCTION,
            "--account",
            "app",
            "--date",
            DAY,
            "--format",
            "jsonl",
        ]);
        if pull.code != case.code || !pull.stdout.is_empty() || !pull.stderr.contains(case.says) {
            return Err(format!("{what}: a pull ends otherwise: {pull:?}"));
        }
        // Afterwards everything is as if nothing had been.
        sim.set_faults(Vec::new());
        let mut again = vec!["dataset", "run", "d"];
        if case.code == 3 {
            again.push("--full");
        }
        let again = home.run(&again);
        let rows = content(&home.export("d"));
        if again.code != 0 || rows != undisturbed {
            return Err(format!(
                "{what}: not recovered from: {} rows, {again:?}",
                rows.len()
            ));
        }
        let account = home.ok(&["account", "show", "app", "--json"]).json();
        if account["state"] != "ok" {
            return Err(format!("{what}: the account stays marked: {account}"));
        }
        if sim.leaks().is_empty() {
            Ok(())
        } else {
            Err(format!("{what}: {:?}", sim.leaks()))
        }
    });
}

/// Faults that pass: the same run recovers from them.
const PASSING: &[(&str, &str)] = &[
    ("graph", "error = 'internal_error'"),
    ("graph", "error = 'service_unavailable'\nretry_after = 1"),
    ("graph", "error = 'too_many_requests'\nretry_after = 1"),
    ("graph", "error = 'missing_credentials'"),
    ("graph", "error = 'unauthorized'"),
    ("graph", "do = 'reset'"),
    ("graph", "do = 'html_200'"),
    ("graph", "do = 'stall'\nseconds = 4"),
    ("download", "status = 502"),
    ("download", "do = 'reset'"),
    ("download", "do = 'cut_after'\nbytes = 2000"),
    ("download", "do = 'html_200'"),
    ("download", "do = 'expired_link'"),
    ("download", "do = 'stall'\nseconds = 4"),
    ("token", "status = 503"),
    ("token", "do = 'reset'"),
];

#[test]
fn what_passes_is_recovered_from_in_the_same_run() {
    let undisturbed = undisturbed();
    check_all(PASSING, |(at, fault)| {
        let what = format!("{at}, {}", fault.replace('\n', ", "));
        let sim = tenant();
        let home = home(&sim).with("EXMETRICS_TRIES", "4");
        sim.set_faults(rules(&rule(at, fault, ", times = 1")));
        let ended = home.run(&["dataset", "run", "d"]);
        let asks = asked(&sim).len();
        let rows = content(&home.export("d"));
        let wanted = if *at == "token" { 1 } else { 2 };
        if ended.code != 0 || rows != undisturbed || asks != wanted || home.landings("d").len() != 1
        {
            return Err(format!(
                "{what}: {asks} requests, {} rows, {ended:?}",
                rows.len()
            ));
        }
        Ok(())
    });
}

/// What changes a reply and is no failure: how many rows stay as they are, what is said.
const BENIGN: &[(&str, &str, &str)] = &[
    ("graph", "do = 'url_body_200'", ""),
    ("graph", "do = 'direct_200'", ""),
    ("download", "do = 'reorder_columns'", ""),
    (
        "download",
        "do = 'add_column'\nto = 'Reactions (Count)'",
        "new columns, kept as text: reactions_count",
    ),
    (
        "download",
        "do = 'drop_column'\ncolumn = 'Send Count'",
        "lacks columns, which are empty now: send_count",
    ),
    (
        "download",
        "do = 'duplicate_column'\ncolumn = 'Send Count'",
        "more than once: Send Count",
    ),
    (
        "download",
        "do = 'rename_column'\ncolumn = 'Send Count'\nto = 'Sent'",
        "new columns, kept as text: sent",
    ),
    ("download", "do = 'invalid_utf8'", "did not fit"),
    ("download", "do = 'wrong_type'", "did not fit"),
    ("download", "do = 'huge_number'", "did not fit"),
    ("download", "do = 'quoted_newline'", ""),
];

#[test]
fn what_only_changes_a_reply_lands() {
    let undisturbed = undisturbed();
    check_all(BENIGN, |(at, fault, says)| {
        let what = format!("{at}, {}", fault.replace('\n', ", "));
        let sim = tenant();
        let home = home(&sim);
        sim.set_faults(rules(&rule(at, fault, "")));
        let ended = home.run(&["dataset", "run", "d"]);
        let rows = home.export("d");
        if ended.code != 0 || rows.len() != undisturbed.len() || !ended.stderr.contains(says) {
            return Err(format!("{what}: {} rows, {ended:?}", rows.len()));
        }
        let same = content(&rows)
            .iter()
            .filter(|row| undisturbed.contains(row))
            .count();
        let expected = match () {
            () if ["url_body", "direct", "reorder"]
                .iter()
                .any(|word| fault.contains(word)) =>
            {
                rows.len()
            }
            // Where the column was empty anyway nothing is missing.
            () if fault.contains("drop_column") => undisturbed
                .iter()
                .filter(|row| row.contains("\"send_count\":null"))
                .count(),
            () if fault.contains("column") => 0,
            () => rows.len() - 1,
        };
        if same != expected {
            return Err(format!(
                "{what}: {same} rows are as they were, not {expected}"
            ));
        }
        let rejects = home.ok(&["dataset", "rejects", "d", "--json"]).json();
        let wanted = usize::from(says.contains("fit"));
        if rejects.as_array().expect("a list").len() != wanted {
            return Err(format!("{what}: rejects are {rejects}"));
        }
        Ok(())
    });
}

#[test]
fn a_cell_that_does_not_fit_is_kept_word_for_word() {
    let sim = tenant();
    let home = home(&sim);
    let fault = "do = 'wrong_type'\ncolumn = 'Send Count'\nrow = 3";
    sim.set_faults(rules(&rule("download", fault, "")));
    home.ok(&["dataset", "run", "d"]);
    let rejects = home.ok(&["dataset", "rejects", "d", "--json"]).json();
    let reject = &rejects[0];
    assert_eq!(reject["account"], "app");
    assert_eq!(reject["request"], DAY);
    assert_eq!(reject["column"], "send_count");
    assert_eq!(reject["value"], "many");
    // The header is the first line.
    assert_eq!(reject["line"], 4);
    let rows = home.export("d");
    let nulls = rows.iter().filter(|row| row["send_count"].is_null());
    assert!(nulls.count() >= 1);
    let file = reject["file"].as_str().expect("a file");
    let archived = home.path().join("archive").join(file);
    let bytes = zstd::decode_all(std::fs::File::open(archived).expect("the archived reply"));
    let text = String::from_utf8(bytes.expect("zstd")).expect("text");
    assert!(
        text.lines().nth(3).expect("the line").contains(",many"),
        "{text}"
    );
}

#[test]
fn some_days_fail_and_the_others_land() {
    let sim = tenant();
    let home = Home::new();
    home.add_account("app", &sim);
    let create = [
        "dataset",
        "create",
        "d",
        "--report",
        FUNCTION,
        "--account",
        "app",
        "--from-days-back",
        "6",
        "--to-days-back",
        "3",
    ];
    home.ok(&create);
    sim.set_faults(rules(&rule(
        "graph",
        "error = 'internal_error'",
        ", ask = '2026-11-19'",
    )));
    let ended = home.run(&["dataset", "run", "d", "--json"]).with_code(3);
    let run = ended.json();
    assert_eq!(run["state"], "partial");
    let days = |home: &Home| {
        let mut days: Vec<String> = home
            .export("d")
            .iter()
            .map(|row| row["_requested_date"].as_str().expect("a date").to_owned())
            .collect();
        days.sort();
        days.dedup();
        days
    };
    assert_eq!(days(&home), ["2026-11-17", "2026-11-18", "2026-11-20"]);
    let coverage = home.ok(&["dataset", "coverage", "d", "--json"]).json();
    let states: Vec<&str> = coverage
        .as_array()
        .expect("days")
        .iter()
        .filter_map(|day| day["state"].as_str())
        .collect();
    assert_eq!(states, ["published", "published", "failed", "published"]);
    // Asking again asks only what failed.
    sim.set_faults(Vec::new());
    sim.forget_requests();
    let id = run["id"].as_str().expect("an id");
    home.ok(&["run", "retry", id]);
    assert_eq!(
        asked(&sim),
        ["/v1.0/reports/getEmailActivityUserDetail(date=2026-11-19)"]
    );
    assert_eq!(
        days(&home),
        ["2026-11-17", "2026-11-18", "2026-11-19", "2026-11-20"]
    );
    home.ok(&["run", "retry", id])
        .saying("nothing to ask again");
    assert_eq!(asked(&sim).len(), 1);
}

#[test]
fn a_token_that_is_revoked_in_the_middle_is_renewed() {
    let sim = tenant();
    let home = home(&sim);
    sim.set_faults(rules(&rule("graph", "error = 'unauthorized'", ", nth = 1")));
    home.ok(&["dataset", "run", "d"]);
    let tokens = sim
        .requests()
        .iter()
        .filter(|one| one.path_and_query.contains("/token"))
        .count();
    assert_eq!(tokens, 2);
}
