//! The problems that were found so far.
//!
//! Separate from the rules: none of them stops at what it finds, so that one run tells everything, and here it is decided
//! which of two things said about one place is worth saying.

use crate::advice;
use crate::document::{Document, Part};
use crate::path::{Path, Step};
use crate::problem::{Problem, Severity};
use crate::shape::Shape;

/// Problems of one document.
pub(crate) struct Findings<'a> {
    pub(crate) document: &'a Document,
    /// What may stand where. Made when it is first asked for, since most documents are right.
    shape: &'a dyn Fn() -> &'a Shape,
    problems: Vec<Problem>,
    /// Where errors are.
    flawed: Vec<Path>,
    /// Keys that nobody knows, one of which may be a misspelt `apiKey`.
    suspect: Vec<Path>,
    /// Texts that are not whole yet, of which nothing can be said.
    silent: Vec<Path>,
    /// Elements that were left out of lists when they were read: the list, and the place in it.
    left_out: Vec<(Path, usize)>,
}

impl<'a> Findings<'a> {
    pub(crate) fn new(document: &'a Document, shape: &'a dyn Fn() -> &'a Shape) -> Self {
        Self {
            document,
            shape,
            problems: Vec::new(),
            flawed: Vec::new(),
            suspect: Vec::new(),
            silent: Vec::new(),
            left_out: Vec::new(),
        }
    }

    /// Says nothing more of what stands at `path`.
    pub(crate) fn silence(&mut self, path: Path) {
        self.silent.push(path);
    }

    /// Takes in a problem at `path`, unless it was told already.
    pub(crate) fn push(&mut self, path: &Path, problem: Problem) {
        if self.silent.iter().any(|silent| path.steps().starts_with(silent.steps())) {
            return;
        }
        let problem = self.document.without_secrets(problem);
        if self.problems.contains(&problem) {
            return;
        }
        if problem.severity == Severity::Error {
            self.flawed.push(path.clone());
        }
        self.problems.push(problem);
    }

    /// Refuses the value at `path`, unless it, or something in it, is known to be wrong: then it is not what it was meant
    /// to be.
    pub(crate) fn refuse(&mut self, path: &Path, message: impl Into<String>, advice: impl Into<String>) {
        if !self.is_flawed(path) {
            let problem = self.document.problem(path, Part::Value, message, advice);
            self.push(path, problem);
        }
    }

    /// Refuses a key, whatever its value is.
    pub(crate) fn refuse_key(&mut self, path: &Path, message: impl Into<String>, advice: impl Into<String>) {
        let problem = self.document.problem(path, Part::Key, message, advice);
        self.push(path, problem);
    }

    /// Says what is odd at `path`.
    pub(crate) fn warn(&mut self, path: &Path, message: impl Into<String>, advice: impl Into<String>) {
        let problem = self.document.problem(path, Part::Key, message, advice);
        self.push(path, problem.with_severity(Severity::Warning));
    }

    /// What to write at `path`, if its schema says so.
    pub(crate) fn what_to_write(&self, path: &Path) -> Option<String> {
        (self.shape)().at(self.document.value(), path).and_then(|(schema, _)| advice::of(schema))
    }

    /// Remembers that what stands at `path` is not what was meant.
    pub(crate) fn doubt(&mut self, path: Path) {
        self.flawed.push(path);
    }

    /// Whether something at `path` or below is known to be wrong.
    pub(crate) fn is_flawed(&self, path: &Path) -> bool {
        self.flawed.iter().any(|flawed| flawed.steps().starts_with(path.steps()))
    }

    /// Refuses a key nobody knows. No excerpt shows its texts unless they are `harmless`.
    pub(crate) fn refuse_unknown(&mut self, path: &Path, message: String, advice: String, harmless: bool) {
        let problem = self.document.unknown_key(path, message, advice, harmless);
        self.push(path, problem);
        if !harmless {
            self.suspect(path);
        }
    }

    /// Remembers that the texts at `path` may be secret.
    pub(crate) fn suspect(&mut self, path: &Path) {
        self.suspect.push(path.clone());
    }

    /// Remembers that the element at `path`, which counts in the document, was left out.
    pub(crate) fn leave_out(&mut self, path: &Path) {
        if let Some(Step::Index(index)) = path.steps().last() {
            self.left_out.push((path.parent(), *index));
            self.left_out.sort_by_key(|(_, index)| *index);
        }
    }

    /// Where in the document the element of what was read is whose list stands at `list` there: it may have lost some.
    pub(crate) fn element(&self, list: &Path, index: usize) -> Path {
        let earlier = self.left_out.iter().filter(|(place, _)| place == list);
        list.index(earlier.fold(index, |index, (_, gone)| index + usize::from(*gone <= index)))
    }

    /// Where in the document that is what stands at `path` of what was read.
    pub(crate) fn in_document(&self, path: &Path) -> Path {
        let mut place = Path::default();
        for step in path.steps() {
            place = match step {
                Step::Key(key) => place.key(key.clone()),
                Step::Index(index) => self.element(&place, *index),
            };
        }
        place
    }

    /// The problems, and the keys whose values may be secret.
    pub(crate) fn into_problems(self) -> (Vec<Problem>, Vec<Path>) {
        let Self { document, problems, suspect, .. } = self;
        let texts = suspect.iter().flat_map(|path| document.texts_at(path)).collect::<Vec<_>>();
        // Made anew, since a line may have been shown before something in it was found to be suspect.
        (problems.into_iter().map(|problem| document.hiding(problem, &texts)).collect(), suspect)
    }
}
