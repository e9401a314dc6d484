//! Reading what an image is and how large, from its first bytes.
//!
//! Just enough of four formats to check a label and a size; nothing is decoded.

/// What the first bytes of an image say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct ImageHeader {
    /// The format's name, as in requests.
    pub(super) format: &'static str,
    /// Width and height in pixels, if they could be found.
    pub(super) size: Option<(u32, u32)>,
}

/// Reads an image's header; `None` if it is no image of a known kind.
pub(super) fn read(bytes: &[u8]) -> Option<ImageHeader> {
    if bytes.starts_with(b"\x89PNG\r\n\x1a\n") {
        let size = Some((big(bytes, 16, 4), big(bytes, 20, 4)));
        Some(ImageHeader { format: "png", size: size.and_then(both) })
    } else if bytes.starts_with(b"GIF87a") || bytes.starts_with(b"GIF89a") {
        Some(ImageHeader { format: "gif", size: both((little(bytes, 6, 2), little(bytes, 8, 2))) })
    } else if bytes.starts_with(b"\xff\xd8\xff") {
        Some(ImageHeader { format: "jpeg", size: jpeg_size(bytes) })
    } else if bytes.starts_with(b"RIFF") && bytes.get(8..12) == Some(b"WEBP") {
        Some(ImageHeader { format: "webp", size: webp_size(bytes) })
    } else {
        None
    }
}

// A JPEG is a row of segments; the one that starts the frame holds the size.
fn jpeg_size(bytes: &[u8]) -> Option<(u32, u32)> {
    let mut position = 2;
    loop {
        let marker = *bytes.get(position + 1)?;
        if bytes[position] != 0xff {
            return None;
        }
        match marker {
            0xff => position += 1,
            0xc0..=0xcf if !matches!(marker, 0xc4 | 0xc8 | 0xcc) => {
                return both((big(bytes, position + 7, 2), big(bytes, position + 5, 2)));
            }
            0x01 | 0xd0..=0xd8 => position += 2,
            _ => position += 2 + usize::try_from(big(bytes, position + 2, 2)?).ok()?.max(2),
        }
    }
}

fn webp_size(bytes: &[u8]) -> Option<(u32, u32)> {
    match bytes.get(12..16)? {
        b"VP8 " => both((little(bytes, 26, 2), little(bytes, 28, 2)))
            .map(|(width, height)| (width & 0x3fff, height & 0x3fff)),
        b"VP8L" => {
            let bits = little(bytes, 21, 4)?;
            Some(((bits & 0x3fff) + 1, ((bits >> 14) & 0x3fff) + 1))
        }
        b"VP8X" => {
            both((little(bytes, 24, 3), little(bytes, 27, 3))).map(|(width, height)| (width + 1, height + 1))
        }
        _ => None,
    }
}

fn both(size: (Option<u32>, Option<u32>)) -> Option<(u32, u32)> {
    Some((size.0?, size.1?))
}

fn big(bytes: &[u8], start: usize, length: usize) -> Option<u32> {
    let digits = bytes.get(start..start.checked_add(length)?)?;
    Some(digits.iter().fold(0, |number, byte| number << 8 | u32::from(*byte)))
}

fn little(bytes: &[u8], start: usize, length: usize) -> Option<u32> {
    let digits = bytes.get(start..start.checked_add(length)?)?;
    Some(digits.iter().rev().fold(0, |number, byte| number << 8 | u32::from(*byte)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(bytes: &[u8], format: &'static str, size: Option<(u32, u32)>) {
        assert_eq!(read(bytes), Some(ImageHeader { format, size }));
    }

    #[test]
    fn sizes_are_found_in_each_format() {
        check(b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\x02\x80\0\0\x01\xe0", "png", Some((640, 480)));
        check(b"GIF89a\x80\x02\xe0\x01", "gif", Some((640, 480)));
        let jpeg = b"\xff\xd8\xff\xe0\0\x04ab\xff\xc0\0\x11\x08\x01\xe0\x02\x80";
        check(jpeg, "jpeg", Some((640, 480)));
        check(b"RIFF____WEBPVP8L____\x2f\x7f\xc2\x77\0", "webp", Some((640, 480)));
        check(b"RIFF____WEBPVP8X____\0\0\0\0\x7f\x02\0\xdf\x01\0", "webp", Some((640, 480)));
    }

    #[test]
    fn garbage_is_no_image_and_short_images_have_no_size() {
        assert_eq!(read(b"hello"), None);
        check(b"\x89PNG\r\n\x1a\n", "png", None);
        check(b"\xff\xd8\xff\xe0\xff", "jpeg", None);
        check(b"\xff\xd8\xff\xe0\0\0\xff\xe0\0\0", "jpeg", None);
        check(b"RIFF____WEBP", "webp", None);
    }
}
