//! The tests: what they need, then `cargo test`, then one line of summary.

use std::{
    io::{BufRead, BufReader, Write},
    process::{Command, Stdio},
    time::Instant,
};

use crate::{
    Failure,
    arguments::TestChoice,
    process,
    python::{self, Readers},
};

/// Where a test finds the Python that has the readers. Without it those tests are left out.
pub(crate) const PYTHON_VARIABLE: &str = "EXMETRICS_TEST_PYTHON";

pub(crate) fn run(choice: &TestChoice) -> Result<(), Failure> {
    let began = Instant::now();
    let readers = python::readers(choice.no_install)?;
    let mut command = command(choice);
    match readers.python() {
        Some(python) => command.env(PYTHON_VARIABLE, python),
        None => command.env_remove(PYTHON_VARIABLE),
    };
    let (counted, passed) = run_and_count(&mut command)?;
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

fn command(choice: &TestChoice) -> Command {
    let mut command = process::cargo();
    command.arg("test");
    if choice.crates.is_empty() {
        command.arg("--workspace");
    }
    for name in &choice.crates {
        command.args(["-p", name]);
    }
    command.arg("--locked");
    if !choice.for_tests.is_empty() {
        command.arg("--").args(&choice.for_tests);
    }
    command
}

/// What all test programs together said.
#[derive(Debug, Default, PartialEq, Eq)]
struct Counted {
    programs: u64,
    passed: u64,
    failed: u64,
    ignored: u64,
}

impl Counted {
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
        assert!(process::said(&command(&one)).ends_with("test -p one --locked -- --exact"));
        let all = TestChoice::default();
        assert!(process::said(&command(&all)).ends_with("test --workspace --locked"));
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
