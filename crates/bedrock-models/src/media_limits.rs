//! How much media a request may hold. Separate because none of it is yes or no.

/// What one request may hold at most. More is refused for certain; `None` means that nobody says.
///
/// Bytes are those of the file, before base64.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct MediaLimits {
    /// Images in the whole request, history included.
    pub images: Option<u32>,
    /// Bytes of one image.
    pub image_bytes: Option<u64>,
    /// Pixels of an image's longer side.
    pub image_side: Option<u32>,
    /// Pixels of the longer side once a request holds more than [`MediaLimits::MANY_IMAGES`] images.
    pub image_side_among_many: Option<u32>,
    /// Documents in the whole request, history included.
    pub documents: Option<u32>,
    /// Bytes of one document.
    pub document_bytes: Option<u64>,
    /// Videos in the whole request, history included.
    pub videos: Option<u32>,
    /// Bytes of one video that is sent along and not read from S3.
    pub video_bytes: Option<u64>,
}

impl MediaLimits {
    /// Above this number of images smaller ones are asked for.
    pub const MANY_IMAGES: u32 = 20;

    /// Nothing is known.
    pub const UNKNOWN: Self = Self {
        images: None,
        image_bytes: None,
        image_side: None,
        image_side_among_many: None,
        documents: None,
        document_bytes: None,
        videos: None,
        video_bytes: None,
    };

    /// These limits, and those of `others` where these say nothing.
    pub(crate) fn or(self, others: Self) -> Self {
        Self {
            images: self.images.or(others.images),
            image_bytes: self.image_bytes.or(others.image_bytes),
            image_side: self.image_side.or(others.image_side),
            image_side_among_many: self.image_side_among_many.or(others.image_side_among_many),
            documents: self.documents.or(others.documents),
            document_bytes: self.document_bytes.or(others.document_bytes),
            videos: self.videos.or(others.videos),
            video_bytes: self.video_bytes.or(others.video_bytes),
        }
    }
}
