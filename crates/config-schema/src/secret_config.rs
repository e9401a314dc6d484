//! A secret as a configuration gives it: the text itself, or where to find it.
//!
//! Separate from [`Secret`], which is what a provider gets: a reference is not followed before a provider is connected, so
//! that reading a configuration asks no password manager.

use std::fmt;

use clawdia_core::Secret;
use clawdia_core::schemars::{self, JsonSchema};
use serde::Deserialize;
use serde::de::value::MapAccessDeserializer;
use serde::de::{Deserializer, Error, MapAccess, SeqAccess, Visitor};

/// How long a command may take when the configuration does not say.
const DEFAULT_TIMEOUT_SECONDS: u64 = 10;

/// A secret, or a reference to one. `Debug` shows a reference and hides a secret.
///
/// Written as text, or as `{ source: "env", name: "ACME_KEY" }`, `{ source: "file", path: "~/.acme-key" }` or
/// `{ source: "exec", command: ["pass", "show", "acme"] }`.
///
/// ```
/// use clawdia_config_schema::SecretConfig;
/// let secret: SecretConfig = serde_json::from_str(r#"{ "source": "env", "name": "ACME_KEY" }"#)?;
/// assert_eq!(secret.to_string(), "the environment variable `ACME_KEY`");
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, PartialEq, Eq, JsonSchema)]
#[schemars(
    untagged,
    // What stands above is for programmers.
    description = "A key or token, or where to find it: in an environment variable, a file, or what a command writes.",
    extend("x-example" = { "source": "env", "name": "ACME_API_KEY" })
)]
#[non_exhaustive]
pub enum SecretConfig {
    /// The secret itself. A reference keeps it out of the file.
    Text(#[schemars(length(min = 1))] Secret),
    /// Where to find the secret.
    Reference(SecretReference),
}

/// Where a secret is.
#[derive(Debug, Clone, PartialEq, Eq, JsonSchema)]
#[schemars(tag = "source", rename_all = "camelCase", deny_unknown_fields, transform = describe_source)]
#[non_exhaustive]
pub enum SecretReference {
    /// In an environment variable.
    Env {
        /// The name of the variable.
        #[schemars(regex(pattern = r"\S"), example = &"ACME_API_KEY", extend("patternErrorMessage" = "Write the name of an environment variable."))]
        name: String,
    },
    /// In a file, all of it but space around it.
    File {
        /// The path of the file. `~` is the home directory; other paths that are not absolute begin at the directory of
        /// the configuration.
        #[schemars(regex(pattern = r"\S"), example = &"~/.config/acme/key", extend("patternErrorMessage" = "Write the path of a file."))]
        path: String,
    },
    /// In what a command writes to its standard output, space around it left out.
    Exec {
        /// The program and its arguments. A text is split at its spaces. No shell reads either of them; where one is
        /// needed, write `["sh", "-c", "…"]`.
        #[schemars(schema_with = "command_schema")]
        command: Vec<String>,
        /// How many seconds the command may take, at least 1.
        #[schemars(rename = "timeoutSeconds", range(min = 1), default = "default_timeout")]
        timeout_seconds: u64,
    },
}

/// Says of the word that tells references apart what each of them means; a tag has no comment of its own.
fn describe_source(schema: &mut schemars::Schema) {
    let Some(variants) = schema.get_mut("oneOf").and_then(serde_json::Value::as_array_mut) else { return };
    for variant in variants {
        if let Some(source) =
            variant.pointer_mut("/properties/source").and_then(|source| source.as_object_mut())
        {
            source.insert("description".to_owned(), "Which kind of place it is.".into());
        }
    }
}

fn default_timeout() -> u64 {
    DEFAULT_TIMEOUT_SECONDS
}

fn command_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
    schemars::json_schema!({
        "type": ["string", "array"],
        "pattern": r"\S",
        "patternErrorMessage": "Write the program and its arguments.",
        "minItems": 1,
        "items": { "type": "string" },
        "examples": [["pass", "show", "acme"]],
    })
}

impl fmt::Debug for SecretConfig {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text(secret) => secret.fmt(formatter),
            Self::Reference(reference) => fmt::Display::fmt(reference, formatter),
        }
    }
}

impl fmt::Display for SecretConfig {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text(_) => formatter.write_str("a text that is not shown"),
            Self::Reference(reference) => reference.fmt(formatter),
        }
    }
}

impl fmt::Display for SecretReference {
    /// Names the place, and of a command the program alone: its arguments may be secrets.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Env { name } => write!(formatter, "the environment variable `{name}`"),
            Self::File { path } => write!(formatter, "the file `{path}`"),
            Self::Exec { command, .. } => {
                write!(formatter, "the command `{}`", command.first().map_or("", String::as_str))
            }
        }
    }
}

impl<'de> Deserialize<'de> for SecretConfig {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(SecretVisitor)
    }
}

/// Written by hand: derived enums without a tag, or with one inside, lose the place of a mistake.
struct SecretVisitor;

impl<'de> Visitor<'de> for SecretVisitor {
    type Value = SecretConfig;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("text or { source: \"env\", name: \"…\" }")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<SecretConfig, E> {
        Ok(SecretConfig::Text(Secret::new(text)))
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<SecretConfig, A::Error> {
        let AtLength { source, name, path, command, timeout_seconds } =
            AtLength::deserialize(MapAccessDeserializer::new(map))?;
        let foreign = [
            ("name", name.is_some(), Source::Env),
            ("path", path.is_some(), Source::File),
            ("command", command.is_some(), Source::Exec),
            ("timeoutSeconds", timeout_seconds.is_some(), Source::Exec),
        ];
        if let Some((key, ..)) = foreign.iter().find(|(_, is_there, owner)| *is_there && *owner != source) {
            return Err(A::Error::custom(format!("`{key}` means nothing to the source `{}`", source.word())));
        }
        let reference = match source {
            Source::Env => {
                SecretReference::Env { name: name.ok_or_else(|| A::Error::missing_field("name"))? }
            }
            Source::File => {
                SecretReference::File { path: path.ok_or_else(|| A::Error::missing_field("path"))? }
            }
            Source::Exec => SecretReference::Exec {
                command: command.ok_or_else(|| A::Error::missing_field("command"))?.0,
                timeout_seconds: timeout_seconds.unwrap_or(DEFAULT_TIMEOUT_SECONDS),
            },
        };
        Ok(SecretConfig::Reference(reference))
    }
}

/// A reference as it is written.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct AtLength {
    source: Source,
    name: Option<String>,
    path: Option<String>,
    command: Option<Command>,
    timeout_seconds: Option<u64>,
}

#[derive(Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Source {
    Env,
    File,
    Exec,
}

impl Source {
    const fn word(self) -> &'static str {
        match self {
            Self::Env => "env",
            Self::File => "file",
            Self::Exec => "exec",
        }
    }
}

/// A program and its arguments.
struct Command(Vec<String>);

impl<'de> Deserialize<'de> for Command {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(CommandVisitor)
    }
}

struct CommandVisitor;

impl<'de> Visitor<'de> for CommandVisitor {
    type Value = Command;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("text or a list of texts")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Command, E> {
        Ok(Command(text.split_whitespace().map(str::to_owned).collect()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Command, A::Error> {
        let mut words = Vec::new();
        while let Some(word) = list.next_element()? {
            words.push(word);
        }
        Ok(Command(words))
    }
}
