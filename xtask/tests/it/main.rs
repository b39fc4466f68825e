//! The chores as they are typed.

#![expect(clippy::unwrap_used, reason = "a test may end by panicking")]

use std::process::{Command, Output};

fn xtask(words: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_xtask"))
        .args(words)
        .output()
        .unwrap()
}

#[test]
fn help_names_every_chore_and_flag() {
    let output = xtask(&["help"]);
    assert_eq!(output.status.code(), Some(0));
    let text = String::from_utf8(output.stdout).unwrap();
    for word in [
        "test",
        "ci",
        "help",
        "--no-install",
        "--advisories",
        "-p CRATE",
    ] {
        assert!(text.contains(word), "{word} is not in:\n{text}");
    }
}

#[test]
fn a_wrong_word_gets_the_nearest_and_code_2() {
    for (words, nearest) in [
        (&["tset"][..], "did you mean 'test'?"),
        (&["cii"], "'ci'"),
        (&["hlep"], "'help'"),
        (&["foo"], "there are test, ci, help"),
        (&["test", "--noinstall"], "'--no-install'"),
        (&["ci", "--advisory"], "'--advisories'"),
    ] {
        let output = xtask(words);
        assert_eq!(output.status.code(), Some(2), "{words:?}");
        assert!(output.stdout.is_empty(), "{words:?}");
        let text = String::from_utf8(output.stderr).unwrap();
        assert!(text.contains(nearest), "{words:?}: {text}");
        assert_eq!(text.lines().count(), 1, "{text}");
    }
}
