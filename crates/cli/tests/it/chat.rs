//! `clawdia chat`, as scripts use it.

use clawdia_bedrock_emulator::{Reply, Step, Turn};
use serde_json::json;

use crate::endpoint::Endpoint;
use crate::program::Program;
use crate::requests::{CLAUDE, NOVA};

const PNG: &[u8] = b"\x89PNG\r\n\x1a\nrest";

#[test]
fn only_the_answer_goes_to_standard_output() {
    let endpoint = Endpoint::start();
    endpoint.emulator.enqueue(Reply::turn(Turn::new().thinking("Hm.").text("Hello there.")));
    let outcome = endpoint.program(&["chat", "--model", CLAUDE, "--thinking", "high", "hi"]).run("");
    assert_eq!(outcome.code, Some(0), "{outcome:?}");
    assert_eq!(outcome.stdout, "Hello there.\n");
    assert_eq!(outcome.stderr, "");
}

#[test]
fn the_prompt_can_come_from_standard_input() {
    let endpoint = Endpoint::start();
    let outcome =
        endpoint.program(&["chat", "--model", NOVA, "--system", "Be brief."]).run("What is\na crate?\n");
    assert_eq!(outcome.code, Some(0), "{outcome:?}");
    let body = endpoint.emulator.requests()[0].json();
    assert_eq!(body["messages"][0]["content"][0]["text"], "What is\na crate?");
    assert_eq!(body["system"][0]["text"], "Be brief.");
}

#[test]
fn images_are_sent_with_the_prompt() {
    let endpoint = Endpoint::start();
    let program = endpoint.program(&["chat", "--model", CLAUDE, "--image", "photo.jpg", "What is this?"]);
    let outcome = program.file("photo.jpg", PNG).run("");
    // Its name says otherwise, but it is a PNG.
    let body = endpoint.emulator.requests()[0].json();
    assert_eq!(body["messages"][0]["content"][0]["image"]["format"], "png", "{outcome:?}");
    assert_eq!(body["messages"][0]["content"][1]["text"], "What is this?");
}

#[test]
fn files_that_are_no_images_are_told_before_a_model_is_asked() {
    let endpoint = Endpoint::start();
    let check = |content: Option<&[u8]>, words: &str| {
        let program = endpoint.program(&["chat", "--model", CLAUDE, "--image", "image.png", "hi"]);
        let program = match content {
            Some(content) => program.file("image.png", content),
            None => program,
        };
        let outcome = program.run("");
        assert_eq!(outcome.code, Some(2), "{outcome:?}");
        assert!(outcome.stderr.starts_with("error: could not read the image `image.png`"), "{outcome:?}");
        assert!(outcome.stderr.contains(words), "{outcome:?}");
    };
    check(None, "No such file");
    check(Some(b""), "the file is empty");
    check(Some(b"<svg/>"), "it is none of PNG, JPEG, GIF and WebP");
    assert!(endpoint.emulator.requests().is_empty());
}

#[test]
fn a_file_that_is_no_schema_is_told_before_a_model_is_asked() {
    let endpoint = Endpoint::start();
    let check = |content: Option<&str>, words: &str| {
        let program = endpoint.program(&["chat", "--model", CLAUDE, "--output-schema", "city.json", "hi"]);
        let program = match content {
            Some(content) => program.file("city.json", content),
            None => program,
        };
        let outcome = program.run("");
        assert_eq!(outcome.code, Some(2), "{outcome:?}");
        assert!(
            outcome.stderr.starts_with("error: could not read the output schema `city.json`"),
            "{outcome:?}"
        );
        assert!(outcome.stderr.contains(words), "{outcome:?}");
    };
    check(None, "No such file");
    check(Some("{ type: 'object' }"), "it is not valid JSON");
    check(Some("{ type: 'object' }"), "line 1 column 3");
    check(Some("[\"object\"]"), "it is no JSON object");
    check(Some("[]"), "hint: write a JSON Schema");
    assert!(endpoint.emulator.requests().is_empty());
}

#[test]
fn sources_are_listed_below_the_answer_and_not_in_it() {
    let endpoint = Endpoint::start();
    let delta = |delta| Step::event("contentBlockDelta", json!({ "contentBlockIndex": 0, "delta": delta }));
    endpoint.emulator.enqueue(Reply::stream([
        Step::event("messageStart", json!({ "role": "assistant" })),
        delta(json!({ "text": "It is so." })),
        delta(json!({ "citation": { "title": "Notes", "source": "https://notes.example" } })),
        Step::event("contentBlockStop", json!({ "contentBlockIndex": 0 })),
        Step::event("messageStop", json!({ "stopReason": "end_turn" })),
        Step::event("metadata", json!({
            "usage": { "inputTokens": 1, "outputTokens": 2, "totalTokens": 3 }, "metrics": { "latencyMs": 1 },
        })),
    ]));
    let outcome = endpoint.program(&["chat", "--model", CLAUDE, "hi"]).run("");
    assert_eq!(outcome.stdout, "It is so.\n", "{outcome:?}");
    assert_eq!(outcome.stderr, "Sources:\n- Notes (https://notes.example)\n");
}

#[test]
fn the_configured_model_is_asked_when_none_is_named() {
    let endpoint = Endpoint::start();
    let config = json!({ "agents": { "defaults": { "model": { "primary": NOVA } } } });
    let outcome = endpoint.program(&["chat", "hi"]).file(".clawdia/clawdia.json", config.to_string()).run("");
    assert_eq!(outcome.code, Some(0), "{outcome:?}");
    assert_eq!(endpoint.emulator.requests()[0].model_id.as_deref(), Some("us.amazon.nova-lite-v1:0"));
}

#[test]
fn no_model_at_all_is_told_with_both_ways_to_name_one() {
    let outcome = Program::new(&["chat", "hi"]).run("");
    assert_eq!(outcome.code, Some(2), "{outcome:?}");
    assert!(outcome.stderr.contains("--model"), "{outcome:?}");
    assert!(outcome.stderr.contains("`agents.defaults.model.primary`"), "{outcome:?}");
    assert_eq!(outcome.stdout, "");
}

#[test]
fn an_empty_prompt_is_told() {
    let outcome = Program::new(&["chat", "--model", NOVA]).run("\n");
    assert_eq!(outcome.code, Some(2), "{outcome:?}");
    assert!(outcome.stderr.contains("the prompt is empty"), "{outcome:?}");
}

#[test]
fn an_error_says_what_was_attempted_and_what_to_do() {
    let endpoint = Endpoint::start();
    let outcome = endpoint.program(&["chat", "--model", "amazon-bedrock/no-such-model", "hi"]).run("");
    assert_eq!(outcome.code, Some(1), "{outcome:?}");
    assert!(outcome.stderr.starts_with("error: could not "), "{outcome:?}");
    assert!(outcome.stderr.contains("\nhint: "), "{outcome:?}");
    assert_eq!(outcome.stdout, "");
}

#[test]
fn a_reader_that_goes_away_ends_the_program_quietly() {
    let endpoint = Endpoint::start();
    let mut running = endpoint.program(&["chat", "--model", NOVA, "Count to 20000"]).start();
    running.close_stdout();
    let outcome = running.wait();
    assert_eq!((outcome.code, outcome.stderr.as_str()), (Some(0), ""));
}

#[test]
fn a_model_cannot_steer_the_terminal() {
    let endpoint = Endpoint::start();
    endpoint.emulator.enqueue(Reply::text("\u{1b}[2Jboo"));
    let outcome = endpoint.program(&["chat", "--model", NOVA, "hi"]).run("");
    assert_eq!(outcome.stdout, "[2Jboo\n");
}

/// A configuration whose agents use Claude, and fall back on Nova.
const TWO_MODELS: &str = "{ agents: { defaults: { model: { \
    primary: 'amazon-bedrock/us.anthropic.claude-sonnet-4-5-20250929-v1:0', \
    fallbacks: ['amazon-bedrock/us.amazon.nova-lite-v1:0'] } } } }";

#[test]
fn an_agents_fallback_answers_where_its_model_cannot() {
    let endpoint = Endpoint::start();
    let denied = Reply::error(
        403,
        "AccessDeniedException",
        "You don't have access to the model with the specified model ID.",
    );
    endpoint.emulator.enqueue(denied);
    endpoint.emulator.enqueue(Reply::text("Hello from Nova."));
    let outcome = endpoint.program(&["chat", "hi"]).file(".clawdia/clawdia.jsonc", TWO_MODELS).run("");
    assert_eq!((outcome.code, outcome.stdout.as_str()), (Some(0), "Hello from Nova.\n"), "{outcome:?}");
    assert!(outcome.stderr.contains("note: `amazon-bedrock/us.anthropic.claude"), "{outcome:?}");
    let models = endpoint.emulator.requests().into_iter().filter_map(|request| request.model_id);
    assert_eq!(
        models.collect::<Vec<_>>(),
        [&CLAUDE["amazon-bedrock/".len()..], &NOVA["amazon-bedrock/".len()..]]
    );
}

#[test]
fn a_model_named_on_the_command_line_has_no_stand_in() {
    let endpoint = Endpoint::start();
    endpoint.emulator.enqueue(Reply::error(
        403,
        "AccessDeniedException",
        "You don't have access to the model.",
    ));
    let program = endpoint.program(&["chat", "--model", CLAUDE, "hi"]);
    let outcome = program.file(".clawdia/clawdia.jsonc", TWO_MODELS).run("");
    assert_eq!(outcome.code, Some(1), "{outcome:?}");
    assert_eq!(endpoint.emulator.requests().len(), 1);
}

#[test]
fn a_request_that_is_wrong_is_wrong_for_a_fallback_too() {
    let endpoint = Endpoint::start();
    endpoint.emulator.enqueue(Reply::error(400, "ValidationException", "The request is wrong."));
    let outcome = endpoint.program(&["chat", "hi"]).file(".clawdia/clawdia.jsonc", TWO_MODELS).run("");
    assert_eq!(outcome.code, Some(1), "{outcome:?}");
    assert_eq!(endpoint.emulator.requests().len(), 1);
}
