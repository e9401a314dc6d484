//! JSON requests, from a file or standard input.
//!
//! Separate from the commands that read them: one answers them, one only measures them, and what is wrong with a request
//! is told in the same words by both.

use std::fs::File;
use std::io::{self, BufReader};
use std::path::Path;

use clawdia::core::wire::{Request, RequestModel};
use clawdia::{ErrorKind, Host, HostError, Model, ProviderError};

use crate::input::Lines;

/// Reads the one request at `path`.
pub(crate) async fn read(path: &Path) -> Result<Request, ProviderError> {
    let what = match file(path) {
        Some(path) => format!("the request file `{}`", path.display()),
        None => "the request from standard input".to_owned(),
    };
    let text = match open(path) {
        Ok(mut lines) => lines.rest().await,
        Err(error) => Err(error),
    };
    let text = text.map_err(|error| unreadable(&what, &error))?;
    parse(utf8(&text, &what)?, &what)
}

/// The file that a path means; `-` is standard input.
pub(crate) fn file(path: &Path) -> Option<&Path> {
    Some(path).filter(|path| *path != Path::new("-"))
}

/// The lines at a path.
pub(crate) fn open(path: &Path) -> io::Result<Lines> {
    Ok(match file(path) {
        Some(path) => Lines::of(BufReader::new(File::open(path)?)),
        None => Lines::of_stdin(),
    })
}

/// The text of a request.
pub(crate) fn utf8<'a>(text: &'a [u8], what: &str) -> Result<&'a str, ProviderError> {
    std::str::from_utf8(text).map_err(|error| malformed(format!("it is not valid UTF-8: {error}"), what))
}

/// The request that a text is.
pub(crate) fn parse(text: &str, what: &str) -> Result<Request, ProviderError> {
    if text.trim().is_empty() {
        return Err(malformed("it is empty", what));
    }
    Request::from_json(text).map_err(|error| malformed(error.to_string(), what))
}

/// What is said of a request that is none. `what` is the request as a person would find it.
pub(crate) fn malformed(flaw: impl Into<String>, what: &str) -> ProviderError {
    ProviderError::new(ErrorKind::InvalidRequest, flaw)
        .with_attempt(format!("read {what}"))
        .with_hint("`clawdia stream --help` shows what a request looks like")
}

/// What is said of a place from which nothing can be read.
pub(crate) fn unreadable(what: &str, error: &io::Error) -> ProviderError {
    ProviderError::new(ErrorKind::InvalidRequest, error.to_string()).with_attempt(format!("read {what}"))
}

/// The description of the model of a request, which somebody serves.
pub(crate) async fn model(host: &Host, model: &RequestModel) -> Result<Model, HostError> {
    let model = match model {
        RequestModel::Name(name) => host.describe(&host.find(name).await?).await?,
        RequestModel::Model(model) => Model::clone(model),
    };
    host.provider_for(&model)?;
    Ok(model)
}
