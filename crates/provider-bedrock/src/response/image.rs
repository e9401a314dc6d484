//! An image that a model makes, while it arrives.
//!
//! Separate because half an image is none: what is joined here is dropped as soon as a piece is missing.

/// The pieces of an image, joined as bytes: they need not be whole groups of base64.
#[derive(Debug, Default)]
pub(super) struct ImageBytes {
    bytes: Vec<u8>,
    has_failed: bool,
}

impl ImageBytes {
    pub(super) fn add(&mut self, piece: &[u8]) {
        if !self.has_failed {
            self.bytes.extend_from_slice(piece);
        }
    }

    /// Drops what there is, and what follows.
    pub(super) fn fail(&mut self) {
        *self = Self { bytes: Vec::new(), has_failed: true };
    }

    /// The whole image.
    pub(super) fn take(&mut self) -> Vec<u8> {
        std::mem::take(&mut self.bytes)
    }
}

/// The media type for the service's word, or else for what the image begins with.
pub(super) fn media_type(format: &str, start: &[u8]) -> String {
    let format = match format.to_ascii_lowercase().as_str() {
        "" => match imagesize::image_type(start) {
            Ok(imagesize::ImageType::Png) => "png".to_owned(),
            Ok(imagesize::ImageType::Jpeg) => "jpeg".to_owned(),
            Ok(imagesize::ImageType::Gif) => "gif".to_owned(),
            Ok(imagesize::ImageType::Webp) => "webp".to_owned(),
            Ok(_) | Err(_) => return "application/octet-stream".to_owned(),
        },
        "jpg" => "jpeg".to_owned(),
        named => named.to_owned(),
    };
    format!("image/{format}")
}
