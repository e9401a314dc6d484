//! A list that is kept, on disk and in memory.
//!
//! Separate because of what a file must survive: it is replaced in one step, a damaged one is none, and nothing in it
//! is secret. What is kept is what the service said; see `listing`.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::listing::Listing;

/// Changes with the meaning of what is kept; files of another version are none.
const VERSION: u32 = 1;

/// How long a list with gaps is good for: what was denied may be allowed by now.
const WITH_GAPS: Duration = Duration::from_mins(1);

/// Files that nobody wrote for so long are swept up: those of tasks and sessions that are no more.
const LONGEST: Duration = Duration::from_hours(30 * 24);

/// What a list is about: lists of one place are not shown at another.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Place {
    /// Who asked, without any secret.
    pub(crate) identity: String,
    pub(crate) region: String,
    /// The address that was asked, where it is not AWS's own.
    pub(crate) endpoint: Option<String>,
    /// Makers of models that were wanted; everyone's where it is empty.
    pub(crate) filter: Vec<String>,
}

impl Place {
    /// The name of its file: readable, and short. Places that share one take turns in it, since a file says what it is about.
    fn file_name(&self) -> String {
        let name = serde_json::to_string(self).unwrap_or_default();
        // FNV-1a, whose values no version of a library changes.
        let hash = name.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
        });
        let region: String = self
            .region
            .chars()
            .filter(|letter| letter.is_ascii_alphanumeric() || *letter == '-')
            .take(40)
            .collect();
        format!("{region}-{hash:016x}.json")
    }
}

/// A list and when the service gave it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Kept {
    pub(crate) place: Place,
    /// In milliseconds since the Unix epoch.
    pub(crate) listed_at_ms: u64,
    pub(crate) listing: Listing,
}

impl Kept {
    /// Reads a file's content, if it is as it was written.
    fn parse(content: &[u8]) -> Option<Self> {
        serde_json::from_str(unsealed(str::from_utf8(content).ok()?)?).ok()
    }

    /// Whether it is young enough; one with gaps ages quickly. A list from the future is not: the clock was set back, and
    /// its age is unknown.
    pub(crate) fn is_fresh(&self, now_ms: u64, refresh_interval: Duration) -> bool {
        let refresh_interval =
            if self.listing.is_complete() { refresh_interval } else { refresh_interval.min(WITH_GAPS) };
        now_ms
            .checked_sub(self.listed_at_ms)
            .is_some_and(|age| u128::from(age) < refresh_interval.as_millis())
    }
}

/// The file of a place.
#[derive(Debug, Clone)]
pub(crate) struct KeptFile {
    path: PathBuf,
}

impl KeptFile {
    pub(crate) fn of(state_dir: &Path, place: &Place) -> Self {
        Self { path: Self::directory(state_dir).join(place.file_name()) }
    }

    /// Where the files of all places are.
    pub(crate) fn directory(state_dir: &Path) -> PathBuf {
        state_dir.join("cache").join("bedrock-models")
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Makes the directory it is in, for this user alone.
    pub(crate) fn make_directory(&self) -> io::Result<()> {
        let Some(directory) = self.path.parent() else { return Ok(()) };
        let mut builder = fs::DirBuilder::new();
        builder.recursive(true);
        #[cfg(unix)]
        std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
        builder.create(directory)
    }

    /// Reads what is kept of a place; `None` when that is nothing, damaged, of another version or another place's.
    pub(crate) fn read(&self, place: &Place) -> Option<Kept> {
        Kept::parse(&fs::read(&self.path).ok()?).filter(|kept| kept.place == *place)
    }

    /// Puts a list in place of what is there. Whoever reads meanwhile, or after this process was killed, finds the old one or
    /// the new one. To be called by one process at a time, which then sweeps up what killed ones left.
    pub(crate) fn write(&self, kept: &Kept) -> io::Result<()> {
        self.make_directory()?;
        let directory = self.path.parent().unwrap_or(Path::new("."));
        let prefix = self.temporary_prefix();
        Self::sweep(directory, &prefix);
        let mut file = tempfile::Builder::new().prefix(&prefix).suffix(".new").tempfile_in(directory)?;
        file.write_all(sealed(&serde_json::to_string(kept)?).as_bytes())?;
        file.persist(&self.path).map_err(|error| error.error)?;
        Ok(())
    }

    fn temporary_prefix(&self) -> String {
        format!(".{}.", self.path.file_stem().unwrap_or_default().to_string_lossy())
    }

    fn sweep(directory: &Path, prefix: &str) {
        let Ok(entries) = fs::read_dir(directory) else { return };
        for entry in entries.flatten() {
            let name = entry.file_name();
            let name = name.to_string_lossy();
            let age = || entry.metadata().ok()?.modified().ok()?.elapsed().ok();
            let is_old = || name.ends_with(".json") && age().is_some_and(|age| age > LONGEST);
            if (name.starts_with(prefix) && name.ends_with(".new")) || is_old() {
                // If it cannot be removed, it only takes up room.
                let _ = fs::remove_file(entry.path());
            }
        }
    }
}

fn head(kept: &str) -> String {
    format!("{{\"version\":{VERSION},\"checksum\":\"{:08x}\",\"kept\":", crc32fast::hash(kept.as_bytes()))
}

const TAIL: &str = "}\n";

/// The text of a file: JSON, with a checksum, since a damaged list may still be JSON and name other models.
fn sealed(kept: &str) -> String {
    format!("{}{kept}{TAIL}", head(kept))
}

/// What a file's text holds, if it is as it was written.
fn unsealed(text: &str) -> Option<&str> {
    // Its length does not depend on what is kept.
    let kept = text.get(head("").len()..)?.strip_suffix(TAIL)?;
    text.starts_with(&head(kept)).then_some(kept)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::listing::FoundationModel;

    fn kept() -> Kept {
        Kept {
            place: Place {
                identity: "someone".to_owned(),
                region: "eu-west-1".to_owned(),
                endpoint: None,
                filter: vec!["acme".to_owned()],
            },
            listed_at_ms: 7,
            listing: Listing {
                models: vec![FoundationModel { id: "acme.m".to_owned(), ..FoundationModel::default() }],
                ..Listing::default()
            },
        }
    }

    #[test]
    fn what_is_kept_is_read_back_and_only_where_it_belongs() {
        let directory = tempfile::tempdir().unwrap();
        let kept = kept();
        let file = KeptFile::of(directory.path(), &kept.place);
        assert_eq!(file.read(&kept.place), None);
        file.write(&kept).unwrap();
        assert_eq!(file.read(&kept.place), Some(kept.clone()));
        let elsewhere = Place { region: "eu-west-2".to_owned(), ..kept.place.clone() };
        assert_eq!(file.read(&elsewhere), None);
        assert_ne!(KeptFile::of(directory.path(), &elsewhere).path(), file.path());
    }

    #[test]
    fn a_file_with_any_byte_wrong_or_missing_is_none() {
        let directory = tempfile::tempdir().unwrap();
        let kept = kept();
        let file = KeptFile::of(directory.path(), &kept.place);
        file.write(&kept).unwrap();
        let content = fs::read(file.path()).unwrap();
        for position in 0..content.len() {
            for flip in 1..=u8::MAX {
                let mut damaged = content.clone();
                damaged[position] ^= flip;
                assert_eq!(Kept::parse(&damaged), None, "byte {position} ^ {flip:#x}");
            }
            assert_eq!(Kept::parse(&content[..position]), None, "cut at {position}");
        }
        assert_eq!(Kept::parse(&[&content[..], b" "].concat()), None);
        fs::write(file.path(), &content[1..]).unwrap();
        assert_eq!(file.read(&kept.place), None);
        file.write(&kept).unwrap();
        assert_eq!(file.read(&kept.place), Some(kept));
    }

    #[cfg(unix)]
    #[test]
    fn nobody_else_may_read_it_and_what_killed_writers_left_is_swept_up() {
        use std::os::unix::fs::PermissionsExt;
        let directory = tempfile::tempdir().unwrap();
        let kept = kept();
        let file = KeptFile::of(&directory.path().join("deep"), &kept.place);
        file.make_directory().unwrap();
        let left = file.path().with_file_name(format!("{}abc.new", file.temporary_prefix()));
        fs::write(&left, "half").unwrap();
        let (old, young) = (file.path().with_file_name("old.json"), file.path().with_file_name("young.json"));
        for path in [&old, &young] {
            fs::write(path, "{}").unwrap();
        }
        let long_ago = std::time::SystemTime::now() - LONGEST - Duration::from_hours(1);
        fs::File::options().write(true).open(&old).unwrap().set_modified(long_ago).unwrap();
        file.write(&kept).unwrap();
        assert!(!left.exists() && !old.exists() && young.exists());
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!((mode(file.path()), mode(file.path().parent().unwrap())), (0o600, 0o700));
    }

    #[test]
    fn a_list_is_fresh_for_the_interval_and_never_before_its_time() {
        let kept = Kept { listed_at_ms: 10_000, ..kept() };
        let second = Duration::from_secs(1);
        assert!(kept.is_fresh(10_000, second) && kept.is_fresh(10_999, second));
        assert!(!kept.is_fresh(11_000, second));
        assert!(!kept.is_fresh(9_999, second));
        assert!(kept.is_fresh(u64::MAX, Duration::from_secs(u64::MAX)));
    }
}
