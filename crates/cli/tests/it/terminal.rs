//! A pseudo-terminal with the program at it.

use std::fs::{File, OpenOptions};
use std::io::{Read, Write};
use std::sync::Arc;

use rustix::io::{FdFlags, fcntl_setfd};
use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use rustix::termios::{Winsize, tcsetwinsize};
use tempfile::TempDir;

use crate::program::{Process, Program};

/// A person at a terminal.
pub(crate) struct Terminal {
    process: Process,
    keyboard_and_screen: File,
    /// What the screen has shown and the test has not asked for yet.
    unseen: String,
    _home: Arc<TempDir>,
}

impl Terminal {
    pub(crate) fn start(program: Program) -> Self {
        Self::start_in(program, 0)
    }

    /// As [`start`](Self::start), in a window of so many columns.
    pub(crate) fn start_in(program: Program, columns: u16) -> Self {
        let controller = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).unwrap();
        // A program that held this end itself would never see its terminal go away.
        fcntl_setfd(&controller, FdFlags::CLOEXEC).unwrap();
        grantpt(&controller).unwrap();
        unlockpt(&controller).unwrap();
        let name = ptsname(&controller, Vec::new()).unwrap().into_string().unwrap();
        let user = OpenOptions::new().read(true).write(true).open(name).unwrap();
        let size = Winsize { ws_row: 24, ws_col: columns, ws_xpixel: 0, ws_ypixel: 0 };
        tcsetwinsize(&user, size).unwrap();
        let (process, home) = program.env([("TERM", "xterm")]).start_at(&user);
        Self { process, keyboard_and_screen: File::from(controller), unseen: String::new(), _home: home }
    }

    pub(crate) fn write(&mut self, text: &str) {
        self.keyboard_and_screen.write_all(text.as_bytes()).unwrap();
    }

    pub(crate) fn interrupt(&self) {
        self.process.interrupt();
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

    /// What the screen shows until the program ends, and how that ends.
    pub(crate) fn read_to_end(mut self) -> (String, Option<i32>) {
        let mut bytes = [0; 4096];
        // A terminal that nobody holds any more reads as an error.
        while let Ok(length @ 1..) = self.keyboard_and_screen.read(&mut bytes) {
            self.unseen.push_str(&String::from_utf8_lossy(&bytes[..length]));
        }
        (self.unseen, self.process.wait())
    }

    /// Closes the window and waits for the program.
    pub(crate) fn close(mut self) -> Option<i32> {
        drop(self.keyboard_and_screen);
        self.process.wait()
    }

    pub(crate) fn wait(mut self) -> Option<i32> {
        self.process.wait()
    }
}
