//! `kill -9` at many moments of a run, and run again: no row missing, none twice, nothing asked twice that
//! was answered.

use std::{
    fs, thread,
    time::{Duration, Instant},
};

use exmetrics_sim::{Fault, FaultPlace, FaultRule, Host, Sim};
use serde_json::Value;

use crate::{
    control,
    home::{Home, content, finish, walk},
    tenant::{asked, tenant},
};

const REPORT: &str = "email-activity-user-detail";
/// Days of the range below.
const DAYS: usize = 5;
const RANGE: [&str; 4] = ["--from-days-back", "9", "--to-days-back", "5"];
const METHODS: [&str; 4] = ["partition", "upsert", "append", "replace"];

/// A tenant, a home, and the rows that a run which nobody disturbs brings.
struct Scene {
    sim: Sim,
    home: Home,
    undisturbed: Vec<String>,
    /// How long such a run takes.
    takes: Duration,
}

impl Scene {
    fn new() -> Self {
        let (home, sim) = (Home::new().with("EXMETRICS_TRIES", "3"), tenant());
        home.add_account("app", &sim);
        let mut scene = Self {
            sim,
            home,
            undisturbed: Vec::new(),
            takes: Duration::ZERO,
        };
        scene.create("undisturbed", "partition");
        let began = Instant::now();
        scene.home.ok(&["dataset", "run", "undisturbed"]);
        scene.takes = began.elapsed();
        scene.undisturbed = content(&scene.home.export("undisturbed"));
        assert!(scene.undisturbed.len() > 100, "{}", scene.undisturbed.len());
        scene
    }

    fn create(&self, name: &str, method: &str) {
        let mut arguments = vec![
            "dataset",
            "create",
            name,
            "--report",
            REPORT,
            "--account",
            "app",
            "--update",
            method,
        ];
        arguments.extend(RANGE);
        self.home.ok(&arguments);
    }

    /// Starts a run, waits for a moment, kills it, and runs it again to its end.
    fn kill_and_run_again(&self, name: &str, method: &str, moment: &dyn Fn()) {
        self.create(name, method);
        self.sim.forget_requests();
        let mut child = self
            .home
            .command(&["dataset", "run", name])
            .spawn()
            .expect("the program");
        moment();
        child.kill().expect("a process to kill");
        finish(child);
        let asked_before = asked(&self.sim);
        self.sim.set_faults(Vec::new());
        self.sim.forget_requests();

        let what = format!("{name}, {method}, killed after {asked_before:?}");
        let (ended, answered) = self.standing(name);
        let again = self.home.run(&["dataset", "run", name]);
        assert_eq!(again.code, 0, "{what}: {again:?}");
        let asked_after = asked(&self.sim);

        // What the program had in its archive is not asked again; at most the one request that was under
        // way is.
        for day in &answered {
            let again = asked_after.iter().any(|url| url.contains(day.as_str()));
            assert!(!again, "{what}: {day} was answered, and asked again");
        }
        // A run that ended in time is followed by one that has nothing to ask, or, where the method
        // needs all days each time, by a whole one.
        if !ended {
            let both = asked_before.len() + asked_after.len();
            assert!(
                (DAYS..=DAYS + 1).contains(&both),
                "{what}: then {asked_after:?}"
            );
            assert_eq!(self.home.landings(name).len(), 1, "{what}");
            assert_eq!(content(&self.home.export(name)), self.undisturbed, "{what}");
        }
        self.check_runs(name, &what);
    }

    /// Whether the run has ended, and the days of which a run under way has the whole reply.
    fn standing(&self, name: &str) -> (bool, Vec<String>) {
        let runs = self
            .home
            .ok(&["run", "list", "--dataset", name, "--json"])
            .json();
        let Some(run) = runs.get(0).and_then(|run| run["id"].as_str()) else {
            return (false, Vec::new());
        };
        let shown = self.home.ok(&["run", "show", run, "--json"]).json();
        if shown["state"] != "running" {
            return (true, Vec::new());
        }
        let requests = shown["requests"].as_array().expect("requests").iter();
        let done = requests.filter(|request| request["state"] == "done");
        let days = done.map(|request| request["asked"].as_str().expect("a day").to_owned());
        (false, days.collect())
    }

    fn check_runs(&self, name: &str, what: &str) {
        let runs = self
            .home
            .ok(&["run", "list", "--dataset", name, "--json"])
            .json();
        for run in runs.as_array().expect("runs") {
            assert_eq!(run["state"], "succeeded", "{what}: {run}");
        }
        let coverage = self
            .home
            .ok(&["dataset", "coverage", name, "--json"])
            .json();
        let coverage = coverage.as_array().expect("days");
        assert_eq!(coverage.len(), DAYS, "{what}");
        let published = |day: &Value| day["state"] == "published";
        assert!(coverage.iter().all(published), "{what}: {coverage:?}");
        let mut halves = Vec::new();
        walk(&self.home.path().join("archive"), &mut |path| {
            if path.extension().is_some_and(|ending| ending == "part") {
                halves.push(path.to_owned());
            }
        });
        assert!(halves.is_empty(), "{what}: {halves:?}");
    }
}

/// Waits until the tenant has seen so many requests.
fn until_seen(sim: &Sim, host: Host, requests: usize) {
    let began = Instant::now();
    while sim.count(host) < requests && began.elapsed() < Duration::from_secs(20) {
        thread::sleep(Duration::from_millis(1));
    }
    assert!(
        sim.count(host) >= requests,
        "{host:?} saw only {} requests",
        sim.count(host)
    );
}

fn stalled(place: FaultPlace, nth: u64) -> FaultRule {
    let mut rule = FaultRule::always(place, Fault::Stall { seconds: 30 });
    rule.nth = Some(nth);
    rule
}

#[test]
fn killed_while_a_request_is_under_way() {
    let scene = Scene::new();
    let mut methods = METHODS.iter().cycle();
    for nth in 1..=DAYS {
        for (place, host) in [
            (FaultPlace::Graph, Host::Graph),
            (FaultPlace::Download, Host::Download),
        ] {
            scene.sim.set_faults(vec![stalled(place, nth as u64)]);
            let name = format!("{host:?} {nth}");
            let method = methods.next().expect("a method");
            scene.kill_and_run_again(&name, method, &|| until_seen(&scene.sim, host, nth));
        }
    }
    scene.sim.set_faults(vec![stalled(FaultPlace::Token, 1)]);
    scene.kill_and_run_again("sign-in", "partition", &|| {
        until_seen(&scene.sim, Host::Login, 1);
    });
    assert_eq!(scene.sim.leaks(), []);
}

#[test]
fn killed_at_any_moment() {
    let scene = Scene::new();
    let mut random = Random(20_261_123);
    for number in 0..24 {
        let method = METHODS[number % METHODS.len()];
        // Half of them in the last part of the run, where rows land and the ledger is written.
        let whole = scene.takes.as_micros() as u64;
        let (from, to) = if number % 2 == 0 {
            (0, whole)
        } else {
            (whole * 6 / 10, whole * 11 / 10)
        };
        let delay = Duration::from_micros(from + random.below(to - from));
        let name = format!("random {number}");
        scene.kill_and_run_again(&name, method, &|| thread::sleep(delay));
    }
}

#[test]
fn killed_just_after_the_last_reply() {
    let scene = Scene::new();
    let mut random = Random(7);
    for number in 0..16 {
        let method = METHODS[number % METHODS.len()];
        let delay = Duration::from_micros(random.below(scene.takes.as_micros() as u64 / 3));
        let name = format!("landing {number}");
        scene.kill_and_run_again(&name, method, &|| {
            until_seen(&scene.sim, Host::Download, DAYS);
            thread::sleep(delay);
        });
    }
}

#[test]
fn a_run_that_was_dead_for_days_is_brought_up_to_date() {
    let mut scene = Scene::new();
    for (method, ended) in [
        ("partition", 3),
        ("upsert", 3),
        ("append", 3),
        ("replace", 0),
    ] {
        let name = format!("dead {method}");
        scene.home.set_now("2026-11-23T10:00:00Z");
        scene
            .sim
            .set_now("2026-11-23T10:00:00Z".parse().expect("a moment"));
        let mut arguments = vec![
            "dataset",
            "create",
            &name,
            "--report",
            REPORT,
            "--account",
            "app",
        ];
        arguments.extend([
            "--update",
            method,
            "--from-days-back",
            "28",
            "--to-days-back",
            "24",
        ]);
        scene.home.ok(&arguments);
        scene.sim.set_faults(vec![stalled(FaultPlace::Graph, 2)]);
        scene.sim.forget_requests();
        let run = scene.home.command(&["dataset", "run", &name]);
        let mut child = { run }.spawn().expect("the program");
        until_seen(&scene.sim, Host::Graph, 2);
        child.kill().expect("a process to kill");
        finish(child);
        scene.sim.set_faults(Vec::new());

        // Three days later, three of the days have left the window; one of them is in the archive.
        scene.home.set_now("2026-11-26T10:00:00Z");
        scene
            .sim
            .set_now("2026-11-26T10:00:00Z".parse().expect("a moment"));
        let ended_with = scene.home.run(&["dataset", "run", &name]).with_code(ended);
        let sql = format!("SELECT DISTINCT _requested_date AS day FROM \"{name}\" ORDER BY day");
        let days = scene.home.ok(&["query", &sql, "--format", "jsonl"]).rows();
        let days: Vec<&str> = days.iter().filter_map(|row| row["day"].as_str()).collect();
        let kept = match method {
            // Its table is today's range, and the dead run is over.
            "replace" => vec![
                "2026-10-29",
                "2026-10-30",
                "2026-10-31",
                "2026-11-01",
                "2026-11-02",
            ],
            // What was answered, what could still be had, and what has become due since.
            _ => vec![
                "2026-10-26",
                "2026-10-29",
                "2026-10-30",
                "2026-10-31",
                "2026-11-01",
                "2026-11-02",
            ],
        };
        assert_eq!(days, kept, "{method}: {ended_with:?}");
        if method != "replace" {
            ended_with.saying("2026-10-27 to 2026-10-28: no longer available");
            let coverage = scene
                .home
                .ok(&["dataset", "coverage", &name, "--json"])
                .json();
            let expired = |day: &&Value| day["state"] == "expired";
            assert_eq!(
                coverage
                    .as_array()
                    .expect("days")
                    .iter()
                    .filter(expired)
                    .count(),
                2
            );
        }
    }
}

#[test]
fn killed_after_a_landing_with_requests_still_to_be_asked() {
    let scene = Scene::new();
    for method in METHODS {
        scene.create(method, method);
        scene.home.ok(&["dataset", "run", method]);
        let of = format!("dataset_id = (SELECT id FROM datasets WHERE name = '{method}')");
        let run = format!("run_id = (SELECT id FROM runs WHERE {of})");
        // What a full disk leaves: some rows landed, and nothing more could be written down.
        control::change(
            &scene.home,
            &[
                &format!("DELETE FROM coverage WHERE {of}"),
                &format!(
                    "UPDATE requests SET state = 'pending', landed = 0, archive = NULL, answered_at = NULL
                     WHERE {run} AND position = 4"
                ),
                &format!("UPDATE requests SET landed = 0 WHERE {run}"),
                &format!(
                    "UPDATE runs SET state = 'running', ended_at = NULL, rows_landed = NULL,
                     version = NULL WHERE {of}"
                ),
            ],
        );
        scene.sim.forget_requests();
        scene.home.ok(&["dataset", "run", method]);
        assert_eq!(asked(&scene.sim).len(), 1, "{method}: only what was open");
        scene.check_runs(method, method);
        // The day that was asked again had landed before; appended rows alone cannot be told from it.
        if method != "append" {
            let rows = content(&scene.home.export(method));
            assert_eq!(rows, scene.undisturbed, "{method}");
        }
    }
}

#[test]
fn killed_between_the_landing_and_the_ledger() {
    let scene = Scene::new();
    for method in METHODS {
        scene.create(method, method);
        scene.home.ok(&["dataset", "run", method]);
        let of = format!("dataset_id = (SELECT id FROM datasets WHERE name = '{method}')");
        // What such a process leaves: rows and requests are written down, days and the end are not.
        control::change(
            &scene.home,
            &[
                &format!("DELETE FROM coverage WHERE {of}"),
                &format!(
                    "UPDATE runs SET state = 'running', ended_at = NULL, rows_landed = NULL,
                     version = NULL WHERE {of}"
                ),
            ],
        );
        scene.sim.forget_requests();
        scene.home.ok(&["dataset", "run", method]);
        assert_eq!(asked(&scene.sim), [""; 0], "{method}");
        assert_eq!(scene.home.landings(method).len(), 1, "{method}");
        assert_eq!(
            content(&scene.home.export(method)),
            scene.undisturbed,
            "{method}"
        );
        scene.check_runs(method, method);
        let runs = scene
            .home
            .ok(&["run", "list", "--dataset", method, "--json"])
            .json();
        assert_eq!(runs[0]["rows"], scene.undisturbed.len(), "{method}: {runs}");
        assert_eq!(runs[0]["version"], 1, "{method}: {runs}");
    }
}

#[test]
fn killed_again_and_again() {
    let scene = Scene::new();
    scene.create("often", "append");
    let mut random = Random(11);
    let mut seen = 0;
    for _ in 0..12 {
        let mut child = scene
            .home
            .command(&["dataset", "run", "often"])
            .spawn()
            .expect("the program");
        thread::sleep(Duration::from_micros(
            random.below(scene.takes.as_micros() as u64),
        ));
        child.kill().expect("a process to kill");
        seen += 1;
        if finish(child).code == 0 {
            break;
        }
        if !scene.home.landings("often").is_empty() {
            break;
        }
    }
    scene.sim.forget_requests();
    let runs = scene
        .home
        .ok(&["run", "list", "--dataset", "often", "--json"])
        .json();
    let ended = runs
        .as_array()
        .expect("runs")
        .iter()
        .any(|run| run["state"] == "succeeded");
    if !ended {
        scene.home.ok(&["dataset", "run", "often"]);
    }
    assert_eq!(scene.home.landings("often").len(), 1, "after {seen} kills");
    assert_eq!(
        content(&scene.home.export("often")),
        scene.undisturbed,
        "after {seen} kills"
    );
}

#[test]
fn a_killed_pull_leaves_no_half_of_a_file() {
    let scene = Scene::new();
    let whole = scene.home.beside("whole.csv");
    let pull = |file: &str| {
        let mut arguments = vec!["pull", REPORT, "--account", "app", "--output", file];
        arguments.extend(RANGE);
        scene.home.command(&arguments).spawn().expect("the program")
    };
    let began = Instant::now();
    assert_eq!(finish(pull(&whole.display().to_string())).code, 0);
    let takes = began.elapsed().as_micros() as u64;
    let rows = |file: &std::path::Path| fs::read_to_string(file).expect("a file").lines().count();
    let lines = rows(&whole);
    let mut random = Random(3);
    for number in 0..12 {
        let file = scene.home.beside(&format!("{number}.csv"));
        let mut child = pull(&file.display().to_string());
        thread::sleep(Duration::from_micros(
            takes / 2 + random.below(takes * 6 / 10),
        ));
        child.kill().expect("a process to kill");
        finish(child);
        if file.exists() {
            assert_eq!(rows(&file), lines, "killed pull {number}");
        }
    }
}

#[test]
fn a_run_that_lives_is_not_taken_over() {
    let scene = Scene::new();
    scene.create("held", "partition");
    scene.sim.forget_requests();
    scene.sim.set_faults(vec![stalled(FaultPlace::Graph, 2)]);
    let mut child = scene
        .home
        .command(&["dataset", "run", "held"])
        .spawn()
        .expect("the program");
    until_seen(&scene.sim, Host::Graph, 2);
    let busy = scene
        .home
        .run(&["dataset", "run", "held", "--json"])
        .with_code(1);
    assert_eq!(busy.error()["kind"], "busy");
    assert!(scene.home.landings("held").is_empty());
    child.kill().expect("a process to kill");
    finish(child);
    scene.sim.set_faults(Vec::new());
    scene.home.ok(&["dataset", "run", "held"]);
    assert_eq!(content(&scene.home.export("held")), scene.undisturbed);
}

/// Numbers that are the same each time (SplitMix64).
struct Random(u64);

impl Random {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        (mixed ^ (mixed >> 31)) % limit.max(1)
    }
}
