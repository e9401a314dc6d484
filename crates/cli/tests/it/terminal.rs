//! A pseudo-terminal with the program at it.

use std::fs::{File, OpenOptions};
use std::io::{Read, Write};
use std::process::Child;

use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use tempfile::TempDir;

use crate::program::{Program, interrupt};

/// A person at a terminal.
pub(crate) struct Terminal {
    child: Child,
    keyboard_and_screen: File,
    /// What the screen has shown and the test has not asked for yet.
    unseen: String,
    _home: TempDir,
}

impl Terminal {
    pub(crate) fn start(program: Program) -> Self {
        let controller = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).unwrap();
        grantpt(&controller).unwrap();
        unlockpt(&controller).unwrap();
        let name = ptsname(&controller, Vec::new()).unwrap().into_string().unwrap();
        let user = OpenOptions::new().read(true).write(true).open(name).unwrap();
        let (child, home) = program.env([("TERM", "xterm")]).start_at(&user);
        Self { child, keyboard_and_screen: File::from(controller), unseen: String::new(), _home: home }
    }

    pub(crate) fn write(&mut self, text: &str) {
        self.keyboard_and_screen.write_all(text.as_bytes()).unwrap();
    }

    pub(crate) fn interrupt(&self) {
        interrupt(&self.child);
    }

    /// Waits until the screen shows this, and gives what it showed until then.
    pub(crate) fn expect(&mut self, text: &str) -> String {
        loop {
            if let Some(found) = self.unseen.find(text) {
                let rest = self.unseen.split_off(found + text.len());
                return std::mem::replace(&mut self.unseen, rest);
            }
            let mut bytes = [0; 4096];
            match self.keyboard_and_screen.read(&mut bytes) {
                Ok(length) if length > 0 => self.unseen.push_str(&String::from_utf8_lossy(&bytes[..length])),
                // A terminal that nobody holds any more reads as an error.
                _ => panic!("`{text}` did not come; on the screen: {:?}", self.unseen),
            }
        }
    }

    pub(crate) fn wait(mut self) -> Option<i32> {
        self.child.wait().unwrap().code()
    }
}
