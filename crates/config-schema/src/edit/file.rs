//! Editing a configuration file so that nothing is lost: not the file, not its mode, not what someone else just wrote.
//!
//! Separate from the edits, which are functions from text to text; this and the files it uses are the only part of
//! editing that touches the file system.

use std::error::Error;
use std::fmt;
use std::fs::{self, Metadata};
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::time::Duration;

use sha2::{Digest as _, Sha256};

use super::lock::{self, Lock, NoLock};
use super::replacement;
use super::template::TEMPLATE;
use crate::location::not_utf8;
use crate::problem::Problem;

/// How long to wait for another writer, if nothing else is said.
const PATIENCE: Duration = Duration::from_secs(10);

/// The text of a configuration file at one moment.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct FileText {
    /// What is in the file.
    pub text: String,
    /// To tell later whether the file has changed since.
    pub fingerprint: Fingerprint,
}

impl FileText {
    /// Reads a file; `None` when there is none.
    ///
    /// # Errors
    /// When it cannot be read, is no file or is not UTF-8.
    pub fn read(path: &Path) -> Result<Option<Self>, FileError> {
        let read = || {
            let target = replacement::target_of(path).map_err(|error| FileError::io(path, error))?;
            Current::read(path, &target)
        };
        let current = read().map_err(|error| FileError { attempt: Attempt::Read, ..error })?;
        Ok(current.map(|current| {
            let fingerprint = Fingerprint::of(&current.text);
            Self { text: current.text, fingerprint }
        }))
    }
}

impl fmt::Debug for FileText {
    // The text may hold secrets.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("FileText").field("fingerprint", &self.fingerprint).finish_non_exhaustive()
    }
}

/// The SHA-256 of a text, written in hexadecimal.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Fingerprint([u8; 32]);

impl Fingerprint {
    /// The fingerprint of a text.
    pub fn of(text: &str) -> Self {
        Self(Sha256::digest(text.as_bytes()).into())
    }
}

impl fmt::Display for Fingerprint {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(formatter, "{byte:02x}"))
    }
}

impl fmt::Debug for Fingerprint {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Fingerprint({self})")
    }
}

/// A text that is no fingerprint.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ParseFingerprintError;

impl fmt::Display for ParseFingerprintError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("could not read the fingerprint of a file: it has 64 hexadecimal digits")
    }
}

impl Error for ParseFingerprintError {}

impl FromStr for Fingerprint {
    type Err = ParseFingerprintError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let digits = text.chars().map(|digit| digit.to_digit(16).and_then(|digit| u8::try_from(digit).ok()));
        let digits = digits.collect::<Option<Vec<_>>>().ok_or(ParseFingerprintError)?;
        let bytes = digits.chunks(2).map(|pair| pair.iter().fold(0, |byte, digit| byte << 4 | digit));
        let bytes = bytes.collect::<Vec<_>>();
        let whole = digits.len() == 64;
        bytes.try_into().ok().filter(|_| whole).map(Self).ok_or(ParseFingerprintError)
    }
}

/// How a file is edited.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct EditFileOptions {
    /// What the file must be like for the edit to happen.
    pub expected: Expected,
    /// How long to wait while another program edits the file.
    pub wait: Duration,
}

impl Default for EditFileOptions {
    fn default() -> Self {
        Self { expected: Expected::Anything, wait: PATIENCE }
    }
}

impl EditFileOptions {
    /// Edits only a file that is like this.
    #[must_use]
    pub fn with_expected(mut self, expected: Expected) -> Self {
        self.expected = expected;
        self
    }

    /// Waits no longer than this for another program.
    #[must_use]
    pub fn with_wait(mut self, wait: Duration) -> Self {
        self.wait = wait;
        self
    }
}

/// What a file is expected to be like when it is edited.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum Expected {
    /// Whatever it is.
    #[default]
    Anything,
    /// There is no file.
    Absent,
    /// It is what it was when it was read.
    Unchanged(Fingerprint),
}

impl Expected {
    fn check(self, path: &Path, current: Option<&Current>) -> Result<(), FileError> {
        let is_met = match (self, current) {
            (Self::Anything, _) | (Self::Absent, None) => true,
            (Self::Absent, Some(_)) | (Self::Unchanged(_), None) => false,
            (Self::Unchanged(fingerprint), Some(current)) => Fingerprint::of(&current.text) == fingerprint,
        };
        if is_met { Ok(()) } else { Err(FileError::new(path, FileFlaw::Changed)) }
    }
}

/// What became of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Outcome {
    /// The file itself, behind all links.
    pub path: PathBuf,
    /// Whether it was written. A file whose text stays the same is not touched.
    pub written: bool,
    /// Whether there was none before.
    pub created: bool,
    /// Whether the file has other names, by hard links, under which the old text still is.
    pub hard_linked: bool,
}

/// Edits the file at `path`: reads it, asks `edit` for the new text, and puts that in its place.
///
/// `edit` gets the text of the file, or [`TEMPLATE`] where there is none, and checks the new text before it returns it.
/// If it returns what it got, or an error, nothing is written: no file, no directory and no lock. It is asked a second
/// time if the file has become another one before it could be locked.
///
/// Programs that edit the same file through this function wait for each other. One that does not is noticed up to the
/// last moment, and nothing is written then. Whatever happens, the file holds the old text or the new one. It keeps its
/// mode and owner; a link stays a link, and the file behind it is replaced. A new file and its directory are the
/// owner's alone. Beside the file stays an empty `.lock`.
///
/// # Errors
/// What `edit` says; [`FileError`] when the file is not as expected, is no file, is read-only, is locked for too long, or
/// cannot be read or written. In each case nothing has changed.
pub fn edit_file<E>(
    path: &Path,
    options: &EditFileOptions,
    mut edit: impl FnMut(&str) -> Result<String, E>,
) -> Result<Outcome, EditFileError<E>> {
    change(path, *options, |current| {
        let old = current.map_or(TEMPLATE, |current| current.text.as_str());
        let new = edit(old).map_err(EditFileError::Edit)?;
        Ok((new != old).then_some(new))
    })
}

/// Creates the file at `path` with [`TEMPLATE`] in it, and its directory. A file that is there stays as it is.
///
/// # Errors
/// When it cannot be created.
pub fn create_file(path: &Path, options: &EditFileOptions) -> Result<Outcome, FileError> {
    let text = |current: Option<&Current>| Ok(current.is_none().then(|| TEMPLATE.to_owned()));
    change::<std::convert::Infallible>(path, *options, text).map_err(|error| match error {
        EditFileError::File(error) => error,
        EditFileError::Edit(never) => match never {},
    })
}

fn change<E>(
    path: &Path,
    options: EditFileOptions,
    mut new_text: impl FnMut(Option<&Current>) -> Result<Option<String>, EditFileError<E>>,
) -> Result<Outcome, EditFileError<E>> {
    let failed = |error| FileError::io(path, error);
    let target = replacement::target_of(path).map_err(failed)?;
    let untouched =
        || Ok(Outcome { path: target.clone(), written: false, created: false, hard_linked: false });
    // Most of what is refused is refused here, and leaves nothing behind, where nobody may write as well.
    let mut current = Current::read(path, &target)?;
    options.expected.check(path, current.as_ref())?;
    let Some(mut text) = new_text(current.as_ref())? else { return untouched() };
    Current::check_writable(path, current.as_ref())?;
    replacement::make_directory_of(&target).map_err(failed)?;
    let _lock = Lock::take(&target, options.wait).map_err(|error| match error {
        NoLock::Held => FileError::new(path, FileFlaw::Busy { lock: lock::path_of(&target) }),
        NoLock::Failed(error) => FileError::io(&lock::path_of(&target), error),
    })?;
    let locked = Current::read(path, &target)?;
    if Current::text_of(locked.as_ref()) != Current::text_of(current.as_ref()) {
        options.expected.check(path, locked.as_ref())?;
        let Some(again) = new_text(locked.as_ref())? else { return untouched() };
        text = again;
    }
    current = locked;
    Current::check_writable(path, current.as_ref())?;
    // An editor knows nothing of the lock, and `edit` may have taken its time.
    let now = Current::read(path, &target)?;
    if Current::text_of(now.as_ref()) != Current::text_of(current.as_ref()) {
        return Err(FileError::new(path, FileFlaw::Changed).into());
    }
    let metadata = current.as_ref().map(|current| &current.metadata);
    replacement::replace(&target, text.as_bytes(), metadata).map_err(failed)?;
    let hard_linked = metadata.is_some_and(has_other_names);
    Ok(Outcome { path: target, written: true, created: current.is_none(), hard_linked })
}

#[cfg(unix)]
fn has_other_names(metadata: &Metadata) -> bool {
    std::os::unix::fs::MetadataExt::nlink(metadata) > 1
}

#[cfg(not(unix))]
fn has_other_names(_metadata: &Metadata) -> bool {
    false
}

/// A file as it is now.
struct Current {
    text: String,
    metadata: Metadata,
}

impl Current {
    fn text_of(current: Option<&Self>) -> Option<&str> {
        current.map(|current| current.text.as_str())
    }

    fn check_writable(path: &Path, current: Option<&Self>) -> Result<(), FileError> {
        match current {
            Some(current) if current.metadata.permissions().readonly() => {
                Err(FileError::new(path, FileFlaw::ReadOnly))
            }
            Some(_) | None => Ok(()),
        }
    }

    /// What is known of an ordinary file; `None` when there is none.
    fn metadata(path: &Path, target: &Path) -> Result<Option<Metadata>, FileError> {
        match fs::metadata(target) {
            Ok(metadata) if metadata.is_file() => Ok(Some(metadata)),
            // A pipe would be read for ever, and a device must not be replaced.
            Ok(metadata) => Err(FileError::new(path, FileFlaw::NoFile { is_directory: metadata.is_dir() })),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
            Err(error) => Err(FileError::io(path, error)),
        }
    }

    fn read(path: &Path, target: &Path) -> Result<Option<Self>, FileError> {
        let Some(metadata) = Self::metadata(path, target)? else { return Ok(None) };
        let bytes = fs::read(target).map_err(|error| FileError::io(path, error))?;
        let text = String::from_utf8(bytes)
            .map_err(|error| FileError::new(path, FileFlaw::NotUtf8(not_utf8(&error))))?;
        Ok(Some(Self { text, metadata }))
    }
}

/// Why a file was not edited.
#[derive(Debug)]
#[non_exhaustive]
pub enum EditFileError<E> {
    /// What the edit said.
    Edit(E),
    /// What is wrong with the file.
    File(FileError),
}

impl<E> From<FileError> for EditFileError<E> {
    fn from(error: FileError) -> Self {
        Self::File(error)
    }
}

impl<E: fmt::Display> fmt::Display for EditFileError<E> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Edit(error) => error.fmt(formatter),
            Self::File(error) => error.fmt(formatter),
        }
    }
}

impl<E: Error> Error for EditFileError<E> {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::Edit(error) => error.source(),
            Self::File(error) => error.source(),
        }
    }
}

/// Why a file could not be read or written. Nothing has changed then.
#[derive(Debug)]
pub struct FileError {
    attempt: Attempt,
    path: PathBuf,
    flaw: FileFlaw,
}

#[derive(Debug, Clone, Copy)]
enum Attempt {
    Read,
    Edit,
}

#[derive(Debug)]
enum FileFlaw {
    Changed,
    Busy { lock: PathBuf },
    NoFile { is_directory: bool },
    ReadOnly,
    NotUtf8(Box<Problem>),
    Io(io::Error),
}

impl FileError {
    fn new(path: &Path, flaw: FileFlaw) -> Self {
        Self { attempt: Attempt::Edit, path: path.to_owned(), flaw }
    }

    fn io(path: &Path, error: io::Error) -> Self {
        Self::new(path, FileFlaw::Io(error))
    }

    /// The file.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Whether the file is no longer what it was when it was read; trying again with what it is now may help.
    pub fn is_changed(&self) -> bool {
        matches!(self.flaw, FileFlaw::Changed)
    }
}

impl fmt::Display for FileError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let attempt = match self.attempt {
            Attempt::Read => "read",
            Attempt::Edit => "edit",
        };
        write!(formatter, "could not {attempt} {}: ", self.path.display())?;
        match &self.flaw {
            FileFlaw::Changed => {
                formatter.write_str("it has changed meanwhile, so nothing was written; try again")
            }
            FileFlaw::Busy { lock } => write!(
                formatter,
                "another program is editing it and holds {}; try again when that has ended",
                lock.display()
            ),
            FileFlaw::NoFile { is_directory: true } => {
                formatter.write_str("it is a directory; name the file in it")
            }
            FileFlaw::NoFile { is_directory: false } => {
                formatter.write_str("it is not an ordinary file; name another one")
            }
            FileFlaw::ReadOnly => formatter.write_str("it is read-only; allow yourself to write it first"),
            FileFlaw::NotUtf8(problem) => {
                write!(formatter, "{}; {}", problem.message, problem.advice)
            }
            FileFlaw::Io(error) => match error.kind() {
                ErrorKind::PermissionDenied => formatter.write_str(
                    "you are not allowed to; change its owner or its permissions, or its directory's",
                ),
                ErrorKind::StorageFull => formatter.write_str("the disk is full; make room and try again"),
                ErrorKind::ReadOnlyFilesystem => {
                    formatter.write_str("the file system is read-only; edit it where it comes from")
                }
                _ => write!(formatter, "{error}; check the file and its directory"),
            },
        }
    }
}

impl Error for FileError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match &self.flaw {
            FileFlaw::Io(error) => Some(error),
            FileFlaw::Changed
            | FileFlaw::Busy { .. }
            | FileFlaw::NoFile { .. }
            | FileFlaw::ReadOnly
            | FileFlaw::NotUtf8(_) => None,
        }
    }
}
