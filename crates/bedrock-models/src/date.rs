//! A day of the calendar, so that a model's last day can be compared with today. Small enough to be here rather
//! than a dependency of every host.

use std::fmt;
use std::str::FromStr;
use std::time::{SystemTime, UNIX_EPOCH};

/// A day, in UTC.
///
/// ```
/// use clawdia_bedrock_models::Date;
///
/// let day: Date = "2027-03-30".parse()?;
/// assert!(day < Date::from(std::time::SystemTime::UNIX_EPOCH + std::time::Duration::from_secs(1_900_000_000)));
/// assert_eq!(day.to_string(), "2027-03-30");
/// # Ok::<(), clawdia_bedrock_models::ParseDateError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Date {
    // The order of the fields is the order of days. Invariant: the day exists.
    year: u16,
    month: u8,
    day: u8,
}

/// A text that is no day.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is no day; write it as year, month and day: `2027-03-30`")]
#[non_exhaustive]
pub struct ParseDateError {
    /// The text.
    pub text: String,
}

impl Date {
    /// A day of a year from 0 to 9999; `None` when the calendar has no such day.
    pub const fn new(year: u16, month: u8, day: u8) -> Option<Self> {
        if year > 9_999 || day == 0 || day > days_in(year, month) {
            return None;
        }
        Some(Self { year, month, day })
    }
}

/// 0 for a month that does not exist.
const fn days_in(year: u16, month: u8) -> u8 {
    match month {
        1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
        4 | 6 | 9 | 11 => 30,
        2 if is_leap(year) => 29,
        2 => 28,
        _ => 0,
    }
}

const fn is_leap(year: u16) -> bool {
    year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400))
}

impl FromStr for Date {
    type Err = ParseDateError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let digits = |part: &str, length: usize| {
            let fits = part.len() == length && part.bytes().all(|byte| byte.is_ascii_digit());
            if fits { part.parse::<u16>().ok() } else { None }
        };
        let date = || {
            let (year, rest) = text.split_once('-')?;
            let (month, day) = rest.split_once('-')?;
            let small = |part| u8::try_from(digits(part, 2)?).ok();
            Self::new(digits(year, 4)?, small(month)?, small(day)?)
        };
        date().ok_or_else(|| ParseDateError { text: text.to_owned() })
    }
}

impl fmt::Display for Date {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{:04}-{:02}-{:02}", self.year, self.month, self.day)
    }
}

/// The day of a moment; a clock set before 1970 is taken to be at its beginning, one after 9999 at its end.
impl From<SystemTime> for Date {
    fn from(moment: SystemTime) -> Self {
        let seconds = moment.duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
        let mut days = seconds / 86_400;
        let mut date = Self { year: 1970, month: 1, day: 1 };
        loop {
            let length = if is_leap(date.year) { 366 } else { 365 };
            if days < length {
                break;
            }
            if date.year == 9_999 {
                return Self { year: 9_999, month: 12, day: 31 };
            }
            days -= length;
            date.year += 1;
        }
        while days >= u64::from(days_in(date.year, date.month)) {
            days -= u64::from(days_in(date.year, date.month));
            date.month += 1;
        }
        date.day += u8::try_from(days).expect("fewer days than a month has are left");
        date
    }
}
