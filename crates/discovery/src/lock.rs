//! One process at a time asks the service for a list.
//!
//! Separate from the file of the list, which is replaced as a whole and so cannot carry a lock.

use std::ffi::OsString;
use std::fs::{File, OpenOptions, TryLockError};
use std::io;
use std::path::Path;
use std::time::{Duration, Instant};

/// How long to wait before the lock is tried again.
const PAUSE: Duration = Duration::from_millis(5);

/// The right to ask. It ends when this is dropped, and with the process however that ends.
#[derive(Debug)]
pub(crate) struct Lock {
    // Closing it gives the lock back.
    _file: File,
}

impl Lock {
    /// Takes the lock of `target`, waiting for it up to `patience`; `None` when another process has had it all the time.
    /// Dropping the future gives up.
    ///
    /// # Errors
    /// When the lock's file, next to the target, cannot be made or locked.
    pub(crate) async fn take(target: &Path, patience: Duration) -> io::Result<Option<Self>> {
        let mut path = OsString::from(target);
        path.push(".lock");
        let mut options = OpenOptions::new();
        // Never removed: whoever waits for it holds it open, and a second file of that name would be a second lock.
        options.write(true).create(true).truncate(false);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let file = options.open(path)?;
        let begin = Instant::now();
        loop {
            match file.try_lock() {
                Ok(()) => return Ok(Some(Self { _file: file })),
                Err(TryLockError::WouldBlock) if begin.elapsed() < patience => {
                    tokio::time::sleep(PAUSE).await;
                }
                Err(TryLockError::WouldBlock) => return Ok(None),
                Err(TryLockError::Error(error)) => return Err(error),
            }
        }
    }
}
