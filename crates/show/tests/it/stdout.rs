//! Standard output belongs to the process, so these tests start another one: this test binary, told
//! to run the one test that writes.

use std::{
    env,
    io::Read,
    process::{Child, Command, Stdio, exit},
};

use exmetrics_show::{Format, RowWriter, ShowErrorKind, ShowOptions, Target};

use crate::rows::{people, shown, write_all};

const FORMAT: &str = "SHOW_ROWS_ON_STDOUT_AS";
const ENDLESS: &str = "SHOW_ROWS_WITHOUT_END";
const PIPE_CLOSED: i32 = 7;

#[test]
#[ignore = "the other process of the tests below"]
fn the_other_process() {
    let Ok(format) = env::var(FORMAT) else { return };
    let format: Format = format.parse().unwrap();
    let options = ShowOptions::default();
    if env::var(ENDLESS).is_err() {
        write_all(Target::Stdout, format, options, &[people()]).unwrap();
        exit(0);
    }
    let mut writer = RowWriter::open(Target::Stdout, format, people().schema(), options).unwrap();
    loop {
        if let Err(error) = writer.write(&people()) {
            exit(if error.kind == ShowErrorKind::PipeClosed {
                PIPE_CLOSED
            } else {
                1
            });
        }
    }
}

fn other_process(format: Format) -> Command {
    let mut command = Command::new(env::current_exe().unwrap());
    command
        .args([
            "stdout::the_other_process",
            "--exact",
            "--ignored",
            "--nocapture",
        ])
        .env(FORMAT, format.name())
        .stdout(Stdio::piped())
        .stderr(Stdio::null());
    command
}

#[test]
fn rows_come_out_on_stdout() {
    for format in [Format::Table, Format::Csv, Format::Jsonl] {
        let output = other_process(format).output().unwrap();
        let text = String::from_utf8(output.stdout).unwrap();
        assert!(
            text.ends_with(&shown(format, &[people()])),
            "{format}: {text}"
        );
        assert!(output.status.success());
    }
}

#[test]
fn a_closed_pipe_ends_it() {
    for format in [Format::Table, Format::Csv, Format::Jsonl] {
        let mut child: Child = other_process(format).env(ENDLESS, "1").spawn().unwrap();
        let mut head = [0; 512];
        child.stdout.take().unwrap().read_exact(&mut head).unwrap();
        assert_eq!(child.wait().unwrap().code(), Some(PIPE_CLOSED), "{format}");
    }
}

#[test]
fn a_terminal_is_not_filled_with_bytes() {
    let options = ShowOptions {
        terminal_width: Some(80),
        ..ShowOptions::default()
    };
    let error = write_all(Target::Stdout, Format::Parquet, options, &[people()]).unwrap_err();
    assert_eq!(error.kind, ShowErrorKind::Unsuited);
    assert_eq!(
        error.to_string(),
        "parquet is nothing that a terminal can show; write it to a file, or pipe it on"
    );
}
