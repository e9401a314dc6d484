//! Writes the rules of `data/behaviours.json` as Rust. Apart from the table of models, since a rule is about many
//! of them and about some that the table does not list yet.

use std::collections::BTreeSet;

use anyhow::ensure;

use super::render::{capabilities, effort, known_fields, option, slice, snake_case};
use super::source::{Behaviours, CacheRules, MediaLimit, Replay, Row, Rule};

/// Refuses rules that say nothing, do not say why, or are about no model.
pub(super) fn check(behaviours: &Behaviours, rows: &[Row]) -> anyhow::Result<()> {
    let names: BTreeSet<&str> = rows.iter().filter_map(|row| Some(row.base_id.split_once('.')?.1)).collect();
    behaviours.rules.iter().try_for_each(|rule| check_rule(rule, &names, &behaviours.unlisted))
}

fn check_rule(rule: &Rule, names: &BTreeSet<&str>, unlisted: &[String]) -> anyhow::Result<()> {
    let source = &rule.source;
    ensure!(!source.trim().is_empty(), "a rule does not say what it rests on: {rule:?}");
    let says_something = !rule.capabilities.is_empty()
        || rule.thinking.is_some()
        || rule.efforts.is_some()
        || rule.effort_ceiling.is_some()
        || rule.replay.is_some()
        || rule.cache.is_some()
        || !rule.media.is_empty()
        || rule.least_max_tokens.is_some();
    ensure!(says_something, "the rule \"{source}\" says nothing");
    ensure!(
        rule.models.is_empty() || rule.family.is_some(),
        "the rule \"{source}\" names models but no family; names mean something within a family only"
    );
    for start in &rule.models {
        let known = names.iter().any(|name| name.starts_with(start)) || unlisted.contains(start);
        ensure!(known, "the rule \"{source}\" is about `{start}`, which no row's name begins with");
    }
    ensure!(
        rule.efforts.iter().all(|efforts| efforts.is_sorted()),
        "the efforts of the rule \"{source}\" must rise"
    );
    Ok(())
}

pub(super) fn render(rules: &[Rule]) -> String {
    let mut text = String::from(
        "\n/// How to speak to models, from the general to the particular.\n\
         pub(crate) static RULES: &[Rule] = &[\n",
    );
    for rule in rules {
        render_rule(&mut text, rule);
    }
    text.push_str("];\n");
    text
}

fn render_rule(text: &mut String, rule: &Rule) {
    text.push_str("    Rule {\n");
    let mut field = |name: &str, value: String| {
        text.push_str("        ");
        text.push_str(name);
        text.push_str(": ");
        text.push_str(&value);
        text.push_str(",\n");
    };
    field("family", option(rule.family.map(|family| format!("Family::{family:?}"))));
    field("models", slice(rule.models.iter().map(|start| format!("{start:?}"))));
    field("capabilities", capabilities(&rule.capabilities));
    field("thinking", option(rule.thinking.map(|dialect| format!("ThinkingDialect::{dialect:?}"))));
    let efforts =
        rule.efforts.as_ref().map(|efforts| slice(efforts.iter().map(|word| effort(*word).to_owned())));
    field("efforts", option(efforts));
    field("effort_ceiling", option(rule.effort_ceiling.map(effort)));
    field("replay", option(rule.replay.map(replay)));
    field("cache", option(rule.cache.as_ref().map(cache)));
    field("media", media(rule));
    field("least_max_tokens", option(rule.least_max_tokens));
    text.push_str("    },\n");
}

fn replay(replay: Replay) -> String {
    format!("Replay {{ text: ReplayText::{:?}, redacted: {} }}", replay.text, replay.redacted)
}

fn cache(cache: &CacheRules) -> String {
    let places = slice(cache.places.iter().map(|place| format!("CachePlace::{place:?}")));
    format!(
        "CacheRules {{ places: {places}, after_plain_documents: {}, one_hour: {}, opt_in: {}, min_tokens: {}, \
         max_tokens: {} }}",
        cache.after_plain_documents,
        cache.one_hour,
        cache.opt_in,
        option(cache.min_tokens),
        option(cache.max_tokens),
    )
}

fn media(rule: &Rule) -> String {
    let name = |limit: &MediaLimit| {
        // A variant's name begins with a capital, which snake_case takes for a second word.
        snake_case(&format!("{limit:?}"))[1..].to_owned()
    };
    known_fields("MediaLimits", rule.media.iter().map(|(limit, value)| (name(limit), value)))
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    #[track_caller]
    fn check(rule: Value, expected: Result<(), &str>) {
        let rule: Rule = serde_json::from_value(rule).expect("the shape of a rule");
        let names = BTreeSet::from(["claude-opus-4-7", "nova-lite-v1:0"]);
        let outcome = check_rule(&rule, &names, &["claude-3-haiku".to_owned()]);
        match (outcome, expected) {
            (Ok(()), Ok(())) => {}
            (Err(error), Err(part)) => assert!(error.to_string().contains(part), "{error}"),
            (outcome, _) => panic!("{outcome:?}"),
        }
    }

    #[test]
    fn a_rule_about_a_family_or_listed_models_is_taken() {
        let tools = json!({ "tools": true });
        check(json!({ "source": "seen", "capabilities": tools }), Ok(()));
        check(
            json!({ "family": "nova", "models": ["nova-lite"], "source": "seen", "thinking": "none" }),
            Ok(()),
        );
        check(
            json!({ "family": "claude", "models": ["claude-3-haiku"], "source": "seen", "efforts": [] }),
            Ok(()),
        );
    }

    #[test]
    fn a_rule_that_cannot_be_meant_is_refused() {
        check(json!({ "source": " ", "thinking": "none" }), Err("does not say what it rests on"));
        check(json!({ "source": "seen" }), Err("says nothing"));
        check(json!({ "models": ["nova"], "source": "seen", "thinking": "none" }), Err("but no family"));
        check(
            json!({ "family": "claude", "models": ["claude-opsu"], "source": "seen", "thinking": "none" }),
            Err("`claude-opsu`, which no row's name begins with"),
        );
        check(json!({ "source": "seen", "efforts": ["high", "low"] }), Err("must rise"));
    }

    #[test]
    fn a_rule_is_written_with_what_it_says_alone() {
        let rule = json!({ "family": "gptOss", "source": "seen", "media": { "imageSideAmongMany": 2000 } });
        let rule: Rule = serde_json::from_value(rule).expect("the shape of a rule");
        let text = render(&[rule]);
        assert!(text.contains("family: Some(Family::GptOss),"), "{text}");
        assert!(
            text.contains(
                "media: MediaLimits { image_side_among_many: Some(2000), ..MediaLimits::UNKNOWN },"
            ),
            "{text}"
        );
        assert!(text.contains("capabilities: Capabilities::UNKNOWN,"), "{text}");
    }
}
