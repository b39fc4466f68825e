//! Words and flags of the command line.

pub(crate) const HELP: &str = "\
cargo xtask test [--no-install] [-p CRATE]... [-- ARGUMENTS]
    Runs the tests. First installs what they need and the machine lacks, and says so: Python 3 and,
    in target/test-python, the readers of tests-python/requirements.txt.
      --no-install    install nothing; tests without their reader say that they were left out
      -p CRATE        the tests of one crate; may be repeated
      -- ARGUMENTS    for the test programs, for example a part of a test's name

cargo xtask ci [--no-install] [--advisories]
    What has to pass before a change is taken: format, lints, dependencies, tests.
      --no-install    install nothing; leaves out cargo-deny if it is not there
      --advisories    also ask the RustSec database, which is fetched with git

cargo xtask help
    This text.

CARGO_TARGET_DIR         where builds, and the readers, go instead of target
EXMETRICS_TEST_PYTHON    a Python that has the readers already: nothing is installed
EXMETRICS_TOOLS_CACHE    where cargo-deny is kept (default ~/.cache/exmetrics-tools)";

/// What to do.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Chore {
    Help,
    Test(TestChoice),
    Ci(CiChoice),
}

/// Flags of `test`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct TestChoice {
    pub(crate) no_install: bool,
    pub(crate) crates: Vec<String>,
    pub(crate) for_tests: Vec<String>,
}

/// Flags of `ci`.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct CiChoice {
    pub(crate) no_install: bool,
    pub(crate) advisories: bool,
}

/// Reads the command line; an error is a sentence.
pub(crate) fn read(words: &[String]) -> Result<Chore, String> {
    let Some((chore, flags)) = words.split_first() else {
        return Ok(Chore::Help);
    };
    match chore.as_str() {
        "test" => read_test(flags),
        "ci" => read_ci(flags),
        "help" | "--help" | "-h" => Ok(Chore::Help),
        other => Err(unknown("chore", other, &["test", "ci", "help"])),
    }
}

fn read_test(flags: &[String]) -> Result<Chore, String> {
    let mut choice = TestChoice::default();
    let mut flags = flags.iter();
    while let Some(flag) = flags.next() {
        match flag.as_str() {
            "--no-install" => choice.no_install = true,
            "-p" | "--package" => match flags.next() {
                Some(name) if !name.starts_with('-') => choice.crates.push(name.clone()),
                _ => return Err(format!("'{flag}' needs the name of a crate after it")),
            },
            "--" => choice.for_tests = flags.by_ref().cloned().collect(),
            "--help" | "-h" => return Ok(Chore::Help),
            other => {
                let known = ["--no-install", "--package", "-p", "--", "--help"];
                return Err(unknown("flag of 'test'", other, &known));
            }
        }
    }
    Ok(Chore::Test(choice))
}

fn read_ci(flags: &[String]) -> Result<Chore, String> {
    let mut choice = CiChoice::default();
    for flag in flags {
        match flag.as_str() {
            "--no-install" => choice.no_install = true,
            "--advisories" => choice.advisories = true,
            "--help" | "-h" => return Ok(Chore::Help),
            other => {
                let known = ["--no-install", "--advisories", "--help"];
                return Err(unknown("flag of 'ci'", other, &known));
            }
        }
    }
    Ok(Chore::Ci(choice))
}

fn unknown(kind: &str, word: &str, known: &[&str]) -> String {
    let nearest = known.iter().map(|name| (distance(word, name), *name)).min();
    // A word that shares no letter with the nearest was not meant to be it.
    let hint = match nearest.filter(|(changes, _)| *changes < word.chars().count()) {
        Some((_, name)) => format!("did you mean '{name}'?"),
        None => format!("there are {}", known.join(", ")),
    };
    format!("there is no {kind} '{word}'; {hint} (more: cargo xtask help)")
}

/// How many letters must be changed, added or left out to make one word of the other.
fn distance(one: &str, other: &str) -> usize {
    let other: Vec<char> = other.chars().collect();
    let mut above: Vec<usize> = (0..=other.len()).collect();
    for (row, letter) in one.chars().enumerate() {
        let mut line = vec![row + 1];
        for (column, other_letter) in other.iter().enumerate() {
            let changed = above[column] + usize::from(letter != *other_letter);
            line.push(changed.min(above[column + 1] + 1).min(line[column] + 1));
        }
        above = line;
    }
    above[other.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(line: &str) -> Vec<String> {
        line.split_whitespace().map(str::to_owned).collect()
    }

    #[test]
    fn flags_are_read_and_everything_after_the_dashes_is_passed_on() {
        let chore = read(&words("test --no-install -p one -p two -- --exact -p")).unwrap();
        let expected = TestChoice {
            no_install: true,
            crates: words("one two"),
            for_tests: words("--exact -p"),
        };
        assert_eq!(chore, Chore::Test(expected));
        let chore = read(&words("ci --advisories")).unwrap();
        assert_eq!(
            chore,
            Chore::Ci(CiChoice {
                no_install: false,
                advisories: true
            })
        );
    }

    #[test]
    fn no_word_at_all_is_a_call_for_help() {
        assert_eq!(read(&[]).unwrap(), Chore::Help);
        assert_eq!(read(&words("ci --help")).unwrap(), Chore::Help);
    }

    #[test]
    fn a_crate_flag_needs_its_crate() {
        for line in ["test -p", "test -p --no-install"] {
            assert!(
                read(&words(line))
                    .unwrap_err()
                    .contains("needs the name of a crate")
            );
        }
    }

    #[test]
    fn the_distance_counts_single_letters() {
        assert_eq!(distance("test", "test"), 0);
        assert_eq!(distance("tst", "test"), 1);
        assert_eq!(distance("", "ci"), 2);
        assert_eq!(distance("kitten", "sitting"), 3);
    }
}
