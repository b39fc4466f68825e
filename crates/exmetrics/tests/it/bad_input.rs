//! Wrong arguments and broken places: one clear sentence, the right exit code, nothing half-created.

use std::{fs, process::Command};

use serde_json::Value;

use crate::{
    control,
    home::{EXMETRICS, Ended, Home, as_strs, content, tell},
    tenant::{asked, tenant},
};

const DETAIL: &str = "email-activity-user-detail";

fn home() -> (Home, exmetrics_sim::Sim) {
    let (home, sim) = (Home::new(), tenant());
    home.add_account("app", &sim);
    (home, sim)
}

/// Files that are there, apart from the database's own and what every start makes.
fn lasting_files(home: &Home) -> Vec<String> {
    home.files()
        .into_iter()
        .filter(|file| !file.starts_with("control.db"))
        .collect()
}

/// Runs a command as people do and as scripts do; both must fail alike and leave nothing.
fn fails(home: &Home, words: &[&str], code: i32, kind: &str, says: &str) -> Ended {
    let before = lasting_files(home);
    let ended = home.run(words);
    assert_eq!(ended.code, code, "{words:?}: {ended:?}");
    assert!(
        ended.stderr.contains(says),
        "{words:?}: not said: {says}\n{}",
        ended.stderr
    );
    assert!(ended.stdout.is_empty(), "{words:?}: {ended:?}");
    assert!(
        !ended.stderr.contains("panicked"),
        "{words:?}: {}",
        ended.stderr
    );
    let as_json = home.run(&[words, &["--json"]].concat());
    assert_eq!(as_json.code, code, "{words:?}: {as_json:?}");
    let value: Value = serde_json::from_str(as_json.stderr.trim()).unwrap_or_else(|error| {
        panic!("{words:?}: stderr is no JSON ({error}): {}", as_json.stderr)
    });
    let error = &value["error"];
    assert_eq!(error["kind"], kind, "{words:?}: {error}");
    let message = error["message"].as_str().expect("a sentence");
    assert!(
        !message.is_empty() && message.lines().count() == 1,
        "{words:?}: {error}"
    );
    assert!(error.get("next_step").is_some(), "{words:?}: {error}");
    assert_eq!(
        error.as_object().map(serde_json::Map::len),
        Some(3),
        "{words:?}: {error}"
    );
    assert_eq!(lasting_files(home), before, "{words:?}");
    ended
}

#[test]
fn what_cannot_be_asked() {
    let (home, sim) = home();
    let cases: &[(&[&str], &str)] = &[
        (
            &[
                "pull",
                "email-activity-user-detial",
                "--account",
                "app",
                "--period",
                "D7",
            ],
            "did you mean 'email-activity-user-detail'?",
        ),
        (
            &[
                "pull",
                "nothing of the kind",
                "--account",
                "app",
                "--period",
                "D7",
            ],
            "no report is called 'nothing of the kind'",
        ),
        (
            &["pull", DETAIL, "--account", "appp", "--period", "D7"],
            "'app'",
        ),
        (
            &[
                "pull",
                DETAIL,
                "--account",
                "somebody else",
                "--period",
                "D7",
            ],
            "'somebody else'",
        ),
        (&["pull", DETAIL, "--period", "D7"], "--account"),
        (
            &["pull", DETAIL, "--account", "app"],
            "needs details: a period (D7, D30, D90, D180), a date or a range",
        ),
        (
            &["pull", DETAIL, "--account", "app", "--period", "D8"],
            "no period D8; choose one of D7, D30, D90, D180",
        ),
        (
            &["pull", DETAIL, "--account", "app", "--period", "week"],
            "is no period",
        ),
        (
            &[
                "pull",
                DETAIL,
                "--account",
                "app",
                "--period",
                "D7",
                "--date",
                "2026-11-20",
            ],
            "cannot be used with",
        ),
        (
            &["pull", DETAIL, "--account", "app", "--date", "20.11.2026"],
            "write it as YYYY-MM-DD",
        ),
        (
            &["pull", DETAIL, "--account", "app", "--date", "2026-02-30"],
            "write it as YYYY-MM-DD",
        ),
        (
            &[
                "pull",
                DETAIL,
                "--account",
                "app",
                "--date",
                "2026-11-20T00:00:00Z",
            ],
            "write it as YYYY-MM-DD",
        ),
        (
            &["pull", DETAIL, "--account", "app", "--days-back", "-1"],
            "--days-back",
        ),
        (
            &["pull", DETAIL, "--account", "app", "--from-days-back", "5"],
            "no last day",
        ),
        (
            &["pull", DETAIL, "--account", "app", "--to", "2026-11-20"],
            "no first day",
        ),
        (
            &[
                "pull",
                DETAIL,
                "--account",
                "app",
                "--from-days-back",
                "5",
                "--to-days-back",
                "10",
            ],
            "the first day comes first",
        ),
        (
            &[
                "pull",
                DETAIL,
                "--account",
                "app",
                "--from",
                "1990-01-01",
                "--to-days-back",
                "10",
            ],
            "days long",
        ),
        (
            &[
                "pull",
                "mailbox-usage-detail",
                "--account",
                "app",
                "--date",
                "2026-11-20",
            ],
            "offers no date",
        ),
        (
            &[
                "pull",
                "office-365-activation-counts",
                "--account",
                "app",
                "--period",
                "D7",
            ],
            "no report is called",
        ),
        (
            &[
                "pull",
                DETAIL,
                "--account",
                "app",
                "--days-back",
                "3",
                "--format",
                "cvs",
            ],
            "did you mean csv?",
        ),
        (&["report", "show", "email"], "email"),
        (
            &["report", "list", "--workload", "Mail"],
            "no report is of the workload 'Mail'",
        ),
        (&["dataset", "show", "nothing"], "'nothing'"),
        (&["dataset", "run", "nothing"], "'nothing'"),
        (&["run", "show", "nothing"], "nothing"),
        (&["query", ""], "the question is empty"),
        (&["frobnicate"], "frobnicate"),
    ];
    for (words, says) in cases {
        fails(&home, words, 2, "arguments", says);
    }
    let create = |more: &[&'static str]| {
        [
            &[
                "dataset",
                "create",
                "d",
                "--report",
                DETAIL,
                "--account",
                "app",
                "--days-back",
                "5",
            ],
            more,
        ]
        .concat()
    };
    fails(
        &home,
        &create(&["--update", "upsert", "--key", "user_principal_nam"]),
        2,
        "arguments",
        "did you mean 'user_principal_name'?",
    );
    fails(
        &home,
        &create(&["--update", "append", "--key", "user_principal_name"]),
        2,
        "arguments",
        "a key is for upsert",
    );
    fails(
        &home,
        &create(&["--update", "overwrite"]),
        2,
        "arguments",
        "replace, append, upsert, partition",
    );
    fails(
        &home,
        &create(&["--account", "nobody"]),
        2,
        "arguments",
        "'nobody'",
    );
    let nameless = [
        "dataset",
        "create",
        "  ",
        "--report",
        DETAIL,
        "--account",
        "app",
        "--days-back",
        "5",
    ];
    fails(&home, &nameless, 2, "arguments", "name");
    home.ok(&create(&[]));
    fails(&home, &create(&[]), 2, "arguments", "'d'");
    assert_eq!(asked(&sim), [""; 0]);
    assert_eq!(
        home.ok(&["dataset", "list", "--json"])
            .json()
            .as_array()
            .map(Vec::len),
        Some(1)
    );
}

#[test]
fn a_question_that_is_wrong() {
    let (home, _sim) = home();
    home.ok(&[
        "dataset",
        "create",
        "mail",
        "--report",
        DETAIL,
        "--account",
        "app",
        "--days-back",
        "5",
        "--run",
    ]);
    let cases: &[(&str, &str)] = &[
        ("SELECT send_cont FROM mail", "did you mean"),
        ("SELECT * FROM mial", "mial"),
        ("SELEC 1", "SELEC"),
        ("SELECT (1", ""),
        ("DROP TABLE mail", ""),
        ("INSERT INTO mail SELECT * FROM mail", ""),
        ("DELETE FROM mail", ""),
        (
            "CREATE EXTERNAL TABLE t STORED AS CSV LOCATION '/etc/passwd'",
            "",
        ),
        ("COPY mail TO 'out.csv'", ""),
        ("SELECT 1; SELECT 2", ""),
    ];
    let rows = content(&home.export("mail"));
    for (sql, says) in cases {
        let ended = fails(&home, &["query", sql], 1, "sql", says);
        assert!(ended.stderr.lines().count() <= 3, "{sql}: {}", ended.stderr);
    }
    let divided = home.run(&[
        "query",
        "SELECT send_count / 0 FROM mail",
        "--format",
        "csv",
    ]);
    assert_eq!(divided.code, 1, "{divided:?}");
    assert_eq!(content(&home.export("mail")), rows);
    assert!(!home.beside("out.csv").exists());
}

#[test]
fn places_that_cannot_be_written() {
    let (home, _sim) = home();
    let pull = |file: &str| {
        home.run(&[
            "pull",
            DETAIL,
            "--account",
            "app",
            "--days-back",
            "5",
            "--output",
            file,
        ])
    };
    let missing = pull("no/such/folder/out.csv");
    missing
        .with_code(2)
        .saying("the folder no/such/folder of no/such/folder/out.csv does not exist");
    assert!(!home.beside("no").exists());
    home.write_beside("file", "");
    pull("file/out.csv")
        .with_code(2)
        .saying("file is not a folder");
    fs::create_dir(home.beside("folder.csv")).expect("a folder");
    pull("folder.csv").with_code(2).saying("folder.csv");
    pull("/dev/full").with_code(1).saying("full");
    let before = home.write_beside("kept.csv", "as it was");
    home.run(&["query", "SELECT * FROM nothing", "--output", &before])
        .with_code(1);
    assert_eq!(fs::read_to_string(&before).expect("the file"), "as it was");
}

#[test]
fn standard_output_that_ends_early_or_is_full() {
    let (home, _sim) = home();
    let pull = [
        "pull",
        DETAIL,
        "--account",
        "app",
        "--period",
        "D180",
        "--format",
        "csv",
    ];
    let full = fs::OpenOptions::new()
        .write(true)
        .open("/dev/full")
        .expect("a device");
    let child = home
        .command(&pull)
        .stdout(full)
        .spawn()
        .expect("the program");
    crate::home::finish(child).with_code(1).saying("full");
    let mut child = home.command(&pull).spawn().expect("the program");
    drop(child.stdout.take());
    let ended = crate::home::finish(child);
    assert!(!ended.stderr.contains("error"), "{ended:?}");
}

#[test]
fn a_home_that_is_no_folder() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("file");
    fs::write(&file, "not a folder").expect("a file");
    for home in [file.clone(), file.join("below")] {
        let run = |more: &[&str]| {
            let output = Command::new(EXMETRICS)
                .env_clear()
                .arg("--home")
                .arg(&home)
                .args(["account", "list"])
                .args(more)
                .output()
                .expect("the program");
            (
                output.status.code(),
                String::from_utf8(output.stderr).expect("text"),
            )
        };
        let (code, said) = run(&[]);
        assert!(code == Some(1) || code == Some(2), "{code:?} {said}");
        assert!(
            said.starts_with("error: ") && said.contains(&file.display().to_string()),
            "{said}"
        );
        let (_, said) = run(&["--json"]);
        let value: Value = serde_json::from_str(said.trim()).expect("JSON");
        assert!(value["error"]["message"].is_string());
    }
    assert_eq!(fs::read_to_string(&file).expect("the file"), "not a folder");
    assert_eq!(fs::read_dir(folder.path()).expect("a folder").count(), 1);
}

#[test]
fn a_control_database_that_is_damaged_or_newer() {
    let (home, _sim) = home();
    home.ok(&[
        "dataset",
        "create",
        "d",
        "--report",
        DETAIL,
        "--account",
        "app",
        "--days-back",
        "5",
        "--run",
    ]);
    control::change(
        &home,
        &["UPDATE schema_version SET version = version + 1000"],
    );
    for words in [
        &["account", "list"][..],
        &["dataset", "run", "d"],
        &["query", "SELECT 1"],
    ] {
        let ended = home.run(words).with_code(1);
        let ended = ended.saying("newer version of exmetrics");
        assert_eq!(ended.stderr.lines().count(), 1, "{}", ended.stderr);
    }
    control::change(
        &home,
        &["UPDATE schema_version SET version = version - 1000"],
    );
    home.ok(&["dataset", "show", "d"]);

    let database = home.path().join("control.db");
    for name in ["control.db-wal", "control.db-shm"] {
        let _ = fs::remove_file(home.path().join(name));
    }
    let whole = fs::read(&database).expect("the database");
    let damages: [(&str, Vec<u8>); 3] = [
        (
            "text",
            b"this was a database once, and now it is not any more".repeat(100),
        ),
        ("cut", whole[..whole.len() / 2 + 100].to_vec()),
        (
            "zeros",
            [&whole[..100], &vec![0; whole.len() - 100]].concat(),
        ),
    ];
    for (what, damage) in damages {
        fs::write(&database, &damage).expect("a file");
        let ended = home.run(&["dataset", "run", "d", "--json"]);
        assert_eq!(ended.code, 1, "{what}: {ended:?}");
        let message = ended.error()["message"]
            .as_str()
            .expect("a sentence")
            .to_owned();
        assert!(
            message.contains("damaged") && message.contains("control.db"),
            "{what}: {message}"
        );
        assert_eq!(
            fs::read(&database).expect("the file").len(),
            damage.len(),
            "{what}: changed"
        );
        for name in ["control.db-wal", "control.db-shm"] {
            let _ = fs::remove_file(home.path().join(name));
        }
    }
    fs::write(&database, &whole).expect("the database");
    home.ok(&["dataset", "show", "d"]);
    assert!(!home.export("d").is_empty());
}

#[test]
fn a_lost_or_other_key() {
    let (home, sim) = home();
    home.ok(&["account", "check", "app"]);
    let key = home.path().join("key");
    let own = fs::read(&key).expect("the key");
    fs::remove_file(&key).expect("the key");
    let pull = [
        "pull",
        "email-activity-counts",
        "--account",
        "app",
        "--period",
        "D7",
    ];
    home.run(&pull).with_code(4).saying("key");
    let said = home.run(&["account", "list"]).with_code(4);
    said.saying("is missing").saying("Put the file");
    assert!(!key.exists(), "a lost key is not made anew");
    let put_back = |content: &[u8]| {
        use std::os::unix::fs::PermissionsExt as _;
        fs::write(&key, content).expect("a file");
        fs::set_permissions(&key, fs::Permissions::from_mode(0o600)).expect("a file");
    };
    put_back(b"nonsense");
    let nonsense = home.run(&pull);
    assert!(matches!(nonsense.code, 1 | 2 | 4), "{nonsense:?}");
    nonsense.saying("key");
    put_back(&own);
    home.ok(&pull);
    assert_eq!(sim.leaks(), []);
}

#[test]
fn a_key_from_the_systems_keyring() {
    // Any command that prints it: `secret-tool lookup service exmetrics` on a desktop.
    let sim = crate::tenant::tenant();
    let mut home = Home::new();
    let key = home.write_beside("keyring", "S0tLS0tLS0tLS0tLS0tLS0tLS0tLS0tLS0tLS0tLS0s=\n");
    home.set("EXMETRICS_KEY_COMMAND", &format!("cat '{key}'"));
    home.add_account("app", &sim);
    home.ok(&["account", "check", "app"]);
    assert!(!home.path().join("key").exists(), "no other key is made");
    home.set("EXMETRICS_KEY_COMMAND", "echo it is locked >&2; exit 3");
    home.run(&["account", "check", "app"])
        .with_code(4)
        .saying("it is locked")
        .saying("EXMETRICS_KEY_COMMAND");
}

#[test]
fn settings_that_mean_nothing() {
    let home = Home::new();
    for (name, value) in [
        ("EXMETRICS_NOW", "yesterday"),
        ("EXMETRICS_QUOTA_REQUESTS", "many"),
        ("EXMETRICS_QUOTA_REQUESTS", "0"),
        ("EXMETRICS_QUOTA_WINDOW", "soon"),
        ("EXMETRICS_TRIES", "-1"),
        ("EXMETRICS_KEY", "short"),
        ("EXMETRICS_LOG", "exmetrics=loudly"),
    ] {
        let mut command = home.command(&["account", "list"]);
        let ended = crate::home::finish(command.env(name, value).spawn().expect("the program"));
        assert!(matches!(ended.code, 1 | 2 | 4), "{name}={value}: {ended:?}");
        assert!(
            ended.stderr.starts_with("error: "),
            "{name}={value}: {ended:?}"
        );
        assert_eq!(ended.stdout, "", "{name}={value}");
    }
    fs::create_dir_all(home.path()).expect("a folder");
    fs::write(home.path().join("exmetrics.toml"), "quota_request = 3\n").expect("a file");
    home.run(&["account", "list"])
        .with_code(2)
        .saying("exmetrics.toml")
        .saying("quota_request");
}

#[test]
fn a_table_that_is_gone_damaged_or_newer() {
    let (home, _sim) = home();
    let create = |name: &str| {
        home.ok(&[
            "dataset",
            "create",
            name,
            "--report",
            DETAIL,
            "--account",
            "app",
            "--days-back",
            "5",
            "--run",
        ]);
        let shown = home.ok(&["dataset", "show", name, "--json"]).json();
        std::path::PathBuf::from(shown["location"].as_str().expect("a folder"))
    };
    create("fine");
    let newer = create("newer");
    let log = newer.join("_delta_log").join("00000000000000000002.json");
    let protocol = r#"{"protocol":{"minReaderVersion":99,"minWriterVersion":99}}"#;
    fs::write(log, format!("{protocol}\n")).expect("a commit");
    let preview = home.run(&["dataset", "preview", "newer"]).with_code(1);
    assert_eq!(
        preview
            .stderr
            .lines()
            .filter(|line| line.starts_with("error: "))
            .count(),
        1
    );
    home.run(&["dataset", "run", "newer", "--full"])
        .with_code(1);
    let gone = create("gone");
    fs::remove_dir_all(&gone).expect("a folder");
    home.run(&["dataset", "preview", "gone"]).with_code(1);
    // The others can still be asked.
    assert!(!home.export("fine").is_empty());
    let list = home.ok(&["dataset", "list", "--json"]).json();
    assert_eq!(list.as_array().map(Vec::len), Some(3));
}

/// A file system of a few megabytes, gone with the test.
struct SmallDisk(std::path::PathBuf);

impl SmallDisk {
    fn mount(at: &std::path::Path, size: &str) -> Option<Self> {
        fs::create_dir_all(at).expect("a folder");
        let size = format!("size={size}");
        let mounted = Command::new("mount")
            .args(["-t", "tmpfs", "-o", &size, "tmpfs"])
            .arg(at)
            .output();
        mounted
            .is_ok_and(|output| output.status.success())
            .then(|| Self(at.to_owned()))
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg(&self.0).output();
    }
}

#[test]
fn a_full_disk() {
    let sim = tenant();
    let range = ["--from-days-back", "9", "--to-days-back", "5"];
    let create = [
        "dataset",
        "create",
        "d",
        "--report",
        DETAIL,
        "--account",
        "app",
    ];
    let create = [&create[..], &range].concat();
    let undisturbed = Home::new();
    undisturbed.add_account("app", &sim);
    undisturbed.ok(&[&create[..], &["--run"]].concat());
    // Room for nothing, for the database, for some of the replies, for some of the tables.
    for kilobytes in [0, 40, 80, 160, 320] {
        let home = Home::new();
        let Some(disk) = SmallDisk::mount(&home.path(), "3m") else {
            tell("left out: this machine lets nobody mount a small disk");
            return;
        };
        home.add_account("app", &sim);
        home.ok(&create);
        let filler = disk.0.join("filler");
        fill(&filler, kilobytes * 1024);
        let ended = home.run(&["dataset", "run", "d"]);
        assert!(matches!(ended.code, 0 | 1 | 3), "{kilobytes} kB: {ended:?}");
        assert!(
            !ended.stderr.contains("panicked"),
            "{kilobytes} kB: {ended:?}"
        );
        if ended.code != 0 {
            let said = ended.stderr.to_lowercase();
            let full = said.contains("full") || said.contains("no space");
            assert!(full, "{kilobytes} kB: {ended:?}");
        }
        fs::remove_file(&filler).expect("the filler");
        home.ok(&["dataset", "run", "d"]);
        let rows = content(&home.export("d"));
        assert_eq!(
            rows,
            content(&undisturbed.export("d")),
            "{kilobytes} kB: {ended:?}"
        );
        drop(disk);
    }
}

/// Fills a disk up to some bytes.
fn fill(filler: &std::path::Path, room: usize) {
    let mut bytes: Vec<u8> = Vec::new();
    let mut more = 2_000_000;
    while more > 512 {
        let mut longer = bytes.clone();
        longer.resize(bytes.len() + more, 7);
        if fs::write(filler, &longer).is_ok() {
            bytes = longer;
        } else {
            more /= 2;
        }
    }
    bytes.truncate(bytes.len().saturating_sub(room));
    fs::write(filler, bytes).expect("a shorter file");
}

#[test]
fn words_that_nobody_meant_leave_no_home() {
    let home = Home::new();
    for words in [
        &["frobnicate"][..],
        &["pull"],
        &["report", "show", "nothing"],
        &["--version"],
        &["report", "list"],
    ] {
        home.run(words);
        assert!(!home.path().exists(), "{words:?}");
    }
    let arguments: Vec<String> = ["completions", "bash"].map(str::to_owned).to_vec();
    assert!(home.ok(&as_strs(&arguments)).stdout.contains("exmetrics"));
}
