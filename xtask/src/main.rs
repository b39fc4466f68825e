//! The project's chores, as `cargo xtask WORD`: the tests with what they need, and what CI checks.
//!
//! | module | job |
//! |---|---|
//! | `arguments` | words and flags; the nearest one for a wrong one |
//! | `test` | what the tests need, then the tests, then one line of summary |
//! | `python` | an interpreter with the readers that the tests compare ours with |
//! | `python_system` | Python itself, where the machine has none |
//! | `postgres` | a server for the tests of the store |
//! | `apt` | Debian's packages |
//! | `ci` | format, lints, dependencies, tests |
//! | `deny` | cargo-deny, installed once |
//! | `process` | other programs, said before they are run |

#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a chore speaks to the person at the terminal"
)]

mod apt;
mod arguments;
mod ci;
mod deny;
mod postgres;
mod process;
mod project;
mod python;
mod python_system;
mod test;

use std::process::ExitCode;

use arguments::Chore;

/// Why a chore ended early, as sentences for the person who started it.
type Failure = String;

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let done = match arguments::read(&words) {
        Ok(Chore::Help) => {
            println!("{}", arguments::HELP);
            Ok(())
        }
        Ok(Chore::Test(choice)) => test::run(&choice),
        Ok(Chore::Ci(choice)) => ci::run(&choice),
        Err(wrong) => {
            eprintln!("xtask: {wrong}");
            return ExitCode::from(2);
        }
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => {
            eprintln!("xtask: {why}");
            ExitCode::FAILURE
        }
    }
}
