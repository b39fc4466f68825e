//! Debian's packages, where they may be installed without a question.

use std::process::Command;

use crate::{Failure, process};

/// Whether we are root.
pub(crate) fn is_root() -> bool {
    process::ask(Command::new("id").arg("-u")).is_some_and(|id| id == "0")
}

/// Installs packages, saying what for. `None` where that is not allowed.
pub(crate) fn install(packages: &[&str], what_for: &str) -> Option<Result<(), Failure>> {
    let mut steps = commands(packages)?;
    println!("xtask: {what_for}; installing it with apt-get");
    Some(steps.iter_mut().try_for_each(process::run))
}

/// The commands that install packages; `None` where a person would be asked.
fn commands(packages: &[&str]) -> Option<[Command; 2]> {
    process::ask(Command::new("apt-get").arg("--version"))?;
    let is_root = is_root();
    if !is_root {
        process::ask(Command::new("sudo").args(["--non-interactive", "true"]))?;
    }
    let apt = |words: &[&str]| {
        let mut command = Command::new(if is_root { "env" } else { "sudo" });
        if !is_root {
            command.args(["--non-interactive", "env"]);
        }
        command
            .args(["DEBIAN_FRONTEND=noninteractive", "apt-get"])
            .args(words);
        command
    };
    let mut install = apt(&["install", "--quiet", "--yes", "--no-install-recommends"]);
    install.args(packages);
    Some([apt(&["update", "--quiet"]), install])
}
