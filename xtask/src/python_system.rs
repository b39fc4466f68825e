//! Python itself: one that is there, or the distribution's.

use std::{path::PathBuf, process::Command};

use crate::{Failure, apt, process};

/// What the readers ask for.
const LEAST: (u32, u32) = (3, 11);

/// Succeeds where the interpreter can make virtual environments, and prints its version.
const PROBE: &str = "import ensurepip, sys, venv; print('%d %d' % sys.version_info[:2])";

/// Where Python may be: as the person set it up, then by version, then the distribution's.
const CANDIDATES: [&str; 6] = [
    "python3",
    "python3.14",
    "python3.13",
    "python3.12",
    "python3.11",
    "/usr/bin/python3",
];

/// A Python that can make virtual environments.
pub(crate) fn find_or_install() -> Result<PathBuf, Failure> {
    if let Some(python) = find() {
        return Ok(python);
    }
    let (major, minor) = LEAST;
    let needed = format!("Python {major}.{minor} or newer with its venv module");
    let what_for = format!("the tests need {needed}, which is not here");
    match apt::install(&["python3", "python3-venv"], &what_for) {
        Some(installed) => installed.map_err(|why| format!("{why}; {}", advice()))?,
        None => return Err(format!("the tests need {needed}; {}", advice())),
    }
    find().ok_or_else(|| format!("the distribution's Python is not {needed}; {}", advice()))
}

fn find() -> Option<PathBuf> {
    CANDIDATES.into_iter().map(PathBuf::from).find(|python| {
        process::ask(Command::new(python).args(["-c", PROBE]))
            .and_then(|version| read_version(&version))
            .is_some_and(|version| version >= LEAST)
    })
}

fn read_version(text: &str) -> Option<(u32, u32)> {
    let (major, minor) = text.split_once(' ')?;
    Some((major.parse().ok()?, minor.parse().ok()?))
}

fn advice() -> &'static str {
    if cfg!(target_os = "linux") {
        "install it yourself (Debian: sudo apt-get install python3 python3-venv) and start again, or \
         leave out what needs it: cargo xtask test --no-install"
    } else {
        "install it yourself and start again, or leave out what needs it: cargo xtask test --no-install"
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_compare_by_number() {
        assert!(read_version("3 9").is_some_and(|version| version < LEAST));
        assert!(read_version("3 14").is_some_and(|version| version >= LEAST));
        assert_eq!(read_version("Python"), None);
    }
}
