//! Documents, videos and the encoding of files in a request.
//!
//! Separate because the rules (formats, base64, sizes, names) have nothing to do with the conversation around them.

use std::borrow::Cow;

use clawdia_bedrock_models::MediaLimits;
use clawdia_core::{Document, ProviderError, Video};

use crate::request::block::{Block, DocumentBlock, Enabled, Media, Source};
use crate::request::refusal::refuse;

/// The most bytes of a video: just below 25 MB as base64.
const VIDEO_BYTES: u64 = 18_749_999;

pub(super) fn video<'a>(
    video: &'a Video,
    limits: &MediaLimits,
    place: &str,
) -> Result<Block<'a>, ProviderError> {
    let format = match essence(&video.mime_type).as_str() {
        "video/mp4" => "mp4",
        "video/quicktime" | "video/mov" => "mov",
        "video/x-matroska" | "video/mkv" => "mkv",
        "video/webm" => "webm",
        "video/x-flv" | "video/flv" => "flv",
        "video/mpeg" => "mpeg",
        "video/mpg" => "mpg",
        "video/x-ms-wmv" | "video/wmv" => "wmv",
        "video/3gpp" | "video/3gp" => "three_gp",
        other => {
            let rule = format!(
                "unknown video type `{other}`; Bedrock takes mp4, mov, mkv, webm, flv, mpeg, mpg, wmv and 3gp"
            );
            return Err(refuse(&format!("{place}.mimeType"), rule));
        }
    };
    let bytes = base64(&video.data, place)?;
    // The tables disagree whether a megabyte has 1,000,000 or 1,048,576 bytes.
    let limit = limits.video_bytes.map_or(VIDEO_BYTES, |limit| limit.min(VIDEO_BYTES));
    check_size("video", &bytes, Some(limit), place)?;
    Ok(Block::Video(Media { format, source: Source { bytes } }))
}

/// Names of documents, which must differ over the whole request, case ignored, and stay the same from turn to turn.
#[derive(Debug, Default)]
pub(super) struct DocumentNames {
    given: Vec<String>,
}

impl DocumentNames {
    /// How many documents there are.
    pub(super) fn count(&self) -> usize {
        self.given.len()
    }

    /// A name out of the characters the service takes, made unique by a number that depends only on what came before.
    fn next(&mut self, name: Option<&str>) -> String {
        let mut clean = String::new();
        for character in name.unwrap_or_default().chars() {
            let allowed = character.is_ascii_alphanumeric() || "-()[]".contains(character);
            match character {
                character if allowed => clean.push(character),
                // A run of anything else becomes one blank: two in a row are refused.
                _ if !clean.is_empty() && !clean.ends_with(' ') => clean.push(' '),
                _ => {}
            }
        }
        clean.truncate(180);
        let clean = clean.trim();
        let clean = if clean.is_empty() { "document" } else { clean };
        let taken = |candidate: &str| self.given.iter().any(|given| given.eq_ignore_ascii_case(candidate));
        let unique = if taken(clean) {
            (2usize..=self.given.len() + 2)
                .map(|number| format!("{clean} ({number})"))
                .find(|candidate| !taken(candidate))
        } else {
            None
        };
        let unique = unique.unwrap_or_else(|| clean.to_owned());
        self.given.push(unique.clone());
        unique
    }
}

pub(super) fn document<'a>(
    document: &'a Document,
    names: &mut DocumentNames,
    limits: &MediaLimits,
    place: &str,
) -> Result<DocumentBlock<'a>, ProviderError> {
    let format = match essence(&document.mime_type).as_str() {
        "application/pdf" => "pdf",
        "text/csv" => "csv",
        "application/msword" => "doc",
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document" => "docx",
        "application/vnd.ms-excel" => "xls",
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet" => "xlsx",
        "text/html" => "html",
        "text/plain" => "txt",
        "text/markdown" => "md",
        other => {
            let rule = format!(
                "unknown document type `{other}`; Bedrock takes pdf, csv, doc, docx, xls, xlsx, html, txt and md"
            );
            return Err(refuse(&format!("{place}.mimeType"), rule));
        }
    };
    if let Some(most) = limits.documents
        && names.given.len() >= usize::try_from(most).unwrap_or(usize::MAX)
    {
        return Err(refuse(place, format!("is document number {}, and a request may have {most}", most + 1)));
    }
    let bytes = base64(&document.data, place)?;
    check_size("document", &bytes, limits.document_bytes, place)?;
    Ok(DocumentBlock {
        format,
        name: names.next(document.name.as_deref()),
        source: Source { bytes },
        context: document.context.as_deref(),
        citations: document.citations.then_some(Enabled { enabled: true }),
    })
}

/// Checks base64 against a limit in bytes of what it encodes.
pub(super) fn check_size(
    what: &str,
    base64: &str,
    limit: Option<u64>,
    place: &str,
) -> Result<(), ProviderError> {
    let size = base64.trim_end_matches('=').len() * 3 / 4;
    match limit {
        Some(limit) if u64::try_from(size).unwrap_or(u64::MAX) > limit => {
            let (size, limit) = (megabytes(size), megabytes(usize::try_from(limit).unwrap_or(usize::MAX)));
            let rule = format!("the {what} has {size} MB and may have {limit} MB; make it smaller");
            Err(refuse(&format!("{place}.data"), rule))
        }
        _ => Ok(()),
    }
}

/// Whether a model may cite from documents of this media type.
pub(super) fn is_citable(essence: &str) -> bool {
    matches!(essence, "application/pdf" | "text/plain")
}

/// A media type without parameters, in lower case.
pub(super) fn essence(mime_type: &str) -> String {
    mime_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase()
}

/// Base64 as the service reads it: no white space, padded. Checked without decoding, since images are large and sent anew
/// with every turn.
pub(super) fn base64<'a>(data: &'a str, place: &str) -> Result<Cow<'a, str>, ProviderError> {
    let place = || format!("{place}.data");
    let mut text = Cow::Borrowed(data);
    if data.bytes().any(|byte| byte.is_ascii_whitespace()) {
        text = Cow::Owned(data.split_ascii_whitespace().collect());
    }
    let digits = text.trim_end_matches('=').len();
    if digits == 0 {
        return Err(refuse(&place(), "is empty"));
    }
    if let Some(position) = text[..digits].bytes().position(|byte| !is_base64_digit(byte)) {
        return Err(refuse(
            &place(),
            format!("is not valid base64: character {} is none of its digits", position + 1),
        ));
    }
    let padding = match digits % 4 {
        0 => "",
        2 => "==",
        3 => "=",
        _ => return Err(refuse(&place(), "is not valid base64: it is cut short")),
    };
    let given = text.len() - digits;
    if given != 0 && given != padding.len() {
        return Err(refuse(&place(), "is not valid base64: its padding is wrong"));
    }
    if given != padding.len() {
        text.to_mut().push_str(padding);
    }
    Ok(text)
}

fn is_base64_digit(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'+' || byte == b'/'
}

/// Millions of bytes, with two decimals.
fn megabytes(bytes: usize) -> String {
    format!("{}.{:02}", bytes / 1_000_000, bytes % 1_000_000 / 10_000)
}
