//! Names that people gave: what they say about a model whose id says nothing, and what they must not be taken to
//! say.

use clawdia_bedrock_models::{Behaviour, Effort, Family, ThinkingDialect};

const OPAQUE: &str = "arn:aws:bedrock:us-east-1:123456789012:application-inference-profile/abc123";

#[test]
fn a_name_speaks_for_an_id_that_says_nothing() {
    for name in ["Claude Opus 4.7", "opus-4.7", "Opus_4_7", "opus 4 7", "opus4.7"] {
        let behaviour = Behaviour::of_named(OPAQUE, name);
        assert_eq!(behaviour.thinking, ThinkingDialect::ClaudeAdaptive, "{name}");
        assert_eq!(behaviour.effort(Effort::Xhigh), Some("xhigh"), "{name}");
    }
    assert!(Behaviour::of_named(OPAQUE, "Claude Sonnet 4").cache.is_some());
    assert_eq!(Behaviour::of_named(OPAQUE, "our Claude 9").family, Family::Claude);
    assert_eq!(Behaviour::of_named(OPAQUE, "gpt-oss next").family, Family::GptOss);
    assert_eq!(Behaviour::of_named(OPAQUE, "our favourite").family, Family::Other);
    // An id that says something is not overruled by a name.
    assert_eq!(Behaviour::of_named("amazon.nova-lite-v1:0", "Claude Opus 4.7").family, Family::Nova);
}

#[track_caller]
fn check_family_by_name(name: &str, expected: Family) {
    assert_eq!(Behaviour::of_named(OPAQUE, name).family, expected, "{name}");
}

#[test]
fn a_family_is_found_by_its_word_however_it_goes_on() {
    for name in
        ["Claude Opus 9", "claude-9", "our_claude_9 (prod)", "Claude.9", "Claude9", "CLAUDE", "opus-4.7"]
    {
        check_family_by_name(name, Family::Claude);
    }
    check_family_by_name("Opus_4_7", Family::Claude);
    check_family_by_name("Amazon Titan Text Express", Family::Titan);
    check_family_by_name("Cohere Command R+", Family::Command);
    check_family_by_name("AI21 J2 Grande", Family::Jurassic);
    check_family_by_name("Meta Llama9 for us", Family::Llama);
    check_family_by_name("GPT OSS next", Family::GptOss);
    check_family_by_name("gpt-9", Family::Gpt);
    check_family_by_name("Moonshot Kimi K9", Family::Kimi);
    check_family_by_name("DeepSeek next", Family::DeepSeek);
}

#[test]
fn everyday_words_name_no_family_without_their_vendor() {
    check_family_by_name("Titan team assistant", Family::Other);
    check_family_by_name("Claude team Titan", Family::Claude);
    check_family_by_name("Command centre", Family::Other);
    check_family_by_name("Cohere's command line for Nova", Family::Other);
    check_family_by_name("j2 environment", Family::Other);
    for name in ["Claudette", "claudes", "Novartis", "Llamas", "Grokking", "Claudé", "éclaude"] {
        check_family_by_name(name, Family::Other);
    }
}

#[test]
fn a_name_of_several_families_is_of_none() {
    check_family_by_name("Claude or Nova", Family::Other);
    check_family_by_name("DeepSeek-R9-Distill-Llama", Family::Other);
    check_family_by_name("Amazon Titan team's Claude", Family::Other);
    check_family_by_name("Claude Opus 9 beside Claude Sonnet 9", Family::Claude);
}

#[test]
fn an_arn_is_no_name() {
    for id in ["j2x9k3l4m5n6", "claude-opus-4-7", "nova"] {
        let arn = format!("arn:aws:bedrock:us-east-1:123456789012:application-inference-profile/{id}");
        assert_eq!(Behaviour::of_named(&arn, &arn), Behaviour::of(OPAQUE), "{id}");
    }
}
