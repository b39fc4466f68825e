//! cargo-deny: licences, duplicates, unwanted crates and sources, by `deny.toml`.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use crate::{Failure, arguments::CiChoice, process, project};

const VERSION: &str = "0.20.2";

/// Checks the dependencies. The advisory database is a git repository that no crate registry serves, so
/// a machine that can build may not reach it: it is asked only on request.
pub(crate) fn check(choice: &CiChoice) -> Result<(), Failure> {
    let Some(tool) = find_or_install(choice.no_install)? else {
        println!("xtask: cargo-deny {VERSION} is not installed; dependencies are not checked");
        return Ok(());
    };
    let mut command = process::in_project(tool);
    command.args(["--locked", "check", "--hide-inclusion-graph"]);
    command.args(["bans", "licenses", "sources"]);
    if choice.advisories {
        command.arg("advisories");
    }
    process::run(&mut command)
}

fn find_or_install(no_install: bool) -> Result<Option<PathBuf>, Failure> {
    let name = format!("cargo-deny{}", std::env::consts::EXE_SUFFIX);
    let root = cache().join(format!("cargo-deny-{VERSION}"));
    let ours = root.join("bin").join(&name);
    let on_path = std::env::var_os("PATH").unwrap_or_default();
    let on_path = std::env::split_paths(&on_path).map(|folder| folder.join(&name));
    if let Some(tool) = on_path.chain([ours.clone()]).find(|tool| is_right(tool)) {
        return Ok(Some(tool));
    }
    if no_install {
        return Ok(None);
    }
    // Another clone may be at it.
    let _one_at_a_time = process::lock(&root.join("lock"))?;
    if !is_right(&ours) {
        install(&root)?;
    }
    Ok(Some(ours))
}

fn install(root: &Path) -> Result<(), Failure> {
    println!(
        "xtask: cargo-deny {VERSION} checks the dependencies' licences and sources, and is not here; \
         building it once into {}",
        root.display()
    );
    let build = root.join("build");
    let mut install = process::cargo();
    install.args(["install", "--quiet", "--locked", "--force", "cargo-deny"]);
    install.args(["--version", VERSION]);
    install
        .arg("--root")
        .arg(root)
        .arg("--target-dir")
        .arg(&build);
    // Its own settings make the smallest and fastest program; here it runs for two seconds.
    install.env("CARGO_PROFILE_RELEASE_LTO", "off");
    install.env("CARGO_PROFILE_RELEASE_CODEGEN_UNITS", "16");
    install.env("CARGO_PROFILE_RELEASE_OPT_LEVEL", "1");
    process::run(&mut install)?;
    let _ = fs::remove_dir_all(&build);
    Ok(())
}

fn is_right(tool: &Path) -> bool {
    tool.is_file()
        && process::ask(Command::new(tool).arg("--version"))
            .is_some_and(|version| version.split_whitespace().last() == Some(VERSION))
}

/// A folder outside the clone, so that the next clone finds the tool; inside it where that is not
/// to be had.
fn cache() -> PathBuf {
    project::set("EXMETRICS_TOOLS_CACHE")
        .or_else(|| Some(project::set("HOME")?.join(".cache").join("exmetrics-tools")))
        .filter(|folder| can_write(folder))
        .unwrap_or_else(|| project::target().join("tools"))
}

fn can_write(folder: &Path) -> bool {
    let probe = folder.join(format!(".probe-{}", std::process::id()));
    let written = fs::create_dir_all(folder).and_then(|()| fs::write(&probe, b""));
    let _ = fs::remove_file(&probe);
    written.is_ok()
}
