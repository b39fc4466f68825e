//! Runs that nobody starts: what is due, in one pass and as a service; many days; dead workers; people
//! who are told.

use std::{
    io::{BufRead, BufReader, Read, Write},
    net::TcpStream,
    process::{Child, Stdio},
    sync::{Arc, Mutex},
    thread,
    time::{Duration, Instant},
};

use exmetrics_sim::{Sim, SimOptions};
use secrecy::ExposeSecret as _;
use serde_json::Value;

use crate::{
    home::{Home, content, tell},
    listener::listen,
    tenant::{asked, options, rules, start, tenant},
};

const DETAIL: &str = "email-activity-user-detail";
const TREND: &str = "email-activity-counts";

fn move_to(home: &mut Home, sim: &Sim, now: &str) {
    sim.set_now(now.parse().expect("a moment"));
    home.set_now(now);
}

fn home(sim: &Sim) -> Home {
    let home = Home::new();
    home.add_account("app", sim);
    home
}

fn create(home: &Home, name: &str, report: &str, more: &[&str]) {
    let words = [
        "dataset",
        "create",
        name,
        "--report",
        report,
        "--account",
        "app",
    ];
    home.ok(&[&words[..], more].concat());
}

fn states(home: &Home, name: &str) -> Vec<(String, String)> {
    let days = home.ok(&["dataset", "coverage", name, "--json"]).json();
    let text = |day: &Value, key: &str| day[key].as_str().unwrap_or_default().to_owned();
    let days = days.as_array().expect("days").iter();
    days.map(|day| (text(day, "date"), text(day, "state")))
        .collect()
}

#[test]
fn a_pass_runs_what_is_due_and_nothing_twice() {
    let sim = tenant();
    let mut home = home(&sim);
    create(
        &home,
        "d",
        TREND,
        &["--period", "D7", "--schedule", "daily at 06:00"],
    );
    create(&home, "by hand", TREND, &["--period", "D7"]);
    let shown = home.ok(&["dataset", "show", "d", "--json"]).json();
    assert_eq!(shown["schedule"], "daily at 06:00");
    assert_eq!(shown["next_run_at"], "2026-11-24T06:00:00Z");
    assert!(home.ok(&["run", "due"]).stdout.contains("nothing is due"));
    move_to(&mut home, &sim, "2026-11-24T05:59:50Z");
    assert!(home.ok(&["run", "due"]).stdout.contains("nothing is due"));
    // Missed for three days: once is enough.
    move_to(&mut home, &sim, "2026-11-27T07:00:00Z");
    let passed = home.ok(&["run", "due", "--json"]).json();
    assert_eq!(passed.as_array().map(Vec::len), Some(1), "{passed}");
    assert_eq!(
        (&passed[0]["dataset"], &passed[0]["state"]),
        (&"d".into(), &"succeeded".into())
    );
    assert!(home.ok(&["run", "due"]).stdout.contains("nothing is due"));
    let shown = home.ok(&["dataset", "show", "d", "--json"]).json();
    assert_eq!(shown["next_run_at"], "2026-11-28T06:00:00Z");
    assert_eq!(home.landings("d").len(), 1);
    assert_eq!(home.landings("by hand").len(), 0);
}

#[test]
fn schedules_that_mean_nothing_are_refused_with_the_place() {
    let sim = tenant();
    let home = home(&sim);
    for (schedule, said) in [
        ("dayly at 06:00", "daily"),
        ("daily at 25:00", "25:00"),
        ("daily at 06:00 in Europe/Berln", "Europe/Berlin"),
        ("cron 0 0 6 * * *", "seconds"),
        ("cron 0 0 31 2 *", "never"),
        ("every 0m", "0"),
    ] {
        let words = [
            "dataset",
            "create",
            "d",
            "--report",
            TREND,
            "--account",
            "app",
        ];
        let more = ["--period", "D7", "--schedule", schedule];
        home.run(&[&words[..], &more].concat())
            .with_code(2)
            .saying(said);
    }
    home.run(&["dataset", "show", "d"]).with_code(2);
    create(&home, "d", TREND, &["--period", "D7"]);
    home.run(&["dataset", "edit", "d", "--retry-every", "soon"])
        .with_code(2)
        .saying("15m");
    home.ok(&[
        "dataset",
        "edit",
        "d",
        "--schedule",
        "weekdays at 07:30 in Asia/Tokyo",
    ]);
    let shown = home.ok(&["dataset", "show", "d"]);
    assert!(
        shown.stdout.contains("07:30, Asia/Tokyo"),
        "{}",
        shown.stdout
    );
}

#[test]
fn weeks_of_days_with_outages_lose_only_what_was_never_to_be_had() {
    let sim = start(SimOptions {
        people: 8,
        restate: true,
        ..options()
    });
    let mut home = home(&sim);
    move_to(&mut home, &sim, "2026-09-01T10:00:00Z");
    create(&home, "detail", DETAIL, &["--keep-every-day"]);
    create(&home, "trend", TREND, &["--keep-every-day"]);
    create(
        &home,
        "snapshot",
        "mailbox-usage-detail",
        &["--keep-every-day"],
    );
    // Nobody answers for ten days; one report fails for five others; the service is off for three weeks.
    sim.set_faults(rules(
        "[[fault]]\n\
         match = { where = \"graph\", from = \"2026-09-08\", until = \"2026-09-17\" }\n\
         do = \"error\"\nerror = \"service_unavailable\"\n\
         [[fault]]\n\
         match = { where = \"graph\", function = \"getEmailActivityUserDetail\", from = \"2026-10-20\", until = \"2026-10-24\" }\n\
         do = \"error\"\nerror = \"internal_error\"\n",
    ));
    let mut day: jiff::civil::Date = "2026-09-01".parse().expect("a day");
    let last: jiff::civil::Date = "2026-11-05".parse().expect("a day");
    while day <= last {
        let off = ("2026-09-20".."2026-10-11").contains(&day.to_string().as_str());
        if !off {
            move_to(&mut home, &sim, &format!("{day}T10:05:00Z"));
            let passed = home.run(&["run", "due"]);
            assert!(matches!(passed.code, 0 | 1 | 3), "{day}: {passed:?}");
        }
        day = day.tomorrow().expect("a day");
    }
    // Everything from 28 days before the first day to three days before the last; of the trend also the
    // day more that the first reply reached back.
    let first_detail = "2026-08-04";
    for (name, first) in [("detail", first_detail), ("trend", "2026-03-04")] {
        let states = states(&home, name);
        let lost: Vec<_> = states
            .iter()
            .filter(|(_, state)| state == "expired")
            .collect();
        assert_eq!(lost, Vec::<&(String, String)>::new(), "{name}");
        assert_eq!(states[0].0, first, "{name}");
        for (day, state) in &states {
            let wanted = if day.as_str() <= "2026-11-03" {
                "published"
            } else {
                "awaiting"
            };
            assert_eq!(state, wanted, "{name} {day}");
        }
        assert!(states.is_sorted(), "{name}");
    }
    // What only tells how things stand is gone when nothing asked for it, and that is said.
    for (day, state) in states(&home, "snapshot") {
        let outage = ("2026-09-06".."2026-09-16").contains(&day.as_str());
        let off = ("2026-09-18".."2026-10-09").contains(&day.as_str());
        let wanted = if outage || off {
            "expired"
        } else {
            "published"
        };
        assert_eq!(state, wanted, "snapshot of {day}");
    }
    // The content is what the tenant says of these days now, once each.
    let sql = "SELECT _requested_date AS day, count(*) AS people, count(DISTINCT user_principal_name) AS different \
               FROM detail GROUP BY day ORDER BY day";
    let rows = home.ok(&["query", sql, "--format", "jsonl"]).rows();
    assert_eq!(rows.len(), 92, "every day from 2026-08-04 to 2026-11-03");
    for row in &rows {
        assert_eq!(row["people"], row["different"], "{row}");
    }
    let late = ["--from", "2026-10-15", "--to", "2026-10-25"];
    create(&home, "again", DETAIL, &[&late[..], &["--run"]].concat());
    let of = |name: &str| {
        let sql = format!(
            "SELECT * FROM {name} WHERE _requested_date BETWEEN '2026-10-15' AND '2026-10-25'"
        );
        let mut rows = home.ok(&["query", &sql, "--format", "jsonl"]).rows();
        for row in &mut rows {
            row.as_object_mut()
                .expect("a row")
                .remove("report_refresh_date");
        }
        content(&rows)
    };
    assert_eq!(of("detail"), of("again"), "the final content");
    let calendar = home.ok(&["dataset", "coverage", "detail"]).stdout;
    assert!(
        calendar.contains("Mon") && calendar.contains("■ published, 92 days"),
        "{calendar}"
    );
}

#[test]
fn a_first_capture_asks_for_all_that_can_still_be_had() {
    let sim = tenant();
    let home = home(&sim);
    let planned = home
        .ok(&["capture-all", "--account", "app", "--plan", "--json"])
        .json();
    assert_eq!(
        home.ok(&["dataset", "list", "--json"]).json(),
        serde_json::json!([])
    );
    let names = planned["datasets"].as_array().expect("names").len();
    let left_out = planned["left_out"].as_array().expect("reports").len();
    assert!(names > 80 && names + left_out >= 90, "{planned}");
    assert!(
        planned["requests"]
            .as_u64()
            .is_some_and(|requests| requests > 500),
        "{planned}"
    );
    let slow = Home::new().with("EXMETRICS_QUOTA_REQUESTS", "14");
    slow.add_account("app", &sim);
    let planned = slow
        .ok(&["capture-all", "--account", "app", "--plan", "--json"])
        .json();
    // 28 days at 14 in ten minutes; one was asked to see whether it is answered.
    assert_eq!(
        planned["estimated_seconds"]
            .as_u64()
            .map(|it| it.div_ceil(60)),
        Some(20),
        "{planned}"
    );
    home.ok(&["capture-all", "--account", "app"]);
    let made = home.ok(&["dataset", "list", "--json"]).json();
    assert_eq!(made.as_array().map(Vec::len), Some(names));
    home.ok(&["capture-all", "--account", "app"]);
    assert_eq!(
        home.ok(&["dataset", "list", "--json"]).json(),
        made,
        "once is enough"
    );
}

/// A service, and what it says.
struct Service {
    child: Child,
    address: String,
    said: Arc<Mutex<String>>,
}

impl Service {
    fn start(home: &Home, words: &[&str]) -> Self {
        let mut child = home
            .command(
                &[
                    words,
                    &["--listen", "127.0.0.1:0", "--log", "exmetrics=info"],
                ]
                .concat(),
            )
            .stdout(Stdio::null())
            .spawn()
            .expect("the program");
        let mut lines = BufReader::new(child.stderr.take().expect("a pipe"));
        let mut address = String::new();
        let said = Arc::new(Mutex::new(String::new()));
        while address.is_empty() {
            let mut line = String::new();
            assert!(
                lines.read_line(&mut line).expect("a line") > 0,
                "it ended: {said:?}"
            );
            said.lock().expect("a lock").push_str(&line);
            if let Some((_, rest)) = line.split_once("http://") {
                address = rest.split('/').next().unwrap_or_default().to_owned();
            }
        }
        let heard = Arc::clone(&said);
        thread::spawn(move || {
            for line in lines.lines().map_while(Result::ok) {
                let mut said = heard.lock().expect("a lock");
                said.push_str(&line);
                said.push('\n');
            }
        });
        Self {
            child,
            address,
            said,
        }
    }

    fn get(&self, path: &str) -> String {
        let mut stream = TcpStream::connect(&self.address).expect("the service");
        write!(
            stream,
            "GET {path} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n\r\n",
            self.address
        )
        .expect("asked");
        let mut answer = String::new();
        stream.read_to_string(&mut answer).expect("an answer");
        answer
    }

    fn kill(mut self) {
        self.child.kill().expect("a process");
        self.child.wait().expect("its end");
    }

    /// SIGTERM, as systemd and Kubernetes send it.
    fn stop(mut self) -> (i32, Duration, String) {
        let began = Instant::now();
        let told = std::process::Command::new("kill")
            .arg(self.child.id().to_string())
            .status();
        assert!(told.expect("kill").success());
        let ended = self.child.wait().expect("its end");
        let said = self.said.lock().expect("a lock").clone();
        (ended.code().unwrap_or(-1), began.elapsed(), said)
    }
}

/// Looks again and again until something is so.
fn until(what: &str, mut is_so: impl FnMut() -> bool) {
    let began = Instant::now();
    while !is_so() {
        assert!(
            began.elapsed() < Duration::from_secs(60),
            "it never came to: {what}"
        );
        thread::sleep(Duration::from_millis(50));
    }
}

fn runs(home: &Home, name: &str) -> Vec<Value> {
    let runs = home
        .ok(&["run", "list", "--dataset", name, "--json"])
        .json();
    runs.as_array().expect("runs").clone()
}

#[test]
fn a_service_works_is_watched_and_stops_in_time() {
    let sim = tenant();
    let home = home(&sim);
    create(
        &home,
        "d",
        TREND,
        &["--period", "D7", "--schedule", "every 1m"],
    );
    let mut home = home;
    home.set_now("2026-11-23T10:00:58Z");
    let service = Service::start(&home, &["serve"]);
    assert!(service.get("/healthz").contains("200 OK"));
    assert!(service.get("/readyz").contains("ready"));
    until("a run", || {
        runs(&home, "d")
            .iter()
            .any(|run| run["state"] == "succeeded")
    });
    let figures = service.get("/metrics");
    for figure in [
        "exmetrics_runs_total{state=\"succeeded\"} 1",
        "exmetrics_requests_total{result=\"ok\"} 1",
        "exmetrics_rows_landed_total 7",
        "exmetrics_dataset_freshness_seconds{dataset=\"d\"}",
        "exmetrics_days_at_risk{account=\"app\"} 0",
    ] {
        assert!(figures.contains(figure), "{figure} is not in:\n{figures}");
    }
    // One that hangs is left to the next worker.
    sim.set_faults(rules(
        "[[fault]]\nmatch = { where = \"graph\" }\ndo = \"stall\"\nseconds = 60\n",
    ));
    sim.forget_requests();
    until("a request", || !asked(&sim).is_empty());
    let (code, took, said) = service.stop();
    assert_eq!(code, 0, "{said}");
    assert!(took < Duration::from_secs(10), "{took:?}: {said}");
    assert_eq!(runs(&home, "d")[0]["state"], "running");
    sim.set_faults(Vec::new());
    move_to(&mut home, &sim, "2026-11-23T10:05:00Z");
    let passed = home.ok(&["run", "due", "--json"]).json();
    assert_eq!(
        passed[0]["id"],
        runs(&home, "d")[0]["id"],
        "the same run went on"
    );
    assert_eq!(runs(&home, "d")[0]["state"], "succeeded");
}

#[test]
fn a_run_that_waits_for_quota_leaves_room_for_others() {
    let sim = tenant();
    let mut home = Home::new()
        .with("EXMETRICS_QUOTA_REQUESTS", "2")
        .with("EXMETRICS_QUOTA_WINDOW", "4s");
    home.add_account("app", &sim);
    let range = ["--from-days-back", "8", "--to-days-back", "5"];
    let daily = ["--schedule", "daily at 10:01"];
    create(&home, "a", DETAIL, &[&range[..], &daily].concat());
    create(
        &home,
        "b",
        TREND,
        &[&["--period", "D7"][..], &daily].concat(),
    );
    home.set_now("2026-11-23T10:00:59Z");
    sim.forget_requests();
    let service = Service::start(&home, &["serve", "--runs-at-once", "1"]);
    let ended = |name: &str| {
        runs(&home, name).first().and_then(|run| {
            assert_ne!(run["state"], "failed", "{run}");
            (run["state"] == "succeeded").then(|| run.clone())
        })
    };
    until("both", || ended("a").is_some() && ended("b").is_some());
    service.stop();
    let (a, b) = (ended("a").expect("a run"), ended("b").expect("a run"));
    let time = |run: &Value, key: &str| run[key].as_str().expect("a time").to_owned();
    assert!(time(&a, "started_at") < time(&b, "started_at"), "{a} {b}");
    assert!(time(&b, "ended_at") < time(&a, "ended_at"), "{a} {b}");
    assert_eq!(runs(&home, "a").len(), 1, "one run, in two parts");
    assert_eq!(a["version"], 1, "and one version");
    let days: Vec<String> = asked(&sim)
        .into_iter()
        .filter(|path| path.contains("UserDetail"))
        .collect();
    let each: std::collections::BTreeSet<_> = days.iter().collect();
    assert_eq!((days.len(), each.len()), (4, 4), "{days:?}");
    assert!(
        states(&home, "a")
            .iter()
            .all(|(_, state)| state == "published")
    );
}

#[test]
fn what_failed_is_not_asked_again_when_a_run_is_taken_up_again() {
    let sim = tenant();
    let mut home = Home::new()
        .with("EXMETRICS_QUOTA_REQUESTS", "3")
        .with("EXMETRICS_QUOTA_WINDOW", "3s");
    home.add_account("app", &sim);
    let words = [
        "--from-days-back",
        "12",
        "--to-days-back",
        "5",
        "--schedule",
        "daily at 10:01",
    ];
    create(&home, "d", DETAIL, &words);
    home.set_now("2026-11-23T10:02:00Z");
    sim.set_faults(rules(
        "[[fault]]\nmatch = { where = \"graph\" }\ndo = \"error\"\nerror = \"bad_request\"\n",
    ));
    sim.forget_requests();
    home.run(&["run", "due"]);
    let asked = asked(&sim);
    let each: std::collections::BTreeSet<_> = asked.iter().collect();
    assert_eq!((asked.len(), each.len()), (8, 8), "{asked:?}");
    assert_eq!(runs(&home, "d")[0]["state"], "failed");
}

#[test]
fn a_report_that_is_out_of_order_does_not_use_up_the_quota() {
    let sim = tenant();
    let mut home = home(&sim);
    let words = [
        "--from-days-back",
        "12",
        "--to-days-back",
        "5",
        "--schedule",
        "daily at 10:01",
    ];
    create(
        &home,
        "d",
        DETAIL,
        &[&words[..], &["--retry-every", "1m"]].concat(),
    );
    home.set_now("2026-11-23T10:02:00Z");
    let outage =
        "[[fault]]\nmatch = { where = \"graph\" }\ndo = \"error\"\nerror = \"internal_error\"\n";
    sim.set_faults(rules(outage));
    sim.forget_requests();
    home.run(&["run", "due"]);
    assert_eq!(asked(&sim).len(), 3, "three days are tried, not all");
    sim.set_faults(Vec::new());
    home.set_now("2026-11-23T10:05:00Z");
    home.ok(&["run", "due"]);
    assert!(
        states(&home, "d")
            .iter()
            .all(|(_, state)| state == "published")
    );
}

#[test]
fn what_microsoft_puts_off_for_ever_ends() {
    let sim = tenant();
    let mut home = Home::new().with("EXMETRICS_TRIES", "2");
    home.add_account("app", &sim);
    let words = ["--period", "D7", "--schedule", "daily at 10:01"];
    create(&home, "d", TREND, &words);
    home.set_now("2026-11-23T10:02:00Z");
    sim.set_faults(rules(
        "[[fault]]\nmatch = { where = \"graph\" }\ndo = \"error\"\nerror = \"too_many_requests\"\n\
         retry_after = 3\n",
    ));
    sim.forget_requests();
    home.run(&["run", "due"]);
    assert_eq!(asked(&sim).len(), 2);
    assert_eq!(runs(&home, "d")[0]["state"], "failed");
}

#[test]
fn what_a_killed_service_had_is_gone_on_with_at_once() {
    let sim = tenant();
    let home = home(&sim);
    let range = ["--from-days-back", "9", "--to-days-back", "5"];
    create(
        &home,
        "undisturbed",
        DETAIL,
        &[&range[..], &["--run"]].concat(),
    );
    create(
        &home,
        "d",
        DETAIL,
        &[&range[..], &["--schedule", "every 1m"]].concat(),
    );
    let mut home = home;
    home.set_now("2026-11-23T10:00:58Z");
    sim.set_faults(rules(
        "[[fault]]\nmatch = { where = \"graph\", nth = 3 }\ndo = \"stall\"\nseconds = 60\n",
    ));
    sim.forget_requests();
    let service = Service::start(&home, &["serve"]);
    until("the third request", || asked(&sim).len() == 3);
    service.kill();
    sim.set_faults(Vec::new());
    let second = Service::start(&home, &["serve"]);
    until("its end", || {
        runs(&home, "d")
            .iter()
            .any(|run| run["state"] == "succeeded")
    });
    second.stop();
    let mut days = asked(&sim);
    assert!(days.len() >= 6, "{days:?}");
    days.truncate(6);
    days.sort();
    days.dedup();
    assert_eq!(days.len(), 5, "only the one under way was asked twice");
    assert_eq!(
        content(&home.export("d")),
        content(&home.export("undisturbed"))
    );
    assert_eq!(home.landings("d").len(), 1);
}

#[test]
fn workers_on_one_database_share_the_work_and_outlive_each_other() {
    let Ok(server) = std::env::var("EXMETRICS_TEST_POSTGRES_FOR_SERVICE") else {
        tell("left out: there is no PostgreSQL server (cargo xtask test starts one)");
        return;
    };
    let name = format!("service_{}", std::process::id());
    crate::control::make_database(&server, &name);
    let (place, _) = server.rsplit_once('/').expect("an address");
    let sim = tenant();
    let mut home = Home::new().with("EXMETRICS_STORE", &format!("{place}/{name}"));
    home.add_account("app", &sim);
    let range = [
        "--from-days-back",
        "9",
        "--to-days-back",
        "5",
        "--schedule",
        "every 1m",
    ];
    for number in 0..12 {
        create(&home, &format!("d{number}"), DETAIL, &range);
    }
    home.set_now("2026-11-23T10:00:59Z");
    let mut workers: Vec<Service> = (0..3).map(|_| Service::start(&home, &["worker"])).collect();
    // One dies every second; another takes its place.
    for number in 0..4 {
        thread::sleep(Duration::from_millis(700));
        workers.remove(number % 3).kill();
        workers.push(Service::start(&home, &["worker"]));
    }
    let all_ended = || {
        (0..12).all(|number| {
            let name = format!("d{number}");
            runs(&home, &name)
                .iter()
                .any(|run| run["state"] == "succeeded")
        })
    };
    until("twelve ends", all_ended);
    for worker in workers {
        worker.stop();
    }
    home.run(&["run", "due"]);
    let first = content(&home.export("d0"));
    assert!(first.len() > 100);
    for number in 0..12 {
        let name = format!("d{number}");
        assert_eq!(content(&home.export(&name)), first, "{name}");
        let ended: Vec<Value> = runs(&home, &name)
            .iter()
            .map(|run| run["state"].clone())
            .collect();
        assert!(
            ended.iter().all(|state| state == "succeeded"),
            "{name}: {ended:?}"
        );
    }
}

#[test]
fn people_are_told_once_and_when_it_is_over() {
    let sim = tenant();
    let mut home = home(&sim);
    let (address, posted) = listen();
    let file = home.write_beside("hook", format!("{address}/hook/secret-token"));
    home.ok(&["notify", "add", "ops", "--webhook-file", &file]);
    let listed = home.ok(&["notify", "list"]).stdout;
    assert!(
        listed.contains("127.0.0.1") && !listed.contains("secret-token"),
        "{listed}"
    );
    home.ok(&["notify", "test", "ops"]);
    assert_eq!(posted.lock().expect("a lock").len(), 1);
    let came = || -> Vec<Value> {
        let posted = posted.lock().expect("a lock");
        let read = |body: &Vec<u8>| serde_json::from_slice(body).expect("JSON");
        posted.iter().map(read).collect()
    };
    let kinds = || -> Vec<String> {
        let kind = |one: &Value| one["kind"].as_str().unwrap_or_default().to_owned();
        came().iter().skip(1).map(kind).collect()
    };
    let retry = [
        "--schedule",
        "daily at 06:00",
        "--retry-every",
        "1h",
        "--retry-times",
        "2",
    ];
    create(
        &home,
        "d",
        TREND,
        &[&["--period", "D7"][..], &retry].concat(),
    );
    sim.set_faults(rules(
        "[[fault]]\nmatch = { where = \"graph\" }\ndo = \"error\"\nerror = \"internal_error\"\n",
    ));
    // Tried again twice before anybody is told; told once, however often it fails then.
    for (now, told) in [
        ("2026-11-24T06:01:00Z", 0),
        ("2026-11-24T06:30:00Z", 0),
        ("2026-11-24T07:05:00Z", 0),
        ("2026-11-24T08:10:00Z", 1),
        ("2026-11-25T06:01:00Z", 1),
        ("2026-11-25T07:05:00Z", 1),
        ("2026-11-25T08:10:00Z", 1),
    ] {
        move_to(&mut home, &sim, now);
        home.run(&["run", "due"]);
        assert_eq!(kinds().len(), told, "{now}");
    }
    assert_eq!(runs(&home, "d").len(), 2, "retries belong to their run");
    sim.set_faults(Vec::new());
    for now in ["2026-11-26T06:01:00Z", "2026-11-27T06:01:00Z"] {
        move_to(&mut home, &sim, now);
        home.run(&["run", "due"]);
        assert_eq!(kinds(), ["run_failed", "recovered"], "{now}");
    }
    let came = came();
    assert_eq!(came[1]["dataset"], "d");
    assert!(
        came[1]["text"]
            .as_str()
            .is_some_and(|text| text.contains("d failed")),
        "{came:?}"
    );
    drop(came);
    // The address is a secret: it is nowhere in the home.
    crate::home::walk(&home.path(), &mut |path| {
        let content = std::fs::read(path).expect("a file");
        let found = content.windows(12).any(|window| window == b"secret-token");
        assert!(!found, "{}", path.display());
    });
}

#[test]
fn the_doctor_says_what_is_wrong_and_what_to_do() {
    let sim = tenant();
    let mut home = home(&sim);
    create(&home, "fine", TREND, &["--period", "D7", "--run"]);
    create(&home, "never", TREND, &["--period", "D7"]);
    let healthy = home.ok(&["doctor"]);
    for line in [
        "✔ store",
        "✔ account app, sign-in",
        "✔ DataSet fine",
        "! DataSet never: it never ran",
    ] {
        assert!(
            healthy.stdout.contains(line),
            "{line} is not in:\n{}",
            healthy.stdout
        );
    }
    let shown = home.ok(&["dataset", "show", "fine", "--json"]).json();
    std::fs::remove_dir_all(shown["location"].as_str().expect("a folder")).expect("a folder");
    let ill = home.run(&["doctor"]).with_code(1);
    assert!(ill.stdout.contains("✖ DataSet fine"), "{}", ill.stdout);
    let json = home.run(&["doctor", "--json"]).with_code(1).json();
    assert!(
        json["checks"]
            .as_array()
            .is_some_and(|checks| checks.len() > 5),
        "{json}"
    );
    home.set("EXMETRICS_STORE", "postgres://u:hush@127.0.0.1:9/x");
    let away = home.run(&["doctor"]).with_code(1);
    assert!(
        away.stdout.contains("cannot be reached") && !away.stdout.contains("hush"),
        "{away:?}"
    );
}

#[test]
fn a_run_can_be_cancelled() {
    let sim = tenant();
    let home = home(&sim);
    create(
        &home,
        "d",
        DETAIL,
        &["--from-days-back", "9", "--to-days-back", "5"],
    );
    sim.set_faults(rules(
        "[[fault]]\nmatch = { where = \"graph\", nth = 2 }\ndo = \"stall\"\nseconds = 60\n",
    ));
    let child = home
        .command(&["dataset", "run", "d"])
        .spawn()
        .expect("the program");
    until("the second request", || asked(&sim).len() == 2);
    let id = runs(&home, "d")[0]["id"]
        .as_str()
        .expect("an id")
        .to_owned();
    let began = Instant::now();
    home.ok(&["run", "cancel", &id]);
    let ended = crate::home::finish(child).with_code(1);
    ended.saying("cancelled");
    assert!(began.elapsed() < Duration::from_secs(10));
    assert_eq!(runs(&home, "d")[0]["state"], "cancelled");
    assert_eq!(home.landings("d").len(), 0);
    home.run(&["run", "cancel", &id])
        .with_code(1)
        .saying("ended already");
    sim.set_faults(Vec::new());
    home.ok(&["dataset", "run", "d"]);
}

#[test]
fn a_file_is_applied_once_and_its_mistakes_have_a_place() {
    let sim = tenant();
    let secret = sim.client_secret().expect("a secret");
    let mut home = Home::new().with("CONTOSO_SECRET", secret.expose_secret());
    let text = format!(
        "[[account]]\nname = \"app\"\ntenant = \"{}\"\nclient_id = \"{}\"\n\
         client_secret = {{ env = \"CONTOSO_SECRET\" }}\ncloud = \"custom\"\n\
         login_url = \"{}\"\ngraph_url = \"{}\"\n\n\
         [[dataset]]\nname = \"Mail\"\nreport = \"{TREND}\"\naccounts = [\"app\"]\nperiod = \"D7\"\n\
         schedule = \"daily at 06:00 in Europe/Berlin\"\ntags = [\"board\"]\n\n\
         [[dataset]]\nname = \"People\"\nreport = \"{DETAIL}\"\naccounts = [\"app\"]\nkeep_every_day = true\n",
        sim.tenant_id(),
        sim.client_id(),
        sim.login_url(),
        sim.graph_url()
    );
    let file = home.write_beside("all.toml", &text);
    let planned = home.ok(&["apply", "-f", &file, "--plan", "--json"]).json();
    assert_eq!(
        planned["changes"].as_array().map(Vec::len),
        Some(3),
        "{planned}"
    );
    assert_eq!(
        home.ok(&["account", "list", "--json"]).json(),
        serde_json::json!([])
    );
    home.ok(&["apply", "-f", &file]);
    assert!(
        home.ok(&["apply", "-f", &file])
            .stdout
            .contains("nothing to change")
    );
    home.ok(&["account", "check", "app"]);
    move_to(&mut home, &sim, "2026-11-23T10:05:00Z");
    home.run(&["run", "due"]);
    assert!(
        home.export("People").len() > 100,
        "the first capture is due at once"
    );
    // What is there, as a file, is what was applied; a secret that nobody names stays as it is.
    let exported = home.ok(&["export-config"]).stdout;
    let piped = home.run_with_input(&["apply", "-f", "-"], &exported);
    assert!(piped.stdout.contains("nothing to change"), "{piped:?}");
    let retry = text.replace("tags = ", "retry_times = 7\ntags = ");
    let retry = home.write_beside("retry.toml", retry);
    for (file, times) in [(&retry, serde_json::json!(7)), (&file, Value::Null)] {
        home.ok(&["apply", "-f", file]);
        let mail = home.ok(&["dataset", "show", "Mail", "--json"]).json();
        assert_eq!(mail["retry_times"], times);
    }
    assert!(exported.contains("EXMETRICS_SECRET_APP"), "{exported}");
    let again = home.write_beside(
        "again.toml",
        exported.replace("EXMETRICS_SECRET_APP", "CONTOSO_SECRET"),
    );
    assert!(
        home.ok(&["apply", "-f", &again])
            .stdout
            .contains("nothing to change")
    );
    let changed = home.write_beside("changed.toml", text.replace("D7", "D30"));
    let changes = home.ok(&["apply", "-f", &changed, "--json"]).json();
    assert_eq!(
        changes["changes"],
        serde_json::json!(["DataSet Mail: details"])
    );

    for (from, to, place, said) in [
        ("period = \"D7\"", "perod = \"D7\"", "14:1", "perod"),
        (
            "accounts = [\"app\"]\nperiod",
            "accounts = [\"apq\"]\nperiod",
            "13:13",
            "did you mean 'app'",
        ),
        ("daily at 06:00 in", "dayly at 06:00 in", "15:13", "daily"),
        ("Europe/Berlin", "Europe/Berln", "15:31", "Europe/Berlin"),
        ("\"D7\"", "\"D8\"", "14:10", "D8"),
        ("CONTOSO_SECRET", "NO_SUCH_SECRET", "2:8", "NO_SUCH_SECRET"),
        (
            TREND,
            "email-activity-count",
            "12:10",
            "email-activity-counts",
        ),
        ("[[dataset]]", "[[dataset]", "", ""),
    ] {
        let wrong = home.write_beside("wrong.toml", text.replacen(from, to, 1));
        let ended = home.run(&["apply", "-f", &wrong]).with_code(2);
        let first = ended.stderr.lines().next().unwrap_or_default().to_owned();
        assert!(
            first.contains("wrong.toml:") && first.contains(said),
            "{from}: {first}"
        );
        if !place.is_empty() {
            assert!(
                first.contains(&format!("wrong.toml:{place}:")),
                "{from}: {first}"
            );
        }
    }
    assert_eq!(
        home.ok(&["dataset", "list", "--json"])
            .json()
            .as_array()
            .map(Vec::len),
        Some(2)
    );
}

#[test]
fn a_home_is_backed_up_and_restored() {
    let sim = tenant();
    let home = home(&sim);
    create(&home, "d", TREND, &["--period", "D7", "--run"]);
    let backup = home.beside("backup.db").display().to_string();
    home.ok(&["store", "backup", &backup]);
    home.run(&["store", "backup", &backup])
        .with_code(2)
        .saying("there already");
    home.ok(&["dataset", "remove", "d"]);
    home.run(&["store", "restore", &backup])
        .with_code(2)
        .saying("--replace");
    home.ok(&["store", "restore", &backup, "--replace"]);
    assert_eq!(home.export("d").len(), 7);
    home.ok(&["account", "check", "app"]);
    // It counts up again from where the backup was; nothing is left out for that.
    home.ok(&["dataset", "run", "d"]);
    home.ok(&["store", "restore", &backup, "--replace"]);
    home.ok(&["dataset", "run", "d"]);
    assert_eq!(home.landings("d").len(), 3);
    assert_eq!(home.export("d").len(), 7);
}
