//! What has to pass before a change is taken, the quickest first.

use std::time::Instant;

use crate::{
    Failure,
    arguments::{CiChoice, TestChoice},
    deny, process, test,
};

pub(crate) fn run(choice: &CiChoice) -> Result<(), Failure> {
    step("format", || {
        process::run(process::cargo().args(["fmt", "--all", "--check"]))
            .map_err(|why| format!("{why}; 'cargo fmt --all' puts it right"))
    })?;
    step("dependencies", || deny::check(choice))?;
    step("lints", || {
        let mut clippy = process::cargo();
        clippy.args(["clippy", "--workspace", "--all-targets", "--locked"]);
        process::run(clippy.args(["--", "-D", "warnings"]))
    })?;
    let tests = TestChoice {
        no_install: choice.no_install,
        ..TestChoice::default()
    };
    step("tests", || test::run(&tests))
}

fn step(name: &str, work: impl FnOnce() -> Result<(), Failure>) -> Result<(), Failure> {
    println!("== {name}");
    let began = Instant::now();
    work()?;
    println!("== {name}: fine, {} s", began.elapsed().as_secs());
    Ok(())
}
