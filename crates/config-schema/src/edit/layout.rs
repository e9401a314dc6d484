//! Where the members of a container stand, each with the comma and the comments behind it.
//!
//! Separate from the edits, which all begin by asking for this.

use std::ops::Range;

use super::gap::Gap;
use crate::outline::Outline;
use crate::path::Path;

/// A valid text and its outline.
pub(super) struct Layout<'a> {
    pub(super) text: &'a str,
    pub(super) outline: Outline,
    /// The members of each node, by index.
    children: Vec<Vec<usize>>,
}

/// An object or a list.
pub(super) struct Container {
    /// Behind the opening bracket.
    pub(super) open: usize,
    /// Before the closing bracket.
    pub(super) close: usize,
    pub(super) members: Vec<Member>,
    /// What stands between the opening bracket and the first member, or the closing bracket.
    pub(super) lead: Gap,
}

/// A member of an object or an element of a list.
pub(super) struct Member {
    /// Where its key begins, or its value where there is no key.
    pub(super) start: usize,
    /// Where its value ends.
    pub(super) end: usize,
    /// What stands between it and the next member, or the closing bracket.
    pub(super) gap: Gap,
}

impl Member {
    /// Behind its comma, or behind the value where there is no comma.
    pub(super) fn stop(&self) -> usize {
        self.gap.comma.map_or(self.end, |comma| comma + 1)
    }
}

impl<'a> Layout<'a> {
    pub(super) fn of(text: &'a str) -> Self {
        let outline = Outline::scan(text);
        let mut children = vec![Vec::new(); outline.nodes.len()];
        for (index, node) in outline.nodes().enumerate() {
            if let Some(parent) = node.parent {
                children[parent].push(index);
            }
        }
        Self { text, outline, children }
    }

    /// The node at `path`.
    pub(super) fn find(&self, path: &Path) -> Option<usize> {
        let root = (!self.outline.nodes.is_empty()).then_some(0)?;
        path.steps().iter().try_fold(root, |here, step| {
            let mut children = self.children[here].iter();
            children.find(|child| self.outline.nodes[**child].step.as_ref() == Some(step)).copied()
        })
    }

    /// Where a node begins: with its key, if it has one.
    pub(super) fn start_of(&self, index: usize) -> usize {
        let node = &self.outline.nodes[index];
        node.key.as_ref().map_or(node.value.start, |key| key.start)
    }

    pub(super) fn parent_of(&self, index: usize) -> Option<usize> {
        self.outline.nodes[index].parent
    }

    pub(super) fn value_of(&self, index: usize) -> Range<usize> {
        self.outline.nodes[index].value.clone()
    }

    /// The container at a node that is one.
    pub(super) fn container(&self, index: usize) -> Container {
        let Range { start, end } = self.value_of(index);
        let (open, close) = (start + 1, end - 1);
        let children = &self.children[index];
        let first = children.first().map_or(close, |first| self.start_of(*first));
        let members = children.iter().enumerate().map(|(position, child)| {
            let end = self.value_of(*child).end;
            let next = children.get(position + 1).map_or(close, |next| self.start_of(*next));
            Member { start: self.start_of(*child), end, gap: Gap::read(self.text, end..next) }
        });
        Container { open, close, members: members.collect(), lead: Gap::read(self.text, open..first) }
    }
}
