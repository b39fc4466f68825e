//! The tests: what they need, then `cargo test`, then one line of summary.

use std::{
    io::{BufRead, BufReader, Write},
    process::{Command, Stdio},
    time::Instant,
};

use crate::{
    Failure,
    arguments::TestChoice,
    postgres::{self, Server},
    process, project,
    python::{self, Readers},
};

/// Where a test finds the Python that has the readers. Without it those tests are left out.
pub(crate) const PYTHON_VARIABLE: &str = "EXMETRICS_TEST_PYTHON";

pub(crate) fn run(choice: &TestChoice) -> Result<(), Failure> {
    let began = Instant::now();
    let readers = python::readers(choice.no_install)?;
    let server = Server::start(choice.no_install)?;
    let mut command = command(choice);
    match readers.python() {
        Some(python) => command.env(PYTHON_VARIABLE, python),
        None => command.env_remove(PYTHON_VARIABLE),
    };
    // The suite of the store runs against a file here, and against the server afterwards; what needs
    // several processes finds the server by a name of its own.
    command.env_remove(postgres::VARIABLE);
    match &server {
        Some(server) => command.env(SERVICE_VARIABLE, server.url()),
        None => command.env_remove(SERVICE_VARIABLE),
    };
    let (mut counted, mut passed) = run_and_count(&mut command)?;
    if let Some(server) = &server
        && (choice.crates.is_empty() || choice.crates.iter().any(|name| name == STORE))
    {
        println!("== the store on PostgreSQL");
        let mut again = store_suite(choice)?;
        again
            .env(postgres::VARIABLE, server.url())
            .args(&choice.for_tests);
        let (more, fine) = run_and_count(&mut again)?;
        counted.add(&more);
        passed &= fine;
    }
    println!(
        "{}",
        summary(&counted, passed, &readers, began.elapsed().as_secs())
    );
    if passed {
        Ok(())
    } else {
        Err(format!("'{}' failed", process::said(&command)))
    }
}

/// The store's test program, as it was built just now.
fn store_suite(choice: &TestChoice) -> Result<Command, Failure> {
    let mut build = command(&TestChoice {
        for_tests: Vec::new(),
        ..choice.clone()
    });
    build.args(["--no-run", "--message-format", "json"]);
    let said = process::ask(&mut build).ok_or("the tests cannot be built")?;
    let of_store = |line: &&str| {
        line.contains("\"compiler-artifact\"")
            && line.contains(STORE)
            && line.contains("\"name\":\"it\"")
    };
    let program = said
        .lines()
        .find(of_store)
        .and_then(|line| line.split_once("\"executable\":\""))
        .and_then(|(_, rest)| rest.split('"').next())
        .ok_or("cargo does not say where the store's tests are")?;
    let mut suite = Command::new(program);
    suite.current_dir(project::root().join("crates/store"));
    Ok(suite)
}

fn command(choice: &TestChoice) -> Command {
    let mut command = process::cargo();
    command.arg("test");
    if choice.crates.is_empty() {
        command.arg("--workspace");
    }
    for name in &choice.crates {
        command.args(["-p", name]);
    }
    // All that is wrong is told at once.
    command.args(["--locked", "--no-fail-fast"]);
    if !choice.for_tests.is_empty() {
        command.arg("--").args(&choice.for_tests);
    }
    command
}

/// The crate whose suite runs twice.
const STORE: &str = "exmetrics-store";

/// Where tests of several processes find a server.
const SERVICE_VARIABLE: &str = "EXMETRICS_TEST_POSTGRES_FOR_SERVICE";

/// What all test programs together said.
#[derive(Debug, Default, PartialEq, Eq)]
struct Counted {
    programs: u64,
    passed: u64,
    failed: u64,
    ignored: u64,
}

impl Counted {
    fn add(&mut self, more: &Self) {
        self.programs += more.programs;
        self.passed += more.passed;
        self.failed += more.failed;
        self.ignored += more.ignored;
    }

    /// Reads one line of output; only a test program's last one counts:
    /// `test result: ok. 3 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out; ...`.
    fn read(&mut self, line: &str) {
        let Some((_, counts)) = line
            .strip_prefix("test result: ")
            .and_then(|rest| rest.split_once(". "))
        else {
            return;
        };
        self.programs += 1;
        for part in counts.split(';') {
            let mut words = part.split_whitespace();
            let (Some(Ok(number)), Some(kind)) =
                (words.next().map(str::parse::<u64>), words.next())
            else {
                continue;
            };
            match kind {
                "passed" => self.passed += number,
                "failed" => self.failed += number,
                "ignored" => self.ignored += number,
                _ => {}
            }
        }
    }
}

fn run_and_count(command: &mut Command) -> Result<(Counted, bool), Failure> {
    println!("+ {}", process::said(command));
    let mut child = command
        .stdout(Stdio::piped())
        .spawn()
        .map_err(|error| process::unstarted(command, &error))?;
    let mut counted = Counted::default();
    if let Some(output) = child.stdout.take() {
        let mut lines = BufReader::new(output);
        let mut line = Vec::new();
        while lines
            .read_until(b'\n', &mut line)
            .is_ok_and(|length| length > 0)
        {
            // A reader of ours that went away is no reason to stop the tests.
            let _ = std::io::stdout().write_all(&line);
            counted.read(&String::from_utf8_lossy(&line));
            line.clear();
        }
    }
    let status = child
        .wait()
        .map_err(|error| process::unstarted(command, &error))?;
    Ok((counted, status.success()))
}

fn summary(counted: &Counted, passed: bool, readers: &Readers, seconds: u64) -> String {
    let Counted {
        programs,
        passed: fine,
        failed,
        ignored,
    } = counted;
    let word = if passed { "passed" } else { "FAILED" };
    format!(
        "tests {word}: {fine} passed, {failed} failed, {ignored} ignored in {programs} test programs, \
         {} min {} s; {readers}",
        seconds / 60,
        seconds % 60
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_of_several_programs_add_up() {
        let mut counted = Counted::default();
        for line in [
            "running 4 tests",
            "test a::b ... ok",
            "test result: ok. 3 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out; finished in 0.1s",
            "test result: FAILED. 1 passed; 2 failed; 0 ignored; 0 measured; 5 filtered out",
        ] {
            counted.read(line);
        }
        assert_eq!(
            counted,
            Counted {
                programs: 2,
                passed: 4,
                failed: 2,
                ignored: 1
            }
        );
    }

    #[test]
    fn one_crate_is_tested_without_the_workspace() {
        let one = TestChoice {
            crates: vec!["one".into()],
            for_tests: vec!["--exact".into()],
            ..TestChoice::default()
        };
        assert!(
            process::said(&command(&one))
                .ends_with("test -p one --locked --no-fail-fast -- --exact")
        );
        let all = TestChoice::default();
        assert!(
            process::said(&command(&all)).ends_with("test --workspace --locked --no-fail-fast")
        );
    }

    #[test]
    fn the_summary_says_what_was_left_out() {
        let counted = Counted {
            programs: 2,
            passed: 4,
            failed: 0,
            ignored: 1,
        };
        let line = summary(&counted, true, &Readers::LeftOut, 75);
        assert!(line.starts_with("tests passed: 4 passed, 0 failed, 1 ignored in 2 test programs"));
        assert!(line.contains("1 min 15 s"), "{line}");
        assert!(line.contains("left out"), "{line}");
    }
}
