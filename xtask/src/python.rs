//! The readers that the tests compare ours with: Python packages in a virtual environment of their own,
//! at the versions of `tests-python/requirements.txt`.
//!
//! pip runs with the machine's own configuration: its variables and files reach it as they are, so
//! an index or a proxy that is set up for the machine serves here, too.

use std::{
    fmt, fs,
    path::{Path, PathBuf},
    process::Command,
};

use crate::{Failure, process, project, python_system, test::PYTHON_VARIABLE};

/// The packages whose import proves that the environment is whole.
const IMPORTS: &str = "import aiosmtpd, deltalake, duckdb, polars, pyarrow, pyarrow.dataset";

/// The interpreter of the readers.
#[derive(Debug)]
pub(crate) enum Readers {
    /// One that the person named.
    Named(PathBuf),
    /// Ours.
    Ours(PathBuf),
    /// None: tests that need one are left out.
    LeftOut,
}

impl Readers {
    /// The interpreter, if there is one.
    pub(crate) fn python(&self) -> Option<&Path> {
        match self {
            Self::Named(python) | Self::Ours(python) => Some(python),
            Self::LeftOut => None,
        }
    }
}

impl fmt::Display for Readers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Named(python) => write!(f, "tables read with {} too", python.display()),
            Self::Ours(_) => f.write_str("tables read with deltalake, polars and duckdb too"),
            Self::LeftOut => f.write_str("reading tables with Python was left out (--no-install)"),
        }
    }
}

/// Finds the readers, or installs what is missing.
pub(crate) fn readers(no_install: bool) -> Result<Readers, Failure> {
    if let Some(python) = project::set(PYTHON_VARIABLE) {
        return match process::ask(Command::new(&python).args(["-c", IMPORTS])) {
            Some(_) => Ok(Readers::Named(python)),
            None => Err(format!(
                "{PYTHON_VARIABLE} is {}, which lacks a reader: {} -m pip install -r \
                 tests-python/requirements.txt",
                python.display(),
                python.display()
            )),
        };
    }
    let environment = Environment::of_project()?;
    if environment.is_ready() {
        return Ok(Readers::Ours(environment.python()));
    }
    if no_install {
        return Ok(Readers::LeftOut);
    }
    environment.install()?;
    Ok(Readers::Ours(environment.python()))
}

/// The virtual environment.
struct Environment {
    folder: PathBuf,
    requirements: PathBuf,
    /// What it has to hold: the list itself, so that any change of it makes it due again.
    wanted: String,
}

impl Environment {
    fn of_project() -> Result<Self, Failure> {
        let requirements = project::root()
            .join("tests-python")
            .join("requirements.txt");
        let wanted = fs::read_to_string(&requirements)
            .map_err(|error| format!("{} cannot be read: {error}", requirements.display()))?;
        Ok(Self {
            folder: project::target().join("test-python"),
            requirements,
            wanted,
        })
    }

    fn python(&self) -> PathBuf {
        let inside = if cfg!(windows) {
            "Scripts/python.exe"
        } else {
            "bin/python"
        };
        self.folder.join(inside)
    }

    /// Written last, when everything is there.
    fn stamp(&self) -> PathBuf {
        self.folder.join("installed-requirements.txt")
    }

    /// The interpreter is asked as well: one of the system may have gone since.
    fn is_ready(&self) -> bool {
        fs::read_to_string(self.stamp()).is_ok_and(|installed| installed == self.wanted)
            && process::ask(Command::new(self.python()).arg("--version")).is_some()
    }

    fn install(&self) -> Result<(), Failure> {
        // Two runs in one clone must not build it together.
        let _one_at_a_time = process::lock(&self.folder.with_extension("lock"))?;
        if self.is_ready() {
            return Ok(());
        }
        let python = python_system::find_or_install()?;
        println!(
            "xtask: tests read our tables with Python's deltalake, polars and duckdb, to see that other \
             readers find the same values, and send mail to a server of Python's; installing them into {} (about 600 MB; once, until \
             tests-python/requirements.txt changes)",
            self.folder.display()
        );
        process::run(
            Command::new(&python)
                .args(["-m", "venv", "--clear"])
                .arg(&self.folder),
        )?;
        self.pass_on_configuration(&python);
        // Ready-made packages only: nothing of a test's needs is compiled here.
        let mut pip = Command::new(self.python());
        pip.args([
            "-m",
            "pip",
            "install",
            "--disable-pip-version-check",
            "--quiet",
        ]);
        pip.args(["--only-binary", ":all:", "--requirement"])
            .arg(&self.requirements);
        process::run(&mut pip).map_err(|why| {
            format!(
                "{why}; without a package index, 'cargo xtask test --no-install' runs all tests but \
                 those that read tables with Python"
            )
        })?;
        process::run(Command::new(self.python()).args(["-c", IMPORTS]))?;
        fs::write(self.stamp(), &self.wanted)
            .map_err(|error| format!("{} cannot be written: {error}", self.stamp().display()))
    }

    /// A configuration that belongs to the interpreter rather than to the machine or the person stays
    /// behind when a virtual environment is made.
    fn pass_on_configuration(&self, python: &Path) {
        let ask = ["-c", "import sys; print(sys.prefix)"];
        let Some(prefix) = process::ask(Command::new(python).args(ask)) else {
            return;
        };
        let name = if cfg!(windows) { "pip.ini" } else { "pip.conf" };
        let _ = fs::copy(Path::new(&prefix).join(name), self.folder.join(name));
    }
}
