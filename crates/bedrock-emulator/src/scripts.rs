//! What a test has told the emulator to answer, by operation: next, or until further notice.
//!
//! Apart from the replies themselves, which do not know whose turn it is.

use std::collections::{HashMap, VecDeque};
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::operation::Operation;
use crate::reply::Reply;

/// The scripted replies that are left.
#[derive(Default)]
pub(crate) struct Scripts {
    lines: Mutex<Lines>,
}

#[derive(Default)]
struct Lines {
    /// One for each invocation, whichever form it has.
    invocations: VecDeque<Reply>,
    /// One for each request of an operation.
    once: HashMap<Operation, VecDeque<Reply>>,
    /// What is said when nothing else is left to say.
    always: HashMap<Operation, Reply>,
}

impl Scripts {
    /// Adds a reply to the next invocation that has none.
    pub(crate) fn push(&self, reply: Reply) {
        self.lines().invocations.push_back(reply);
    }

    /// Puts a reply before all others to invocations.
    pub(crate) fn push_front(&self, reply: Reply) {
        self.lines().invocations.push_front(reply);
    }

    /// Adds a reply to the next request of an operation that has none.
    pub(crate) fn push_for(&self, operation: Operation, reply: Reply) {
        self.lines().once.entry(operation).or_default().push_back(reply);
    }

    /// Sets, or takes back, what an operation is answered from now on.
    pub(crate) fn always(&self, operation: Operation, reply: Option<Reply>) {
        let mut lines = self.lines();
        match reply {
            Some(reply) => lines.always.insert(operation, reply),
            None => lines.always.remove(&operation),
        };
    }

    /// Takes the next reply for an operation, if it is one that the check accepts.
    pub(crate) fn take_if(
        &self,
        operation: Operation,
        accepts: impl FnOnce(&Reply) -> bool,
    ) -> Option<Reply> {
        let mut lines = self.lines();
        let lines = &mut *lines;
        let own = lines.once.get_mut(&operation).filter(|queue| !queue.is_empty());
        let shared =
            Some(&mut lines.invocations).filter(|queue| operation.is_invocation() && !queue.is_empty());
        match own.or(shared) {
            Some(queue) => queue.pop_front_if(|reply| accepts(reply)),
            None => lines.always.get(&operation).filter(|reply| accepts(reply)).cloned(),
        }
    }

    /// How many replies wait for a request; standing ones do not count.
    pub(crate) fn len(&self) -> usize {
        let lines = self.lines();
        lines.invocations.len() + lines.once.values().map(VecDeque::len).sum::<usize>()
    }

    fn lines(&self) -> MutexGuard<'_, Lines> {
        self.lines.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
