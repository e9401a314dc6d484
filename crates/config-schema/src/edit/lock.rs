//! One writer at a time.
//!
//! Separate from writing: the lock is held from reading to renaming, so it cannot be on the file that is replaced.

use std::ffi::OsString;
use std::fs::{File, OpenOptions, TryLockError};
use std::io;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, Instant};

/// How long to wait before the lock is tried again. Short, so that a writer in a loop does not keep others out.
const PAUSE: Duration = Duration::from_millis(1);

/// The lock of a file. It ends when this is dropped, and with the process however that ends.
#[derive(Debug)]
pub(super) struct Lock {
    // Closing it gives the lock back.
    _file: File,
}

/// Why there is no lock.
#[derive(Debug)]
pub(super) enum NoLock {
    /// Someone else has had it all the time.
    Held,
    Failed(io::Error),
}

impl Lock {
    /// Takes the lock of `target`, waiting for it up to `wait`.
    pub(super) fn take(target: &Path, wait: Duration) -> Result<Self, NoLock> {
        let mut options = OpenOptions::new();
        // Never removed: whoever waits for it holds it open, and a second file of that name would be a second lock.
        options.write(true).create(true).truncate(false);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let file = options.open(path_of(target)).map_err(NoLock::Failed)?;
        let begin = Instant::now();
        loop {
            match file.try_lock() {
                Ok(()) => return Ok(Self { _file: file }),
                // The standard library waits for ever or not at all.
                Err(TryLockError::WouldBlock) if begin.elapsed() < wait => thread::sleep(PAUSE),
                Err(TryLockError::WouldBlock) => return Err(NoLock::Held),
                Err(TryLockError::Error(error)) => return Err(NoLock::Failed(error)),
            }
        }
    }
}

/// The file that is locked in place of `target`.
pub(super) fn path_of(target: &Path) -> PathBuf {
    let mut path = OsString::from(target);
    path.push(".lock");
    PathBuf::from(path)
}
