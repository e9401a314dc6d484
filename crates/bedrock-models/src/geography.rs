//! The prefix of an inference profile, and which of them a region calls its own.

use std::fmt;

/// Where an inference profile may route a request: the part of its id before the first dot.
///
/// AWS adds geographies, so this is an open set: known ones are constants, and any other short prefix can be
/// held too. It owns its text, so it outlives the id it came from.
///
/// ```
/// use clawdia_bedrock_models::Geography;
///
/// assert_eq!(Geography::US_GOV.as_str(), "us-gov");
/// assert_eq!(Geography::parse("EU"), Some(Geography::EU));
/// assert_eq!(Geography::parse("anthropic-is-no-geography"), None);
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Geography {
    // Invariant: the first `length` bytes are lower-case ASCII letters, digits or hyphens, the rest is zero.
    bytes: [u8; Geography::LONGEST],
    length: u8,
}

impl Geography {
    const LONGEST: usize = 8;

    /// The United States.
    pub const US: Self = Self::from_static("us");
    /// GovCloud.
    pub const US_GOV: Self = Self::from_static("us-gov");
    /// The European Union and its neighbours.
    pub const EU: Self = Self::from_static("eu");
    /// Asia and the Pacific.
    pub const APAC: Self = Self::from_static("apac");
    /// Japan.
    pub const JP: Self = Self::from_static("jp");
    /// Australia and New Zealand.
    pub const AU: Self = Self::from_static("au");
    /// Canada.
    pub const CA: Self = Self::from_static("ca");
    /// South America.
    pub const SA: Self = Self::from_static("sa");
    /// India.
    pub const IN: Self = Self::from_static("in");
    /// Every commercial region.
    pub const GLOBAL: Self = Self::from_static("global");

    /// A geography known when the program is written.
    ///
    /// # Panics
    ///
    /// When the text is no prefix (2 to 8 lower-case letters, digits or hyphens); use it in constants.
    pub const fn from_static(prefix: &'static str) -> Self {
        match Self::from_bytes(prefix.as_bytes()) {
            Some(geography) => geography,
            None => panic!("a geography is 2 to 8 ASCII letters, digits or hyphens"),
        }
    }

    /// Reads a prefix in any case; `None` when it is not 2 to 8 letters, digits or hyphens, led by a letter.
    pub fn parse(prefix: &str) -> Option<Self> {
        Self::from_bytes(prefix.as_bytes())
    }

    /// The prefix, in lower case and without the dot.
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.bytes[..usize::from(self.length)]).unwrap_or_default()
    }

    const fn from_bytes(prefix: &[u8]) -> Option<Self> {
        if prefix.len() < 2 || prefix.len() > Self::LONGEST || !prefix[0].is_ascii_alphabetic() {
            return None;
        }
        let mut bytes = [0; Self::LONGEST];
        let mut length = 0;
        while (length as usize) < prefix.len() {
            let byte = prefix[length as usize].to_ascii_lowercase();
            if !byte.is_ascii_alphanumeric() && byte != b'-' {
                return None;
            }
            bytes[length as usize] = byte;
            length += 1;
        }
        Some(Self { bytes, length })
    }

    /// The geographies whose profiles can be called from a region, nearest first, `global` last.
    ///
    /// Empty for regions of partitions without profiles (China). What a region's account really sees is the
    /// service's to say; this is the order in which to look.
    pub fn of_region(region: &str) -> &'static [Self] {
        HOMES
            .iter()
            .find(|(start, _)| {
                region.len() >= start.len()
                    && region.as_bytes()[..start.len()].eq_ignore_ascii_case(start.as_bytes())
            })
            .map_or(&[Self::GLOBAL], |(_, geographies)| geographies)
    }
}

/// Regions by the beginning of their name; the first that fits counts.
const HOMES: &[(&str, &[Geography])] = {
    use Geography as G;
    &[
        ("us-gov-", &[G::US_GOV]),
        ("us-iso", &[]),
        ("us-", &[G::US, G::GLOBAL]),
        ("eu-iso", &[]),
        ("eu-", &[G::EU, G::GLOBAL]),
        // Tel Aviv belongs to the European profiles, the other regions of the Middle East to the Asian ones.
        ("il-", &[G::EU, G::GLOBAL]),
        ("me-", &[G::APAC, G::GLOBAL]),
        ("ap-northeast-1", &[G::JP, G::APAC, G::GLOBAL]),
        ("ap-northeast-3", &[G::JP, G::APAC, G::GLOBAL]),
        ("ap-southeast-2", &[G::AU, G::APAC, G::GLOBAL]),
        ("ap-southeast-4", &[G::AU, G::APAC, G::GLOBAL]),
        ("ap-south-", &[G::IN, G::APAC, G::GLOBAL]),
        ("ap-", &[G::APAC, G::GLOBAL]),
        ("ca-", &[G::CA, G::US, G::GLOBAL]),
        ("sa-", &[G::SA, G::US, G::GLOBAL]),
        ("cn-", &[]),
    ]
};

impl fmt::Display for Geography {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}

impl fmt::Debug for Geography {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_tuple("Geography").field(&self.as_str()).finish()
    }
}
