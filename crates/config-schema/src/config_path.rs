//! The path of a setting as a person writes it, such as `models.providers["my.proxy"].models[0].id`.
//!
//! Separate from the loader's paths, which name places of one document: these are typed, may name what does not exist
//! yet, and every slip in them is told with its position. Both are written by the rules that are here, so that a path
//! which is shown can be typed.

use std::error::Error;
use std::fmt;
use std::str::FromStr;

use serde_json::Value;

use crate::path::{Path, Step};

/// The largest index of a list; a larger number is a key.
const LARGEST_INDEX: usize = 100_000;

/// Keys that have a meaning of their own in JavaScript, in which other readers of the file may be written.
const REFUSED: [&str; 3] = ["__proto__", "prototype", "constructor"];

/// The path of a setting: keys and indices from the root of the document.
///
/// Dots stand between keys. Brackets hold an index or a key, quoted or not; in quotes a key may contain anything, with
/// the escapes of JavaScript. Outside of quotes a backslash makes the next character an ordinary one. White space around
/// segments does not count.
///
/// ```
/// use clawdia_config_schema::{ConfigPath, Segment};
/// let path: ConfigPath = r#"models.providers["my.proxy"].models[0]"#.parse()?;
/// assert_eq!(path.segments()[2], Segment::Key("my.proxy".to_owned()));
/// assert_eq!(path.segments()[4], Segment::Index(0));
/// assert_eq!(path.to_string(), r#"models.providers["my.proxy"].models[0]"#);
/// # Ok::<(), clawdia_config_schema::ParseConfigPathError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct ConfigPath {
    segments: Vec<Segment>,
}

/// One step of a path.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Segment {
    /// The key of a member.
    Key(String),
    /// A number that was written without quotes: the index of an element, or in an object the key of these digits.
    Index(usize),
}

impl Segment {
    /// The key that this segment names in an object.
    pub fn as_key(&self) -> String {
        match self {
            Self::Key(key) => key.clone(),
            Self::Index(index) => index.to_string(),
        }
    }

    /// What an unquoted text names.
    fn unquoted(text: String) -> Self {
        match text.parse::<usize>() {
            Ok(index) if index <= LARGEST_INDEX && index.to_string() == text => Self::Index(index),
            _ => Self::Key(text),
        }
    }
}

impl ConfigPath {
    /// The path of the whole document. Its text is empty, which is no text that a person may write.
    pub fn root() -> Self {
        Self::default()
    }

    /// The steps from the root.
    pub fn segments(&self) -> &[Segment] {
        &self.segments
    }

    /// The path of the member `key`.
    #[must_use]
    pub fn key(&self, key: impl Into<String>) -> Self {
        self.then(Segment::Key(key.into()))
    }

    /// The path of the element `index`.
    #[must_use]
    pub fn index(&self, index: usize) -> Self {
        self.then(if index <= LARGEST_INDEX {
            Segment::Index(index)
        } else {
            Segment::Key(index.to_string())
        })
    }

    /// The path one step further.
    #[must_use]
    pub fn then(&self, segment: Segment) -> Self {
        let mut segments = self.segments.clone();
        segments.push(segment);
        Self { segments }
    }

    /// The place in `value` that is meant: an index is a key where there is an object.
    pub(crate) fn within(&self, value: &Value) -> Path {
        let mut here = Some(value);
        self.segments.iter().fold(Path::default(), |path, segment| {
            let step = match (here, segment) {
                (Some(Value::Object(_)), segment) => Step::Key(segment.as_key()),
                (_, Segment::Index(index)) => Step::Index(*index),
                (_, Segment::Key(key)) => Step::Key(key.clone()),
            };
            here = here.and_then(|here| step.of(here));
            path.then(step)
        })
    }

    /// Whether it is longer than any that people care to read.
    #[cfg(feature = "edit")]
    pub(crate) fn is_deep(&self) -> bool {
        self.segments.len() > 12
    }

    /// The path without its last step; the root's is the root.
    #[cfg(feature = "edit")]
    pub(crate) fn parent(&self) -> Self {
        self.first(self.segments.len().saturating_sub(1))
    }

    /// The path of the first `length` steps.
    #[cfg(feature = "edit")]
    pub(crate) fn first(&self, length: usize) -> Self {
        Self { segments: self.segments[..length].to_vec() }
    }
}

impl fmt::Display for ConfigPath {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (position, segment) in self.segments.iter().enumerate() {
            match segment {
                Segment::Key(key) => write_key(formatter, position, key)?,
                Segment::Index(index) => write!(formatter, "[{index}]")?,
            }
        }
        Ok(())
    }
}

impl From<&Path> for ConfigPath {
    fn from(path: &Path) -> Self {
        let segment = |step: &Step| match step {
            Step::Key(key) => Segment::Key(key.clone()),
            Step::Index(index) => Segment::Index(*index),
        };
        Self { segments: path.steps().iter().map(segment).collect() }
    }
}

/// Writes the key at this position of a path.
pub(crate) fn write_key(formatter: &mut fmt::Formatter<'_>, position: usize, key: &str) -> fmt::Result {
    if is_plain(key) {
        let dot = if position == 0 { "" } else { "." };
        write!(formatter, "{dot}{key}")
    } else {
        // The escapes of JSON are among those of JavaScript.
        write!(formatter, "[{}]", Value::from(key))
    }
}

/// Whether a key is read back as itself when it stands between dots.
fn is_plain(key: &str) -> bool {
    let marks = |character: char| {
        matches!(character, '.' | '[' | ']' | '\\' | '"' | '\'')
            || character.is_whitespace()
            || character.is_control()
    };
    !key.is_empty() && !key.contains(marks) && matches!(Segment::unquoted(key.to_owned()), Segment::Key(_))
}

/// A text that is no path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ParseConfigPathError {
    text: String,
    position: usize,
    flaw: String,
    remedy: String,
}

impl ParseConfigPathError {
    /// Where the flaw is, in characters from 1.
    pub fn position(&self) -> usize {
        self.position
    }

    /// What to write instead.
    pub fn remedy(&self) -> &str {
        &self.remedy
    }
}

impl fmt::Display for ParseConfigPathError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { text, position, flaw, remedy } = self;
        write!(formatter, "could not read the path `{text}`: at character {position}, {flaw}; {remedy}")
    }
}

impl Error for ParseConfigPathError {}

impl FromStr for ConfigPath {
    type Err = ParseConfigPathError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let mut reader = Reader { text, characters: text.chars().collect(), at: 0 };
        reader.skip_space();
        let mut segments = Vec::new();
        loop {
            let start = reader.at;
            let segment =
                if reader.peek() == Some('[') { reader.in_brackets()? } else { reader.between_dots()? };
            if let Segment::Key(key) = &segment
                && REFUSED.contains(&key.as_str())
            {
                return Err(reader.error(
                    start,
                    format!("`{key}` is not allowed as a key"),
                    "choose another key".to_owned(),
                ));
            }
            segments.push(segment);
            match reader.peek() {
                None => return Ok(Self { segments }),
                Some('[') => {}
                // Only a dot is left: anything else would have been part of the segment, or refused after a bracket.
                Some(_) => {
                    reader.at += 1;
                    reader.skip_space();
                    if reader.peek() == Some('[') {
                        return Err(reader.empty_segment(reader.at));
                    }
                }
            }
        }
    }
}

struct Reader<'a> {
    text: &'a str,
    characters: Vec<char>,
    at: usize,
}

impl Reader<'_> {
    fn peek(&self) -> Option<char> {
        self.characters.get(self.at).copied()
    }

    fn skip_space(&mut self) {
        while self.peek().is_some_and(char::is_whitespace) {
            self.at += 1;
        }
    }

    fn error(&self, at: usize, flaw: impl Into<String>, remedy: impl Into<String>) -> ParseConfigPathError {
        ParseConfigPathError {
            text: self.text.to_owned(),
            position: at + 1,
            flaw: flaw.into(),
            remedy: remedy.into(),
        }
    }

    fn empty_segment(&self, at: usize) -> ParseConfigPathError {
        let (flaw, remedy) = if self.text.trim().is_empty() {
            ("there is no key".to_owned(), "write one, such as `agents.defaults.model`")
        } else {
            (
                "a key is missing".to_owned(),
                "write one between the dots, or leave a dot out; an empty key is written `[\"\"]`",
            )
        };
        self.error(at, flaw, remedy)
    }

    fn between_dots(&mut self) -> Result<Segment, ParseConfigPathError> {
        let start = self.at;
        if let Some(quote @ ('"' | '\'')) = self.peek() {
            return Err(self.error(
                start,
                "a quotation mark begins a key",
                format!("put a quoted key in brackets, such as `[{quote}my.key{quote}]`"),
            ));
        }
        let segment = self.unquoted(&['.', '['])?;
        segment.ok_or_else(|| self.empty_segment(start))
    }

    /// Reads up to one of `ends`; `None` when there is nothing.
    fn unquoted(&mut self, ends: &[char]) -> Result<Option<Segment>, ParseConfigPathError> {
        let mut text = String::new();
        let mut escaped = false;
        // How much of the text stays whatever space follows.
        let mut kept = 0;
        while let Some(character) = self.peek() {
            match character {
                end if ends.contains(&end) => break,
                '\\' => {
                    let Some(next) = self.characters.get(self.at + 1) else {
                        return Err(self.error(
                            self.at,
                            "a backslash stands at the end",
                            "write the character it makes ordinary after it, or `\\\\` for a backslash",
                        ));
                    };
                    text.push(*next);
                    kept = text.len();
                    escaped = true;
                    self.at += 1;
                }
                ']' => {
                    return Err(self.error(
                        self.at,
                        "a `]` stands without its `[`",
                        "leave it out, or write `\\]` if it belongs to the key",
                    ));
                }
                space if space.is_whitespace() => text.push(space),
                other => {
                    text.push(other);
                    kept = text.len();
                }
            }
            self.at += 1;
        }
        text.truncate(kept);
        Ok(match (text.is_empty(), escaped) {
            (true, _) => None,
            (false, true) => Some(Segment::Key(text)),
            (false, false) => Some(Segment::unquoted(text)),
        })
    }

    fn in_brackets(&mut self) -> Result<Segment, ParseConfigPathError> {
        let open = self.at;
        self.at += 1;
        self.skip_space();
        let segment = match self.peek() {
            Some(quote @ ('"' | '\'')) => Segment::Key(self.quoted(quote)?),
            _ => match self.unquoted(&[']', '[', '"', '\''])? {
                Some(segment) => segment,
                None if self.peek() == Some(']') => {
                    return Err(self.error(
                        open,
                        "the brackets are empty",
                        "write an index or a quoted key in them, such as `[0]` or `[\"my.key\"]`",
                    ));
                }
                None => return Err(self.unclosed(open)),
            },
        };
        self.skip_space();
        if self.peek() != Some(']') {
            return Err(self.unclosed(open));
        }
        self.at += 1;
        self.skip_space();
        match self.peek() {
            None | Some('.' | '[') => Ok(segment),
            Some(_) => {
                Err(self.error(self.at, "a `.` is missing after the `]`", "write `].` before the next key"))
            }
        }
    }

    fn unclosed(&self, open: usize) -> ParseConfigPathError {
        self.error(
            open,
            "the bracket is not closed after its index or key",
            "write `[0]` or `[\"my.key\"]`, or `\\[` if the bracket belongs to the key",
        )
    }

    fn quoted(&mut self, quote: char) -> Result<String, ParseConfigPathError> {
        let start = self.at;
        self.at += 1;
        let mut key = String::new();
        loop {
            let at = self.at;
            let Some(character) = self.peek() else {
                let remedy = format!("write another `{quote}` and `]` behind the key");
                return Err(self.error(start, "the quoted key is not closed", remedy));
            };
            self.at += 1;
            match character {
                end if end == quote => break,
                '\\' => key.push(self.escape(at)?),
                other => key.push(other),
            }
        }
        Ok(key)
    }

    /// Reads what follows the backslash at `backslash`.
    fn escape(&mut self, backslash: usize) -> Result<char, ParseConfigPathError> {
        let Some(character) = self.peek() else {
            return Err(self.error(
                backslash,
                "a backslash stands at the end",
                "write `\\\\` for a backslash, and close the key",
            ));
        };
        self.at += 1;
        let code = match character {
            'n' => return Ok('\n'),
            't' => return Ok('\t'),
            'r' => return Ok('\r'),
            'b' => return Ok('\u{8}'),
            'f' => return Ok('\u{c}'),
            'v' => return Ok('\u{b}'),
            '0' => return Ok('\0'),
            'x' => self.hexadecimal(2),
            'u' if self.peek() == Some('{') => self.braced(),
            'u' => self.hexadecimal(4).and_then(|high| self.with_low_surrogate(high)),
            other => return Ok(other),
        };
        code.and_then(char::from_u32).ok_or_else(|| {
            self.error(
                backslash,
                "the escape names no character",
                "write it as `\\xE9`, `\\u00e9` or `\\u{e9}`, or write the character itself",
            )
        })
    }

    fn hexadecimal(&mut self, length: usize) -> Option<u32> {
        let digits = self.characters.get(self.at..self.at + length)?;
        let code = digits.iter().try_fold(0, |code, digit| Some(code * 16 + digit.to_digit(16)?))?;
        self.at += length;
        Some(code)
    }

    fn braced(&mut self) -> Option<u32> {
        let rest = self.characters.get(self.at + 1..)?;
        let length = rest.iter().position(|character| *character == '}')?;
        let digits = rest[..length].iter().collect::<String>();
        self.at += length + 2;
        digits
            .chars()
            .all(|digit| digit.is_ascii_hexdigit())
            .then(|| u32::from_str_radix(&digits, 16).ok())?
    }

    /// Completes a character that is written as two escapes.
    fn with_low_surrogate(&mut self, high: u32) -> Option<u32> {
        if !(0xD800..0xDC00).contains(&high) {
            return Some(high);
        }
        self.characters.get(self.at..self.at + 2).filter(|next| *next == ['\\', 'u'])?;
        self.at += 2;
        let low = self.hexadecimal(4).filter(|low| (0xDC00..0xE000).contains(low))?;
        Some(0x10000 + ((high - 0xD800) << 10) + (low - 0xDC00))
    }
}
