use std::{
    error::Error,
    fs,
    os::{
        fd::AsRawFd,
        unix::fs::{PermissionsExt, symlink},
    },
    path::{Path, PathBuf},
};

use exmetrics_show::{Format, ShowError, ShowErrorKind, ShowOptions, Target};
use tempfile::TempDir;

use crate::rows::{names_in, people, write_all};

fn csv_to(path: impl Into<PathBuf>) -> Result<(), ShowError> {
    let target = Target::File(path.into());
    write_all(target, Format::Csv, ShowOptions::default(), &[people()]).map(drop)
}

fn refused(path: impl Into<PathBuf>) -> String {
    let error = csv_to(path).unwrap_err();
    assert_eq!(error.kind, ShowErrorKind::BadTarget, "{error}");
    error.to_string()
}

#[test]
fn a_file_that_is_there_is_replaced() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("rows.csv");
    fs::write(&path, "old").unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).unwrap();
    csv_to(&path).unwrap();
    assert!(
        fs::read_to_string(&path)
            .unwrap()
            .starts_with("display_name,")
    );
    assert_eq!(
        fs::metadata(&path).unwrap().permissions().mode() & 0o777,
        0o640
    );
    assert_eq!(names_in(folder.path()), ["rows.csv"]);
}

#[test]
fn a_new_file_may_be_read_like_any_other() {
    let folder = TempDir::new().unwrap();
    let other = folder.path().join("other");
    fs::write(&other, "").unwrap();
    let path = folder.path().join("rows.csv");
    csv_to(&path).unwrap();
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode();
    assert_eq!(mode(&path), mode(&other));
}

#[test]
fn a_link_stays_and_what_it_leads_to_is_replaced() {
    let folder = TempDir::new().unwrap();
    let real = folder.path().join("real.csv");
    let link = folder.path().join("link.csv");
    fs::write(&real, "old").unwrap();
    symlink(&real, &link).unwrap();
    csv_to(&link).unwrap();
    assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
    assert!(
        fs::read_to_string(&real)
            .unwrap()
            .starts_with("display_name,")
    );
}

#[test]
fn a_missing_folder_is_named() {
    let folder = TempDir::new().unwrap();
    let missing = folder.path().join("missing");
    let path = missing.join("rows.csv");
    assert_eq!(
        refused(&path),
        format!(
            "the folder {} of {} does not exist; make it first",
            missing.display(),
            path.display()
        )
    );
    assert!(names_in(folder.path()).is_empty());
}

#[test]
fn a_folder_is_no_file() {
    let folder = TempDir::new().unwrap();
    let path = folder.path();
    assert_eq!(
        refused(path),
        format!("{} is a folder; name a file in it", path.display())
    );
    let slashed = format!("{}/new/", path.display());
    assert_eq!(
        refused(&slashed),
        format!("{slashed} is a folder; name a file in it")
    );
    assert!(names_in(path).is_empty());
}

#[test]
fn a_file_is_no_folder() {
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("file");
    fs::write(&file, "kept").unwrap();
    let path = file.join("rows.csv");
    assert_eq!(
        refused(&path),
        format!(
            "{} is not a folder, so {} cannot be made in it",
            file.display(),
            path.display()
        )
    );
    assert_eq!(fs::read_to_string(&file).unwrap(), "kept");
}

#[test]
fn a_file_that_is_read_only_stays() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("rows.csv");
    fs::write(&path, "kept").unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o444)).unwrap();
    assert_eq!(
        refused(&path),
        format!("{} is read-only, and stays as it is", path.display())
    );
    assert_eq!(fs::read_to_string(&path).unwrap(), "kept");
}

#[test]
fn a_name_that_is_too_long_is_said_at_once() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("x".repeat(300));
    assert_eq!(
        refused(&path),
        format!("{} is not a name that a file can have", path.display())
    );
}

#[test]
fn an_empty_name_is_none() {
    assert_eq!(refused(""), "the name of the file is empty");
}

#[test]
#[cfg(target_os = "linux")]
fn a_full_disk_is_said_in_every_format() {
    for format in Format::ALL {
        let target = Target::File("/dev/full".into());
        let error = write_all(target, *format, ShowOptions::default(), &[people()]).unwrap_err();
        assert_eq!(
            error.kind,
            ShowErrorKind::DiskFull,
            "{format}: {error}: {:?}",
            error.source
        );
        assert_eq!(
            error.to_string(),
            "the disk is full: /dev/full could not be written whole",
            "{format}"
        );
        assert!(error.source().is_some());
    }
}

#[test]
fn a_reader_that_goes_away_is_a_quiet_end_in_every_format() {
    for format in Format::ALL {
        let (reader, writer) = std::io::pipe().unwrap();
        let target = Target::File(format!("/dev/fd/{}", writer.as_raw_fd()).into());
        drop(reader);
        let error = write_all(target, *format, ShowOptions::default(), &[people()]);
        // The writing end that is held here has nobody to write to.
        assert_eq!(
            error.unwrap_err().kind,
            ShowErrorKind::PipeClosed,
            "{format}"
        );
    }
}

#[test]
fn a_device_is_written_to_and_stays() {
    csv_to("/dev/null").unwrap();
    assert!(!fs::metadata("/dev/null").unwrap().is_file());
}
