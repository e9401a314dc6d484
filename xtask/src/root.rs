//! Where the workspace is. One place, so that no command guesses from the current directory.

use std::path::{Path, PathBuf};

/// The directory of the workspace's manifest.
///
/// What cargo says at run time counts before what it said at build time: two checkouts that share a target
/// directory share this program too, and each means itself.
pub fn root() -> PathBuf {
    let built = || PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    let manifest = std::env::var_os("CARGO_MANIFEST_DIR").map_or_else(built, PathBuf::from);
    manifest.parent().map_or_else(|| manifest.clone(), Path::to_path_buf)
}
