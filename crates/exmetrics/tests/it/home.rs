//! A home of its own for each test, and the program run in it.

use std::{
    fs,
    io::Write,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
};

use exmetrics_sim::Sim;
use secrecy::ExposeSecret;
use serde_json::Value;
use tempfile::TempDir;

use crate::tenant::NOW;

/// The program.
pub(crate) const EXMETRICS: &str = env!("CARGO_BIN_EXE_exmetrics");

/// How a command ended.
#[derive(Debug)]
pub(crate) struct Ended {
    /// The exit code; -1 for a process that was killed.
    pub(crate) code: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Ended {
    /// What stands on stdout, which must be one JSON value.
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.stdout)
            .unwrap_or_else(|error| panic!("no JSON on stdout ({error}): {self:?}"))
    }

    /// The error object on stderr, of which the last line must be one.
    pub(crate) fn error(&self) -> Value {
        let last = self.stderr.lines().last().unwrap_or_default();
        let value: Value = serde_json::from_str(last)
            .unwrap_or_else(|error| panic!("no JSON at the end of stderr ({error}): {self:?}"));
        value["error"].clone()
    }

    /// The rows of `--format jsonl`.
    pub(crate) fn rows(&self) -> Vec<Value> {
        let row = |line| serde_json::from_str(line).expect("a row");
        self.stdout.lines().map(row).collect()
    }

    /// The same, after a look at the exit code.
    #[track_caller]
    pub(crate) fn with_code(self, code: i32) -> Self {
        assert_eq!(
            self.code, code,
            "stdout: {}\nstderr: {}",
            self.stdout, self.stderr
        );
        self
    }

    /// The same, after a look for some words in what was said on stderr.
    #[track_caller]
    pub(crate) fn saying(self, words: &str) -> Self {
        assert!(
            self.stderr.contains(words),
            "not said: {words}\nstderr: {}",
            self.stderr
        );
        self
    }
}

/// A home, and beside it a folder for secrets and results.
pub(crate) struct Home {
    folder: TempDir,
    environment: Vec<(String, String)>,
    now: String,
}

impl Home {
    /// A home that is not there yet, whose clock starts at [`NOW`] and whose quota is generous.
    pub(crate) fn new() -> Self {
        let folder = tempfile::Builder::new()
            .prefix("exmetrics-it-")
            .tempdir()
            .expect("a folder");
        Self {
            folder,
            environment: Vec::new(),
            now: NOW.into(),
        }
        .with("EXMETRICS_QUOTA_REQUESTS", "1000000")
        .with("EXMETRICS_QUOTA_REQUESTS_JSON", "1000000")
        .with("EXMETRICS_TRIES", "1")
    }

    /// The same with a variable of the environment.
    pub(crate) fn with(mut self, name: &str, value: &str) -> Self {
        self.set(name, value);
        self
    }

    pub(crate) fn set(&mut self, name: &str, value: &str) {
        self.environment.retain(|(known, _)| known != name);
        self.environment.push((name.into(), value.into()));
    }

    /// Moves the program's clock.
    pub(crate) fn set_now(&mut self, now: &str) {
        self.now = now.into();
    }

    /// The home itself.
    pub(crate) fn path(&self) -> PathBuf {
        self.folder.path().join("home")
    }

    /// A path outside of the home.
    pub(crate) fn beside(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Writes a file outside of the home.
    pub(crate) fn write_beside(&self, name: &str, content: impl AsRef<[u8]>) -> String {
        let path = self.beside(name);
        fs::write(&path, content).expect("a file");
        path.display().to_string()
    }

    /// The program with this home, nothing of this machine's settings, and no terminal.
    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(EXMETRICS);
        command
            .env_clear()
            .env("EXMETRICS_NOW", &self.now)
            .env("TMPDIR", self.folder.path())
            .envs(self.environment.iter().map(|(name, value)| (name, value)))
            .arg("--home")
            .arg(self.path())
            .args(arguments)
            .current_dir(self.folder.path())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        command
    }

    /// Runs the program to its end.
    pub(crate) fn run(&self, arguments: &[&str]) -> Ended {
        finish(self.command(arguments).spawn().expect("the program"))
    }

    /// The same, with something on its standard input.
    pub(crate) fn run_with_input(&self, arguments: &[&str], input: &str) -> Ended {
        let mut child = self
            .command(arguments)
            .stdin(Stdio::piped())
            .spawn()
            .expect("the program");
        // Whoever does not read it closes the pipe.
        let _ = child
            .stdin
            .take()
            .expect("a pipe")
            .write_all(input.as_bytes());
        finish(child)
    }

    /// Runs the program, which must end with 0.
    #[track_caller]
    pub(crate) fn ok(&self, arguments: &[&str]) -> Ended {
        self.run(arguments).with_code(0)
    }

    /// The arguments that add the tenant's app as an account, with its secret in a file.
    pub(crate) fn add_arguments(&self, name: &str, sim: &Sim) -> Vec<String> {
        let secret = sim.client_secret().expect("a secret");
        let file = self.write_beside(&format!("{name}.secret"), secret.expose_secret());
        let mut arguments = app_arguments(name, sim);
        arguments.extend(["--client-secret-file".into(), file]);
        arguments
    }

    /// Adds the tenant's app as an account, unchecked.
    #[track_caller]
    pub(crate) fn add_account(&self, name: &str, sim: &Sim) {
        let mut arguments = self.add_arguments(name, sim);
        arguments.push("--no-check".into());
        self.ok(&as_strs(&arguments));
    }

    /// The rows of a DataSet's table, as JSON objects.
    #[track_caller]
    pub(crate) fn export(&self, dataset: &str) -> Vec<Value> {
        let sql = format!("SELECT * FROM \"{dataset}\"");
        self.ok(&["query", &sql, "--format", "jsonl"]).rows()
    }

    /// The versions of a DataSet that a run made, the newest first.
    #[track_caller]
    pub(crate) fn landings(&self, dataset: &str) -> Vec<Value> {
        let history = self.ok(&["dataset", "history", dataset, "--json"]).json();
        let versions = history.as_array().expect("a list").clone();
        versions
            .into_iter()
            .filter(|version| !version["run_id"].is_null())
            .collect()
    }

    /// Every file below the home, by its path from there.
    pub(crate) fn files(&self) -> Vec<String> {
        let mut files = Vec::new();
        walk(&self.path(), &mut |path| {
            let below = path.strip_prefix(self.path()).expect("below the home");
            files.push(below.display().to_string());
        });
        files.sort();
        files
    }
}

/// The arguments that name the tenant's app, but not how it proves itself.
pub(crate) fn app_arguments(name: &str, sim: &Sim) -> Vec<String> {
    [
        "account",
        "add",
        name,
        "--tenant",
        sim.tenant_id(),
        "--client-id",
        sim.client_id(),
        "--cloud",
        "custom",
        "--login-url",
        sim.login_url(),
        "--graph-url",
        sim.graph_url(),
    ]
    .map(str::to_owned)
    .to_vec()
}

/// Waits for a process and collects what it says.
pub(crate) fn finish(child: Child) -> Ended {
    let output = child.wait_with_output().expect("its end");
    Ended {
        code: output.status.code().unwrap_or(-1),
        stdout: String::from_utf8(output.stdout).expect("text on stdout"),
        stderr: String::from_utf8(output.stderr).expect("text on stderr"),
    }
}

pub(crate) fn as_strs(arguments: &[String]) -> Vec<&str> {
    arguments.iter().map(String::as_str).collect()
}

/// Calls `each` with every file below a folder.
pub(crate) fn walk(folder: &Path, each: &mut dyn FnMut(&Path)) {
    let Ok(entries) = fs::read_dir(folder) else {
        return;
    };
    for entry in entries.flatten() {
        let path = entry.path();
        if path.is_dir() {
            walk(&path, each);
        } else {
            each(&path);
        }
    }
}

/// Rows without what differs from run to run, as sorted texts.
pub(crate) fn content(rows: &[Value]) -> Vec<String> {
    let mut lines: Vec<String> = rows
        .iter()
        .map(|row| {
            let mut row = row.as_object().expect("a row").clone();
            row.retain(|name, _| !matches!(name.as_str(), "_run_id" | "_fetched_at"));
            Value::Object(row).to_string()
        })
        .collect();
    lines.sort();
    lines
}

/// Tells whoever runs the tests.
#[expect(
    clippy::print_stderr,
    reason = "a test that leaves something out says so"
)]
pub(crate) fn tell(line: &str) {
    eprintln!("{line}");
}
