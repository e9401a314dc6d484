//! Images in a request.
//!
//! Separate from other media because an image's label must agree with its bytes, and because how large it may be depends on
//! how many there are in the whole request.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use clawdia_bedrock_models::MediaLimits;
use clawdia_core::{Diagnostic, Image, ProviderError};
use imagesize::ImageType;

use crate::request::block::{Block, Media, Source};
use crate::request::media::{base64, decimal_megabytes, essence};
use crate::request::refusal::refuse;

/// The most base64 characters of an image: 5 MiB, which is 3.75 MB of image.
const CHARACTERS: usize = 5 * 1024 * 1024;

/// The longest side of an image, in pixels.
const SIDE: usize = 8_000;

/// The longest side where there are more than [`MANY`] images.
const SIDE_OF_MANY: usize = 2_000;

const MANY: usize = 20;

/// Base64 characters that hold the size of nearly every image; JPEG may put it behind a preview picture.
const HEAD: usize = 96 * 1024;

/// The images of a request so far.
#[derive(Debug, Default)]
pub(super) struct Images {
    count: usize,
    /// The first image with a side longer than many images may have: its place, and its longer side.
    large: Option<(String, usize)>,
}

impl Images {
    /// The block for an image that stands at `place` in the caller's input.
    pub(super) fn block<'a>(
        &mut self,
        image: &'a Image,
        place: &str,
        diagnostics: &mut Vec<Diagnostic>,
    ) -> Result<Block<'a>, ProviderError> {
        let mut format = match essence(&image.mime_type).as_str() {
            "image/png" => "png",
            "image/jpeg" | "image/jpg" => "jpeg",
            "image/gif" => "gif",
            "image/webp" => "webp",
            other => {
                let rule = format!(
                    "unknown image type `{other}`; Bedrock takes image/png, image/jpeg, image/gif and image/webp"
                );
                return Err(refuse(&format!("{place}.mimeType"), rule));
            }
        };
        let bytes = base64(&image.data, place)?;
        if bytes.len() > CHARACTERS {
            let megabytes = decimal_megabytes(bytes.len());
            let rule = format!(
                "the image has {megabytes} MB and may have 3.75 MB (5 MiB as base64); make it smaller"
            );
            return Err(refuse(&format!("{place}.data"), rule));
        }
        // Whole groups of four decode by themselves. What cannot be recognised is left to the service.
        let head = STANDARD.decode(&bytes.as_bytes()[..bytes.len().min(HEAD) / 4 * 4]).unwrap_or_default();
        if let Some(actual) = format_of(&head)
            && actual != format
        {
            let message = format!("an image labelled {} is a {actual}, and was sent as one", image.mime_type);
            diagnostics.push(Diagnostic::new("bedrock_image_relabelled", message).with("place", place));
            format = actual;
        }
        if let Ok(size) = imagesize::blob_size(&head) {
            self.check_side(size.width.max(size.height), place)?;
        }
        self.count += 1;
        Ok(Block::Image(Media { format, source: Source { bytes } }))
    }

    fn check_side(&mut self, side: usize, place: &str) -> Result<(), ProviderError> {
        if side > SIDE {
            let rule =
                format!("the image is {side} pixels long, and no side may exceed {SIDE}; make it smaller");
            return Err(refuse(&format!("{place}.data"), rule));
        }
        if side > SIDE_OF_MANY && self.large.is_none() {
            self.large = Some((place.to_owned(), side));
        }
        Ok(())
    }

    /// Checks what only the whole request tells.
    pub(super) fn check(&self, limits: &MediaLimits) -> Result<(), ProviderError> {
        if let Some(most) = limits.images
            && self.count > usize::try_from(most).unwrap_or(usize::MAX)
        {
            let rule = format!(
                "the conversation holds {} images and the model takes {most}; leave some out",
                self.count
            );
            return Err(refuse("context.messages", rule));
        }
        match &self.large {
            Some((place, side)) if self.count > MANY => {
                let rule = format!(
                    "the image is {side} pixels long, and no side may exceed {SIDE_OF_MANY} when there are more than {MANY} images"
                );
                Err(refuse(&format!("{place}.data"), rule))
            }
            _ => Ok(()),
        }
    }
}

fn format_of(head: &[u8]) -> Option<&'static str> {
    match imagesize::image_type(head).ok()? {
        ImageType::Png => Some("png"),
        ImageType::Jpeg => Some("jpeg"),
        ImageType::Gif => Some("gif"),
        ImageType::Webp => Some("webp"),
        _ => None,
    }
}
