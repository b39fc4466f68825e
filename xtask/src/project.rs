//! Where things are.

use std::{
    env,
    path::{Path, PathBuf},
};

/// The root of the clone. Asked for at run time: a shared target folder may hold another clone's
/// xtask.
pub(crate) fn root() -> PathBuf {
    let here = env::var_os("CARGO_MANIFEST_DIR")
        .map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")), PathBuf::from);
    here.parent()
        .map_or_else(|| here.clone(), Path::to_path_buf)
}

/// Where builds go.
pub(crate) fn target() -> PathBuf {
    match env::var_os("CARGO_TARGET_DIR") {
        Some(folder) if !folder.is_empty() => env::current_dir().unwrap_or_default().join(folder),
        _ => root().join("target"),
    }
}

/// The value of an environment variable that is set to something.
pub(crate) fn set(name: &str) -> Option<PathBuf> {
    env::var_os(name)
        .filter(|value| !value.is_empty())
        .map(PathBuf::from)
}
