//! Where the workspace is. One place, so that no command guesses from the current directory.

use std::path::{Path, PathBuf};

/// The directory of the workspace's manifest.
pub fn root() -> PathBuf {
    let manifest = Path::new(env!("CARGO_MANIFEST_DIR"));
    manifest.parent().unwrap_or(manifest).to_path_buf()
}
