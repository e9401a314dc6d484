//! A document that is valid JSON5: its text, its value, and where everything in it stands.
//!
//! Separate from what the document means: the rules work on values and paths, and come back here to turn a path into
//! an error with line, column and excerpt.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::ops::Range;
use std::path::{Path as FilePath, PathBuf};

use serde_json::Value;

use crate::excerpt::{Excerpt, line_at, line_starts};
use crate::json5_text::{self, Unread};
use crate::outline::{Kind, Outline};
use crate::path::Path;
use crate::problem::Problem;
use crate::secret;
use crate::syntax::{self, SyntaxFlaw};

/// A secret with fewer characters than this may be part of any word.
const SHORTEST: usize = 4;

/// A valid document.
pub(crate) struct Document {
    file: Option<PathBuf>,
    text: String,
    outline: Outline,
    /// What the text says, with what the environment says put into it.
    value: Value,
    /// What environment variables say: where, and which.
    overridden: Vec<(Path, String)>,
    /// Texts in which environment variables stand.
    expanded: BTreeMap<Path, Expansion>,
    /// Secrets from the environment, which messages could repeat.
    hidden: BTreeSet<String>,
    /// Keys whose values may be secret, since nobody knows them.
    suspects: BTreeSet<Path>,
    /// Where secrets stand in the text, as far as its keys tell.
    secrets: Vec<Range<usize>>,
    /// Where the lines of the text begin.
    lines: Vec<usize>,
}

/// A text in which environment variables stand.
pub(crate) struct Expansion {
    /// The text as it is written.
    pub(crate) written: String,
    /// Their names.
    pub(crate) variables: Vec<String>,
    /// Whether one of them is secret.
    pub(crate) is_secret: bool,
}

/// Which part of a member an error is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Part {
    Key,
    Value,
}

impl Document {
    /// Reads a text. Nothing but space and comments is an empty object.
    pub(crate) fn read(text: &str, file: Option<&FilePath>) -> Result<Self, Box<Problem>> {
        let text = text.strip_prefix('\u{feff}').unwrap_or(text).to_owned();
        let outline = Outline::scan(&text);
        let value = match json5_text::value_of(&text, &outline) {
            Ok(value) => value,
            Err(Unread::TooDeep(start)) => {
                let excerpt = Excerpt::new(&text, &(start..start + 1), &hidden_at(&text, start));
                let problem = Problem::new("objects and lists are nested too deeply here", "remove some");
                return Err(Box::new(problem.at(String::new(), Some(excerpt))));
            }
            Err(Unread::Syntax(_)) if json5_text::is_blank(&text, &outline) => {
                Value::Object(serde_json::Map::new())
            }
            Err(Unread::Syntax(error)) => return Err(Box::new(syntax_problem(&error, &outline, &text))),
        };
        Ok(Self {
            file: file.map(FilePath::to_owned),
            secrets: outline.secrets(&text),
            lines: line_starts(&text),
            text,
            outline,
            value,
            overridden: Vec::new(),
            expanded: BTreeMap::new(),
            hidden: BTreeSet::new(),
            suspects: BTreeSet::new(),
        })
    }

    pub(crate) fn file(&self) -> Option<&FilePath> {
        self.file.as_deref()
    }

    pub(crate) fn value(&self) -> &Value {
        &self.value
    }

    pub(crate) fn value_mut(&mut self) -> &mut Value {
        &mut self.value
    }

    pub(crate) fn is_blank(&self) -> bool {
        self.outline.nodes().next().is_none()
    }

    /// The value at `path`.
    pub(crate) fn value_at(&self, path: &Path) -> Option<&Value> {
        path.within(&self.value)
    }

    /// Remembers that an environment variable says what stands at `path`.
    pub(crate) fn set_overridden(&mut self, path: Path, variable: &str) {
        self.overridden.push((path, variable.to_owned()));
    }

    /// Whether an environment variable goes before anything.
    pub(crate) fn is_overridden(&self) -> bool {
        !self.overridden.is_empty()
    }

    /// What environment variables say: where, and which.
    pub(crate) fn overrides(&self) -> impl Iterator<Item = (&Path, &str)> {
        self.overridden.iter().map(|(path, variable)| (path, variable.as_str()))
    }

    /// Remembers which environment variables a text at `path` holds.
    pub(crate) fn set_expanded(&mut self, path: Path, expansion: Expansion) {
        self.expanded.insert(path, expansion);
    }

    /// Remembers a text that no message may repeat.
    pub(crate) fn hide(&mut self, text: &str) {
        self.hidden.insert(text.trim().to_owned());
    }

    /// Remembers keys whose values may be secret.
    pub(crate) fn set_suspects(&mut self, suspects: Vec<Path>) {
        self.suspects = suspects.into_iter().collect();
    }

    #[cfg(feature = "edit")]
    pub(crate) fn suspects(&self) -> impl Iterator<Item = &Path> {
        self.suspects.iter()
    }

    /// Whether what stands at `path` may be secret whatever its key is called.
    pub(crate) fn is_hidden(&self, path: &Path) -> bool {
        let by_variable =
            || self.overridden.iter().any(|(place, variable)| place == path && secret::is_secret(variable));
        self.suspects.contains(path) || by_variable()
    }

    /// The text at `path` as it is written, if the value of a variable in it is secret.
    pub(crate) fn written(&self, path: &Path) -> Option<&str> {
        let expansion = self.expanded.get(path).filter(|expansion| expansion.is_secret)?;
        self.variable_of(path).is_none().then_some(expansion.written.as_str())
    }

    /// The environment variable that says what stands at `path`.
    pub(crate) fn variable_of(&self, path: &Path) -> Option<&str> {
        let mut overridden = self.overridden.iter().rev();
        let found = overridden.find(|(place, _)| path.steps().starts_with(place.steps()));
        found.map(|(_, variable)| variable.as_str())
    }

    /// The environment variables that stand in the text at `path`.
    pub(crate) fn variables_in(&self, path: &Path) -> impl Iterator<Item = &str> {
        self.expanded.get(path).into_iter().flat_map(|expansion| &expansion.variables).map(String::as_str)
    }

    /// The line on which the document says something about `path`.
    pub(crate) fn line_of(&self, path: &Path) -> Option<usize> {
        let node = self.outline.nearest(path)?;
        let start = node.key.as_ref().map_or(node.value.start, |key| key.start);
        // A text may stand for an object, whose members it says.
        let is_there = self.outline.path_of(node) == *path
            || (node.kind == Kind::Quoted && self.value_at(path).is_some());
        is_there.then(|| self.line_number(start))
    }

    /// The number of the line with this offset, and where it stands, its end mark left out.
    fn line(&self, offset: usize) -> (usize, Range<usize>) {
        let number = self.line_number(offset);
        let start = self.lines[number - 1];
        let end = self.lines.get(number).copied().unwrap_or(self.text.len());
        (number, start..start + self.text[start..end].trim_end_matches(['\r', '\n']).len())
    }

    fn line_number(&self, offset: usize) -> usize {
        self.lines.partition_point(|start| *start <= offset)
    }

    /// A problem with what stands at `path`; where the document has nothing there, with what should contain it.
    pub(crate) fn problem(
        &self,
        path: &Path,
        part: Part,
        message: impl Into<String>,
        advice: impl Into<String>,
    ) -> Problem {
        let problem = Problem::new(message, advice);
        if let Some(variable) = self.variable_of(path) {
            return problem.in_variable(path.to_string(), variable);
        }
        let place = self.place(path, part);
        self.hiding(problem.at(path.to_string(), None).marking(place), &[])
    }

    /// A problem with a key nobody knows. Its texts are not shown unless they are `harmless`: it may be a misspelt
    /// `apiKey`.
    pub(crate) fn unknown_key(
        &self,
        path: &Path,
        message: String,
        advice: String,
        harmless: bool,
    ) -> Problem {
        let texts = if harmless { Vec::new() } else { self.texts_at(path) };
        self.hiding(self.problem(path, Part::Key, message, advice), &texts)
    }

    /// Where the texts of a member stand.
    pub(crate) fn texts_at(&self, path: &Path) -> Vec<Range<usize>> {
        self.outline.texts_at(path).collect()
    }

    /// The problem with the line it marks, in which neither secrets nor what stands in `hidden` shows.
    pub(crate) fn hiding(&self, problem: Problem, hidden: &[Range<usize>]) -> Problem {
        let Some(place) = problem.marked.clone() else { return problem };
        let path = problem.path.clone();
        let line = self.line(place.start);
        let is_there = |range: &&Range<usize>| range.start < line.1.end && line.1.start < range.end;
        let hidden = self.secrets.iter().chain(hidden).filter(is_there).cloned().collect::<Vec<_>>();
        problem.at(path, Some(Excerpt::in_line(&self.text, line, &place, &hidden)))
    }

    /// The problem without secrets that came from the environment.
    pub(crate) fn without_secrets(&self, mut problem: Problem) -> Problem {
        let mut hidden = self.hidden.iter().filter(|secret| !secret.is_empty()).collect::<Vec<_>>();
        // One may be part of another, which would not be found any more.
        hidden.sort_by_key(|secret| std::cmp::Reverse(secret.len()));
        for secret in hidden {
            let stars = "*".repeat(secret.chars().count());
            // Of a secret as short as a syllable only a quotation is one; elsewhere it is part of a word.
            let (secret, stars) = if secret.chars().count() < SHORTEST {
                (format!("`{secret}`"), format!("`{stars}`"))
            } else {
                (secret.clone(), stars)
            };
            problem.message = problem.message.replace(&secret, &stars);
            problem.advice = problem.advice.replace(&secret, &stars);
        }
        problem
    }

    fn place(&self, path: &Path, part: Part) -> Range<usize> {
        let Some(node) = self.outline.nearest(path) else { return 0..0 };
        let is_there = self.outline.path_of(node) == *path;
        match (&node.key, node.kind) {
            (Some(key), _) if part == Part::Key || !is_there => key.clone(),
            // A list or an object may go on for pages; its key, or its first bracket, says which one it is.
            (Some(key), Kind::Object | Kind::List) => key.clone(),
            (None, Kind::Object | Kind::List) => node.value.start..node.value.start + 1,
            (_, Kind::Quoted | Kind::Word) => node.value.clone(),
        }
    }

    /// What JSON5 allows and nobody means: a key twice in one object, and numbers that are none.
    pub(crate) fn ambiguities(&self) -> Vec<(Path, Problem)> {
        let mut problems = Vec::new();
        for node in self.outline.nodes() {
            if let Some(earlier) = &node.earlier {
                let key = node.key.clone().unwrap_or_default();
                let line = self.line_number(earlier.start);
                let name = self.text[key.clone()].trim_matches(['"', '\'']);
                let path = self.outline.path_of(node);
                let message = format!("the key `{name}` stands here a second time");
                let advice = format!("the first one is on line {line}, keep only one of them");
                let problem = Problem::new(message, advice).at(path.to_string(), None);
                let problem = self.hiding(problem.marking(key), &[]);
                problems.push((path, problem));
            }
            if node.kind == Kind::Word && !is_finite(&self.text[node.value.clone()]) {
                let path = self.outline.path_of(node);
                let message = "this is not a finite number";
                let problem = self.problem(&path, Part::Value, message, "write a number");
                problems.push((path, problem));
            }
        }
        problems
    }

    /// Where the document says `null`.
    pub(crate) fn nulls(&self) -> impl Iterator<Item = Path> {
        let nodes = self.outline.nodes().filter(|node| node.kind == Kind::Word);
        nodes.filter(|node| &self.text[node.value.clone()] == "null").map(|node| self.outline.path_of(node))
    }
}

/// Whether a word of a valid document is anything but a number without a finite value.
fn is_finite(word: &str) -> bool {
    let unsigned = word.trim_start_matches(['+', '-']);
    unsigned.parse::<f64>().map_or(true, f64::is_finite)
}

fn syntax_problem(error: &json5::Error, outline: &Outline, text: &str) -> Problem {
    let SyntaxFlaw { at, message, hint } = syntax::flaw(error, outline, text);
    let word = text[at..].find(|character| !syntax::is_of_word(character)).unwrap_or(text.len() - at);
    let length = word.max(text[at..].chars().next().map_or(0, char::len_utf8));
    let excerpt = Excerpt::new(text, &(at..at + length), &hidden_at(text, at));
    Problem::new(message, hint).at(String::new(), Some(excerpt))
}

/// What to hide of the line at `start` when the text is broken: what belongs to which key is not certain then.
fn hidden_at(text: &str, start: usize) -> Vec<Range<usize>> {
    let (_, line) = line_at(text, start);
    let hidden = secret::values_in(&text[line.clone()]);
    hidden.into_iter().map(|range| line.start + range.start..line.start + range.end).collect()
}

impl fmt::Debug for Document {
    // The text and the value may hold secrets.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Document").field("file", &self.file).finish_non_exhaustive()
    }
}
