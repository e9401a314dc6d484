//! Moments as AWS writes them: in signatures without punctuation, in documents with it.
//!
//! Both directions are needed for UTC only, which is a page of arithmetic and not worth a calendar.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// Reads `20260131T235959Z`.
pub(crate) fn parse(text: &str) -> Option<SystemTime> {
    let bytes = text.as_bytes();
    if bytes.len() != 16 || bytes[8] != b'T' || bytes[15] != b'Z' {
        return None;
    }
    let number = |range: std::ops::Range<usize>| -> Option<u64> {
        let digits = text.get(range)?;
        digits.bytes().all(|byte| byte.is_ascii_digit()).then(|| digits.parse().ok())?
    };
    let (year, month, day) = (number(0..4)?, number(4..6)?, number(6..8)?);
    let (hour, minute, second) = (number(9..11)?, number(11..13)?, number(13..15)?);
    if year < 1970 || !(1..=12).contains(&month) || !(1..=31).contains(&day) {
        return None;
    }
    if hour > 23 || minute > 59 || second > 60 {
        return None;
    }
    let seconds = days_since_epoch(year, month, day) * 86_400 + hour * 3_600 + minute * 60 + second;
    Some(UNIX_EPOCH + Duration::from_secs(seconds))
}

/// Writes a moment as `20260131T235959Z`.
pub(crate) fn basic(moment: SystemTime) -> String {
    let seconds = moment.duration_since(UNIX_EPOCH).unwrap_or_default().as_secs();
    let (year, month, day) = date_of(seconds / 86_400);
    let time = seconds % 86_400;
    format!("{year:04}{month:02}{day:02}T{:02}{:02}{:02}Z", time / 3_600, time / 60 % 60, time % 60)
}

/// Writes a moment as `2026-01-31T23:59:59Z`.
pub(crate) fn iso(moment: SystemTime) -> String {
    let basic = basic(moment);
    let (date, time) = basic.split_once('T').unwrap_or_default();
    let (year, day) = date.split_at(4);
    let (month, day) = day.split_at(2);
    let (hour, second) = time.split_at(2);
    let (minute, second) = second.split_at(2);
    format!("{year}-{month}-{day}T{hour}:{minute}:{second}")
}

// Both directions count days from the first of March, 400 years at a time, so that the leap day
// is the last of a year and needs no case of its own.
fn days_since_epoch(year: u64, month: u64, day: u64) -> u64 {
    let year = if month <= 2 { year - 1 } else { year };
    let (era, year_of_era) = (year / 400, year % 400);
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    era * 146_097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719_468
}

fn date_of(days: u64) -> (u64, u64, u64) {
    let days = days + 719_468;
    let (era, day_of_era) = (days / 146_097, days % 146_097);
    let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * shifted + 2) / 5 + 1;
    let month = if shifted < 10 { shifted + 3 } else { shifted - 9 };
    let year = era * 400 + year_of_era + u64::from(month <= 2);
    (year, month, day)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_are_read_as_they_are_written() {
        for seconds in [0, 951_782_399, 951_782_400, 1_709_164_800, 1_798_761_599, 4_107_542_400_u64] {
            let moment = UNIX_EPOCH + Duration::from_secs(seconds);
            assert_eq!(parse(&basic(moment)), Some(moment));
        }
        assert_eq!(basic(UNIX_EPOCH + Duration::from_secs(951_786_123)), "20000229T010203Z");
        assert_eq!(iso(UNIX_EPOCH + Duration::from_secs(951_786_123)), "2000-02-29T01:02:03Z");
    }

    #[test]
    fn what_is_no_moment_is_refused() {
        for text in
            ["", "20260131", "20261331T000000Z", "2026é131T00000Z", "20260131T250000Z", "20260131 000000Z"]
        {
            assert_eq!(parse(text), None, "{text}");
        }
    }
}
