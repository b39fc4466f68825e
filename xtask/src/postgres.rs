//! A PostgreSQL server for the tests: Debian's, with data of its own in a temporary folder, on loopback,
//! gone when the tests end.

use std::{
    env, fs,
    net::TcpListener,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use crate::{Failure, apt, process};

/// Where the tests find the server.
pub(crate) const VARIABLE: &str = "EXMETRICS_TEST_POSTGRES";

/// A running server; it ends when this is dropped.
#[derive(Debug)]
pub(crate) struct Server {
    programs: PathBuf,
    folder: PathBuf,
    port: u16,
}

impl Server {
    /// Starts a server; installs it first where it is missing. `None` where it is not to be installed.
    pub(crate) fn start(no_install: bool) -> Result<Option<Self>, Failure> {
        let programs = match (find(), no_install) {
            (Some(programs), _) => programs,
            (None, true) => return Ok(None),
            (None, false) => {
                let what_for = "the tests of the store need PostgreSQL, which is not here";
                match apt::install(&["postgresql"], what_for) {
                    Some(installed) => installed?,
                    None => {
                        return Err(format!(
                            "{what_for}; install it yourself (Debian: sudo apt-get install postgresql) and \
                             start again, or leave out what needs it: cargo xtask test --no-install"
                        ));
                    }
                }
                find().ok_or("PostgreSQL was installed, but its programs are not found")?
            }
        };
        let folder = env::temp_dir().join(format!("exmetrics-postgres-{}", std::process::id()));
        let failed = |error: std::io::Error| format!("{}: {error}", folder.display());
        fs::create_dir_all(&folder).map_err(failed)?;
        let server = Self {
            programs,
            port: free_port()?,
            folder,
        };
        server.give_to_its_user()?;
        server.quietly(
            &[
                "initdb",
                "--auth=trust",
                "--username=postgres",
                "--encoding=UTF8",
                "--pgdata",
            ],
            &[],
        )?;
        let options = format!(
            "-p {} -c listen_addresses=127.0.0.1 -c unix_socket_directories={} -c fsync=off \
             -c max_connections=300",
            server.port,
            server.folder.display()
        );
        let log = server.folder.join("log");
        let log = log.to_string_lossy();
        server.quietly(
            &["pg_ctl", "start", "-w", "--pgdata"],
            &["-l", &log, "-o", &options],
        )?;
        println!(
            "xtask: PostgreSQL for the tests answers on 127.0.0.1:{}",
            server.port
        );
        Ok(Some(server))
    }

    /// Its address.
    pub(crate) fn url(&self) -> String {
        format!("postgres://postgres@127.0.0.1:{}/postgres", self.port)
    }

    /// The server refuses to run as root.
    fn give_to_its_user(&self) -> Result<(), Failure> {
        if !apt::is_root() {
            return Ok(());
        }
        process::ask(Command::new("chown").arg("postgres").arg(&self.folder))
            .map(drop)
            .ok_or_else(|| "there is no user 'postgres' for the server to run as".to_owned())
    }

    fn command(&self, program: &str) -> Command {
        let program = self.programs.join(program);
        if !apt::is_root() {
            return Command::new(program);
        }
        let mut command = Command::new("runuser");
        command.args(["-u", "postgres", "--"]).arg(program);
        command
    }

    /// Runs one of its programs on its data, without a word unless it fails.
    fn quietly(&self, words: &[&str], more: &[&str]) -> Result<(), Failure> {
        let (program, words) = words.split_first().ok_or("no program")?;
        let mut command = self.command(program);
        command
            .args(words)
            .arg(self.folder.join("data"))
            .args(more)
            .current_dir(&self.folder)
            .stdin(Stdio::null())
            // What it starts must not hold our own output open.
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        let ended = command
            .status()
            .map_err(|error| process::unstarted(&command, &error))?;
        if ended.success() {
            return Ok(());
        }
        let log = fs::read_to_string(self.folder.join("log")).unwrap_or_default();
        Err(format!(
            "'{}' failed ({ended})\n{log}",
            process::said(&command)
        ))
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.quietly(&["pg_ctl", "stop", "--mode=immediate", "--pgdata"], &[]);
        let _ = fs::remove_dir_all(&self.folder);
    }
}

/// The folder with the newest server's programs.
fn find() -> Option<PathBuf> {
    let versions = fs::read_dir("/usr/lib/postgresql")
        .into_iter()
        .flatten()
        .flatten();
    let mut known: Vec<(u32, PathBuf)> = versions
        .filter_map(|entry| {
            let version = entry.file_name().to_str()?.parse().ok()?;
            Some((version, entry.path().join("bin")))
        })
        .collect();
    known.sort();
    let on_path = env::var_os("PATH")
        .into_iter()
        .flat_map(|path| env::split_paths(&path).collect::<Vec<_>>());
    let newest_first = known.into_iter().rev().map(|(_, programs)| programs);
    newest_first
        .chain(on_path)
        .find(|folder| has(folder, "initdb") && has(folder, "pg_ctl"))
}

fn has(folder: &Path, program: &str) -> bool {
    folder.join(program).is_file()
}

fn free_port() -> Result<u16, Failure> {
    TcpListener::bind("127.0.0.1:0")
        .and_then(|listener| listener.local_addr())
        .map(|address| address.port())
        .map_err(|error| format!("no port is free on loopback: {error}"))
}
