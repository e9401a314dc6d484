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
use crate::request::media::{base64, check_size, essence};
use crate::request::refusal::refuse;

/// The most bytes of an image where nothing else is known: 5 MiB as base64. Source: `ImageBlock` in the API reference.
const BYTES: u64 = 3_932_160;

/// The longest side of an image where nothing else is known, in pixels. Source: as above.
const SIDE: u32 = 8_000;

/// Base64 characters that hold the size of nearly every image; JPEG may put it behind a preview picture.
const HEAD: usize = 96 * 1024;

/// The images of a request so far.
#[derive(Debug, Default)]
pub(super) struct Images {
    count: usize,
    /// The image with the longest side: its place, and that side.
    largest: Option<(String, usize)>,
}

impl Images {
    /// The block for an image that stands at `place` in the caller's input.
    pub(super) fn block<'a>(
        &mut self,
        image: &'a Image,
        limits: &MediaLimits,
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
        check_size("image", &bytes, limits.image_bytes.or(Some(BYTES)), place)?;
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
            self.check_side(size.width.max(size.height), limits, place)?;
        }
        self.count += 1;
        Ok(Block::Image(Media { format, source: Source { bytes } }))
    }

    fn check_side(&mut self, side: usize, limits: &MediaLimits, place: &str) -> Result<(), ProviderError> {
        let most = limits.image_side.unwrap_or(SIDE);
        if exceeds(side, most) {
            let rule =
                format!("the image is {side} pixels long, and no side may exceed {most}; make it smaller");
            return Err(refuse(&format!("{place}.data"), rule));
        }
        if self.largest.as_ref().is_none_or(|(_, largest)| side > *largest) {
            self.largest = Some((place.to_owned(), side));
        }
        Ok(())
    }

    /// Checks what only the whole request tells. Where the number of images is limited, documents count among them.
    pub(super) fn check(&self, limits: &MediaLimits, documents: usize) -> Result<(), ProviderError> {
        if let Some(most) = limits.images
            && self.count > 0
            && exceeds(self.count + documents, most)
        {
            let rule = format!(
                "the conversation holds {} images and {documents} documents, and the model takes {most}; leave some out",
                self.count
            );
            return Err(refuse("context.messages", rule));
        }
        let many = MediaLimits::MANY_IMAGES;
        match (&self.largest, limits.image_side_among_many) {
            (Some((place, side)), Some(most)) if exceeds(self.count, many) && exceeds(*side, most) => {
                let rule = format!(
                    "the image is {side} pixels long, and no side may exceed {most} when there are more than {many} images"
                );
                Err(refuse(&format!("{place}.data"), rule))
            }
            _ => Ok(()),
        }
    }
}

fn exceeds(number: usize, limit: u32) -> bool {
    u32::try_from(number).map_or(true, |number| number > limit)
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
