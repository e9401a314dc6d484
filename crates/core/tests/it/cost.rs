//! What messages cost: tiers, cache writes, service tiers and exact sums.

use std::collections::BTreeMap;

use clawdia_core::{Amount, Charge, Cost, CostTier, Model, ModelConfig, ServiceTierCost, Usage};

fn cost() -> Cost {
    Cost {
        input: 3.0,
        output: 15.0,
        cache_read: 0.3,
        cache_write: 3.75,
        cache_write_1h: None,
        tiers: vec![
            CostTier {
                input_tokens_above: 400_000,
                input: 12.0,
                output: 30.0,
                cache_read: 1.2,
                cache_write: 15.0,
                cache_write_1h: Some(20.0),
            },
            CostTier {
                input_tokens_above: 200_000,
                input: 6.0,
                output: 22.5,
                cache_read: 0.6,
                cache_write: 7.5,
                cache_write_1h: None,
            },
        ],
        service_tiers: BTreeMap::from([
            (
                "flex".to_owned(),
                ServiceTierCost { input: Some(1.5), output: Some(7.5), ..ServiceTierCost::default() },
            ),
            (
                "priority".to_owned(),
                ServiceTierCost { input: Some(6.0), cache_write: Some(7.5), ..ServiceTierCost::default() },
            ),
        ]),
    }
}

#[track_caller]
fn check(usage: Usage, service_tier: Option<&str>, dollars: [f64; 4]) {
    let charge = cost().of(&usage, service_tier);
    let [input, output, cache_read, cache_write] = dollars.map(Amount::from_dollars);
    assert_eq!(charge, Charge::from_parts(input, output, cache_read, cache_write));
    assert_eq!(charge.total, input + output + cache_read + cache_write);
}

#[test]
fn each_kind_of_token_has_its_rate() {
    let usage =
        Usage { input: 1_000, output: 100, cache_read: 10_000, cache_write: 2_000, ..Usage::default() };
    check(usage, None, [0.003, 0.001_5, 0.003, 0.007_5]);
    check(Usage::default(), None, [0.0; 4]);
}

#[test]
fn a_tier_applies_above_its_threshold_and_not_at_it() {
    let at = Usage { input: 100_000, cache_read: 60_000, cache_write: 40_000, ..Usage::default() };
    check(at, None, [0.3, 0.0, 0.018, 0.15]);
    let above = Usage { input: 100_001, ..at };
    check(above, None, [0.600_006, 0.0, 0.036, 0.3]);
}

#[test]
fn the_highest_tier_below_the_prompt_applies_in_whatever_order_they_stand() {
    check(Usage { input: 500_000, output: 1_000, ..Usage::default() }, None, [6.0, 0.03, 0.0, 0.0]);
}

#[test]
fn output_does_not_lift_a_prompt_into_a_tier() {
    check(Usage { input: 200_000, output: 100_000, ..Usage::default() }, None, [0.6, 1.5, 0.0, 0.0]);
}

#[test]
fn writes_for_an_hour_cost_twice_the_input_rate_unless_it_is_given() {
    let writes = Usage { cache_write: 1_000, cache_write_1h: Some(400), ..Usage::default() };
    check(writes, None, [0.0, 0.0, 0.0, 600.0 * 3.75e-6 + 400.0 * 6e-6]);
    let long = Usage { input: 300_000, ..writes };
    check(long, None, [1.8, 0.0, 0.0, 600.0 * 7.5e-6 + 400.0 * 12e-6]);
    let longer = Usage { input: 500_000, ..writes };
    check(longer, None, [6.0, 0.0, 0.0, 600.0 * 15e-6 + 400.0 * 20e-6]);
}

#[test]
fn writes_for_an_hour_are_never_more_than_all_writes() {
    check(
        Usage { cache_write: 100, cache_write_1h: Some(1_000), ..Usage::default() },
        None,
        [0.0, 0.0, 0.0, 100.0 * 6e-6],
    );
}

#[test]
fn service_tiers_replace_the_rates_they_name() {
    let usage = Usage { input: 1_000, output: 1_000, cache_read: 1_000, ..Usage::default() };
    check(usage, Some("flex"), [0.001_5, 0.007_5, 0.000_3, 0.0]);
    check(usage, Some("default"), [0.003, 0.015, 0.000_3, 0.0]);
    let writes = Usage { cache_write: 2_000, cache_write_1h: Some(1_000), ..Usage::default() };
    check(writes, Some("priority"), [0.0, 0.0, 0.0, 0.007_5 + 0.012]);
}

#[test]
fn a_long_prompt_keeps_the_proportion_of_its_service_tier() {
    let usage = Usage { input: 300_000, output: 1_000, ..Usage::default() };
    check(usage, Some("flex"), [0.9, 0.011_25, 0.0, 0.0]);
}

#[test]
fn sums_over_many_messages_are_exact() {
    // Neither rate has an exact binary form, and one token costs a fraction of a micro-dollar.
    let cost = Cost { input: 0.1, output: 0.7, cache_read: 0.03, ..Cost::default() };
    let usage = |input, output| {
        let usage = Usage { input, output, cache_read: 7, ..Usage::default() };
        Usage { cost: cost.of(&usage, None), ..usage }
    };
    let total =
        (0..10_000).map(|message| usage(message % 7, message % 11)).fold(Usage::default(), |a, b| a + b);
    let (input, output) = ((0..10_000).map(|n| n % 7).sum::<u64>(), (0..10_000).map(|n| n % 11).sum::<u64>());
    assert_eq!((total.input, total.output, total.cache_read), (input, output, 70_000));
    assert_eq!(total.cost.input, Amount::of_tokens(input, 0.1));
    assert_eq!(total.cost.output, Amount::of_tokens(output, 0.7));
    assert_eq!(total.cost.cache_read, Amount::of_tokens(70_000, 0.03));
    assert_eq!(total.cost.total, total.cost.input + total.cost.output + total.cost.cache_read);
    assert_eq!(total.cost, std::iter::once(total.cost).sum());
}

#[test]
fn amounts_are_never_negative_and_never_wrap() {
    assert_eq!(
        Amount::of_tokens(u64::MAX, 15.0) + Amount::of_tokens(u64::MAX, 15.0),
        Amount::of_tokens(u64::MAX, 15.0)
    );
    for nonsense in [-1.0, f64::NAN, f64::NEG_INFINITY] {
        assert_eq!(Amount::of_tokens(1_000, nonsense), Amount::ZERO);
        assert_eq!(Amount::from_dollars(nonsense), Amount::ZERO);
    }
    assert_eq!(Amount::from_dollars(0.012_345).to_string(), "$0.0123");
}

#[test]
fn usage_adds_up_without_wrapping() {
    let most = Usage { input: u64::MAX, cache_read: 1, reasoning: Some(u64::MAX), ..Usage::default() };
    let sum = most + Usage { input: 1, cache_write_1h: Some(2), ..Usage::default() };
    assert_eq!((sum.input, sum.reasoning, sum.cache_write_1h), (u64::MAX, Some(u64::MAX), Some(2)));
    assert_eq!(sum.prompt_tokens(), u64::MAX);
    assert_eq!((Usage::default() + Usage::default()).reasoning, None);
}

#[test]
fn a_configured_rate_goes_before_a_known_one_and_drops_what_was_derived_from_it() {
    let mut model = Model::new("acme", "large", "acme-chat");
    model.cost = Cost { cache_write_1h: Some(6.0), ..cost() };
    let mut config = ModelConfig::new("large");
    config.apply_to(&mut model);
    assert_eq!(model.cost, Cost { cache_write_1h: Some(6.0), ..cost() });

    config.cost.input = Some(0.0);
    config.apply_to(&mut model);
    let expected = Cost { input: 0.0, tiers: Vec::new(), service_tiers: BTreeMap::new(), ..cost() };
    assert_eq!(model.cost, expected);
}
