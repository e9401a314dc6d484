//! How long models are served and how they can be called.

use std::time::{Duration, SystemTime};

use clawdia_bedrock_models::{Date, InferenceType, Lifecycle, all, find};
use proptest::prelude::*;

#[track_caller]
fn date(text: &str) -> Date {
    text.parse().expect(text)
}

#[track_caller]
fn check(id: &str, day: &str, expected: Lifecycle) {
    assert_eq!(find(id).expect(id).facts.lifecycle_on(date(day)), expected, "{id} on {day}");
}

#[test]
fn a_model_is_legacy_until_its_last_day_and_gone_from_then_on() {
    let id = "us.anthropic.claude-sonnet-4-20250514-v1:0";
    let until = date("2026-10-14");
    check(id, "2026-10-13", Lifecycle::Legacy { until });
    check(id, "2026-10-14", Lifecycle::EndOfLife);
    check(id, "2027-01-01", Lifecycle::EndOfLife);
}

#[test]
fn a_model_without_an_announced_end_is_active() {
    check("anthropic.claude-opus-4-7", "2030-01-01", Lifecycle::Active);
}

#[test]
fn a_model_that_is_gone_was_gone_on_any_day() {
    check("anthropic.claude-instant-v1", "2020-01-01", Lifecycle::EndOfLife);
}

#[test]
fn every_last_day_of_the_table_is_a_day() {
    for facts in all() {
        if let Some(day) = facts.deprecation_date {
            assert_eq!(date(day).to_string(), day, "{}", facts.id);
        }
    }
}

#[test]
fn inference_types_agree_with_what_needs_a_profile() {
    for facts in all() {
        let types = facts.inference_types();
        let callable = types.contains(&InferenceType::OnDemand);
        let expected = facts.geography.is_none() && !facts.served_only_through_profile();
        assert_eq!(callable, expected, "{}", facts.id);
        assert!(!types.is_empty());
    }
    let nova = find("amazon.nova-lite-v1:0").expect("known").facts;
    assert_eq!(nova.inference_types(), [InferenceType::OnDemand, InferenceType::InferenceProfile]);
    assert_eq!(InferenceType::InferenceProfile.as_str(), "INFERENCE_PROFILE");
}

#[test]
fn days_that_do_not_exist_are_refused() {
    for text in [
        "",
        "2027",
        "2027-3-30",
        "2027-13-01",
        "2027-00-01",
        "2027-02-29",
        "2100-02-29",
        "2027-01-32",
        "2027-01-00",
        "2027-01-01T00:00:00Z",
        "+027-01-01",
        "20270101",
    ] {
        let error = text.parse::<Date>().expect_err(text);
        assert_eq!(error.text, text);
    }
    assert!("2028-02-29".parse::<Date>().is_ok());
    assert_eq!(Date::new(10_000, 1, 1), None);
}

#[test]
fn a_moment_has_its_day() {
    let day = |seconds| Date::from(SystemTime::UNIX_EPOCH + Duration::from_secs(seconds)).to_string();
    assert_eq!(day(0), "1970-01-01");
    assert_eq!(day(86_399), "1970-01-01");
    assert_eq!(day(951_782_400), "2000-02-29");
    assert_eq!(day(1_735_689_599), "2024-12-31");
    assert_eq!(day(1_735_689_600), "2025-01-01");
    assert_eq!(Date::from(SystemTime::UNIX_EPOCH - Duration::from_secs(1)).to_string(), "1970-01-01");
}

proptest! {
    #[test]
    fn the_next_day_is_the_next_day(days in 0_u64..2_000_000) {
        let at = |days: u64| Date::from(SystemTime::UNIX_EPOCH + Duration::from_secs(days * 86_400));
        let (today, tomorrow) = (at(days), at(days + 1));
        prop_assert!(today < tomorrow);
        prop_assert_eq!(today.to_string().parse::<Date>(), Ok(today));
    }

    #[test]
    fn any_text_is_a_day_or_not(text in any::<String>()) {
        let _ = text.parse::<Date>();
    }
}
