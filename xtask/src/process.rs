//! Other programs: said before they are run, and an end other than success is a sentence. What only one
//! of them at a time may do waits for a lock.

use std::{
    env,
    ffi::OsStr,
    fs::{self, File},
    path::Path,
    process::{Command, Stdio},
};

use crate::{Failure, project};

/// A cargo command in the root of the clone.
pub(crate) fn cargo() -> Command {
    in_project(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
}

/// A command in the root of the clone that is, or calls, cargo.
pub(crate) fn in_project(program: impl AsRef<OsStr>) -> Command {
    let mut command = Command::new(program);
    command.current_dir(project::root());
    // `cargo run` describes xtask's own package to xtask. Passed on, that would change what build
    // scripts see, and everything above them would be built again.
    for (name, _) in env::vars_os() {
        let text = name.to_string_lossy();
        let of_xtask = [
            "CARGO_PKG_",
            "CARGO_MANIFEST_",
            "CARGO_BIN_",
            "CARGO_CRATE_",
        ];
        if of_xtask.iter().any(|start| text.starts_with(start)) || text == "OUT_DIR" {
            command.env_remove(&name);
        }
    }
    command
}

/// The command as it could be typed.
pub(crate) fn said(command: &Command) -> String {
    let program = Path::new(command.get_program());
    let program = program.file_name().unwrap_or(program.as_os_str());
    let words = std::iter::once(program).chain(command.get_args());
    words
        .map(OsStr::to_string_lossy)
        .collect::<Vec<_>>()
        .join(" ")
}

/// Says the command and runs it, with its output on this terminal.
pub(crate) fn run(command: &mut Command) -> Result<(), Failure> {
    println!("+ {}", said(command));
    let status = command
        .status()
        .map_err(|error| unstarted(command, &error))?;
    if status.success() {
        Ok(())
    } else {
        Err(format!("'{}' failed ({status})", said(command)))
    }
}

/// Runs a command without a word; its standard output if it succeeds.
pub(crate) fn ask(command: &mut Command) -> Option<String> {
    let output = command
        .stdin(Stdio::null())
        .stderr(Stdio::null())
        .output()
        .ok()?;
    output
        .status
        .success()
        .then(|| String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

pub(crate) fn unstarted(command: &Command, error: &std::io::Error) -> Failure {
    format!("'{}' cannot be started: {error}", said(command))
}

/// Waits until no other run holds this file. Given back when the answer is dropped.
pub(crate) fn lock(path: &Path) -> Result<File, Failure> {
    let failed = |error| format!("{} cannot be written: {error}", path.display());
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder).map_err(failed)?;
    }
    let file = File::create(path).map_err(failed)?;
    if file.try_lock().is_err() {
        println!(
            "xtask: waiting for another run that holds {}",
            path.display()
        );
        file.lock().map_err(failed)?;
    }
    Ok(file)
}
