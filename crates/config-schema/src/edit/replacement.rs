//! Putting another text in the place of a file, all of it or nothing.
//!
//! Separate from deciding what to write: this part has to hold when the process is killed between any two lines of it.

use std::ffi::{OsStr, OsString};
use std::fs::{self, DirBuilder, File, Metadata, OpenOptions};
use std::io::{self, ErrorKind, Write as _};
use std::path::{Path, PathBuf};

/// A chain of links longer than this is a circle.
const MOST_LINKS: usize = 40;

/// The file that `path` means: itself, or what it links to, whether that exists or not. The link stays.
pub(super) fn target_of(path: &Path) -> io::Result<PathBuf> {
    let mut target = path.to_owned();
    for _ in 0..MOST_LINKS {
        match fs::read_link(&target) {
            Ok(link) => target = directory_of(&target).join(link),
            // Not a link, or not there.
            Err(error) if matches!(error.kind(), ErrorKind::InvalidInput | ErrorKind::NotFound) => {
                return Ok(target);
            }
            Err(error) => return Err(error),
        }
    }
    Err(io::Error::other("its links lead in a circle"))
}

pub(super) fn directory_of(path: &Path) -> &Path {
    match path.parent() {
        Some(parent) if parent != Path::new("") => parent,
        _ => Path::new("."),
    }
}

/// Makes the directory of a file, and those above it, for nobody but the owner.
pub(super) fn make_directory_of(path: &Path) -> io::Result<()> {
    let directory = directory_of(path);
    if directory.is_dir() {
        return Ok(());
    }
    let mut builder = DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(directory)
}

/// Writes `bytes` in the place of `target`, with the mode and, where that is allowed, the owner of what was there.
/// The caller holds the lock.
pub(super) fn replace(target: &Path, bytes: &[u8], old: Option<&Metadata>) -> io::Result<()> {
    remove_leftovers(target);
    let temporary = directory_of(target).join(temporary_name(target));
    let written = write_new(&temporary, bytes, old).and_then(|()| fs::rename(&temporary, target));
    if written.is_err() {
        // What cannot be removed now is removed by the next writer.
        let _ = fs::remove_file(&temporary);
        return written;
    }
    // The new name is in place; that it survives a loss of power is all that is left to hope for.
    #[cfg(unix)]
    let _ = File::open(directory_of(target)).and_then(|directory| directory.sync_all());
    Ok(())
}

fn write_new(path: &Path, bytes: &[u8], old: Option<&Metadata>) -> io::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    // For nobody else's eyes until the old file says who may read it.
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(path)?;
    file.write_all(bytes)?;
    if let Some(old) = old {
        keep_owner(&file, old);
        file.set_permissions(old.permissions())?;
    }
    file.sync_all()
}

#[cfg(unix)]
fn keep_owner(file: &File, old: &Metadata) {
    use std::os::unix::fs::{MetadataExt as _, fchown};
    // Only a privileged process may give a file away; a group may be kept by whoever is in it.
    if fchown(file, Some(old.uid()), Some(old.gid())).is_err() {
        let _ = fchown(file, None, Some(old.gid()));
    }
}

#[cfg(not(unix))]
fn keep_owner(_file: &File, _old: &Metadata) {}

/// Removes what a writer left that was killed. No other writer is at work, since the caller holds the lock.
fn remove_leftovers(target: &Path) {
    let Ok(entries) = fs::read_dir(directory_of(target)) else { return };
    let prefix = temporary_prefix(target);
    for entry in entries.flatten() {
        let name = entry.file_name();
        let bytes = name.as_encoded_bytes();
        if bytes.starts_with(prefix.as_encoded_bytes()) && bytes.ends_with(SUFFIX.as_bytes()) {
            // A leftover is harmless.
            let _ = fs::remove_file(entry.path());
        }
    }
}

const SUFFIX: &str = ".clawdia-new";

fn temporary_prefix(target: &Path) -> OsString {
    let mut prefix = OsString::from(".");
    prefix.push(target.file_name().unwrap_or(OsStr::new("config")));
    prefix.push(".");
    prefix
}

fn temporary_name(target: &Path) -> OsString {
    let mut name = temporary_prefix(target);
    name.push(format!("{:016x}{SUFFIX}", fastrand::u64(..)));
    name
}
