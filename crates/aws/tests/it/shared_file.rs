//! A shared configuration file of AWS's, for one test.

use std::io::Write;

use tempfile::NamedTempFile;

pub(crate) struct SharedFile(NamedTempFile);

impl SharedFile {
    pub(crate) fn new(text: &str) -> Self {
        let mut file = NamedTempFile::new().unwrap();
        file.write_all(text.as_bytes()).unwrap();
        Self(file)
    }

    pub(crate) fn path(&self) -> &str {
        self.0.path().to_str().unwrap()
    }
}
