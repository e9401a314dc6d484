//! Image files for a message, recognised by what is in them.
//!
//! Separate from the conversation: a wrong file is the user's mistake and is told before a model is asked. What a
//! file is called does not matter, since providers look at the bytes, too.

use std::fs;
use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use clawdia::core::Image;

use crate::failure::Failure;

/// Reads an image file.
pub(crate) fn read(path: &Path) -> Result<Image, Failure> {
    let attempt = format!("could not read the image `{}`", path.display());
    let bytes = fs::read(path).map_err(|error| Failure::refused(&attempt).because(&error))?;
    if bytes.is_empty() {
        return Err(Failure::refused(format!("{attempt}: the file is empty")));
    }
    let mime_type = media_type(&bytes).ok_or_else(|| {
        Failure::refused(format!("{attempt}: it is none of PNG, JPEG, GIF and WebP"))
            .with_hint("convert it to PNG or JPEG first")
    })?;
    Ok(Image { data: STANDARD.encode(bytes), mime_type: mime_type.to_owned() })
}

/// Recognises an image by its first bytes.
fn media_type(bytes: &[u8]) -> Option<&'static str> {
    match bytes {
        [0x89, b'P', b'N', b'G', b'\r', b'\n', 0x1A, b'\n', ..] => Some("image/png"),
        [0xFF, 0xD8, 0xFF, ..] => Some("image/jpeg"),
        [b'G', b'I', b'F', b'8', b'7' | b'9', b'a', ..] => Some("image/gif"),
        [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'E', b'B', b'P', ..] => Some("image/webp"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn images_are_recognised_by_their_first_bytes() {
        assert_eq!(media_type(b"\x89PNG\r\n\x1A\nrest"), Some("image/png"));
        assert_eq!(media_type(b"\xFF\xD8\xFF\xE0"), Some("image/jpeg"));
        assert_eq!(media_type(b"GIF89a"), Some("image/gif"));
        assert_eq!(media_type(b"RIFF\0\0\0\0WEBPVP8 "), Some("image/webp"));
        assert_eq!(media_type(b"RIFF\0\0\0\0WAVE"), None);
        assert_eq!(media_type(b"<svg/>"), None);
        assert_eq!(media_type(b""), None);
    }
}
