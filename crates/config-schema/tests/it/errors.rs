//! Every kind of mistake: where it is shown to be, what is said about it and what to do.

use clawdia_config_schema::{Config, ConfigPath};
use clawdia_core::Plugins;

use crate::plugins::refused;

/// Checks the whole text of an error.
#[track_caller]
fn check(text: &str, expected: &str) {
    assert_eq!(refused(text).to_string(), expected);
}

/// Checks an error without its excerpt: path, message and hint.
#[track_caller]
fn check_parts(text: &str, path: &str, message: &str, hint: Option<&str>) {
    let error = refused(text);
    // Where no hint is expected, any will do.
    let found = hint.map_or(error.hint(), Some);
    assert_eq!((error.path(), error.message(), error.hint()), (path, message, found), "\n{error}\n");
}

/// Checks a mistake in the entry of a provider that speaks `acme-chat`, by the path below the entry.
#[track_caller]
fn check_entry(members: &str, path: &str, message: &str, hint: Option<&str>) {
    let text = format!("{{ models: {{ providers: {{ acme: {{ api: 'acme-chat', {members} }} }} }} }}");
    check_parts(&text, &format!("models.providers.acme.{path}"), message, hint);
}

/// Checks a mistake in the syntax: the marked column of the only line, message and hint.
#[track_caller]
fn check_syntax(text: &str, column: usize, message: &str, hint: Option<&str>) {
    let error = refused(text);
    let parts = (error.line(), error.column(), error.message(), error.hint());
    assert_eq!(parts, (Some(1), Some(column), message, hint), "\n{error}\n");
}

#[test]
fn an_unknown_key_is_marked_and_the_nearest_one_suggested() {
    check(
        r#"{
  models: {
    providers: {
      "amazon-bedrock": {
        modles: [],
      },
    },
  },
}"#,
        "could not read the configuration at line 5, column 9 (models.providers.amazon-bedrock.modles)
  |
5 |         modles: [],
  |         ^^^^^^
unknown key `modles`; did you mean `models`?",
    );
}

#[test]
fn an_unknown_key_like_no_other_comes_with_all_of_them() {
    check(
        "{ models: { temperature: 1 } }",
        "could not read the configuration at line 1, column 13 (models.temperature)
  |
1 | { models: { temperature: 1 } }
  |             ^^^^^^^^^^^
unknown key `temperature`; known here are `mode`, `providers`, `bedrockDiscovery`, `weather`",
    );
}

#[test]
fn unknown_keys_are_refused_at_every_depth() {
    check_parts("{ modles: {} }", "modles", "unknown key `modles`", Some("did you mean `models`?"));
    check_parts(
        "{ models: { bedrokDiscovery: {} } }",
        "models.bedrokDiscovery",
        "unknown key `bedrokDiscovery`",
        Some("did you mean `bedrockDiscovery`?"),
    );
    check_parts(
        "{ agents: { defaults: { model: { primry: 'a/b' } } } }",
        "agents.defaults.model.primry",
        "unknown key `primry`",
        Some("did you mean `primary`?"),
    );
    check_entry(
        "models: [{ id: 'x' }, { id: 'y', context_window: 1 }]",
        "models[1].context_window",
        "unknown key `context_window`",
        Some("did you mean `contextWindow`?"),
    );
    check_entry(
        "models: [{ id: 'x', cost: { tiers: [{ inputTokenAbove: 1 }] } }]",
        "models[0].cost.tiers[0].inputTokenAbove",
        "unknown key `inputTokenAbove`",
        Some("did you mean `inputTokensAbove`?"),
    );
}

#[test]
fn a_value_of_the_wrong_type_is_marked() {
    check(
        "{ models: { providers: { 'amazon-bedrock': { models: [{ id: 'x',\n\tcontextWindow: '200k' }] } } } }",
        "could not read the configuration at line 2, column 17 \
         (models.providers.amazon-bedrock.models[0].contextWindow)
  |
2 |  contextWindow: '200k' }] } } } }
  |                 ^^^^^^
expected a whole number of 0 or more, found text; write for example `200000`",
    );
    check_parts("[]", "", "expected an object, found a list", None);
    check_parts("{ models: [] }", "models", "expected an object, found a list", None);
    check_parts(
        "{ models: { providers: [] } }",
        "models.providers",
        "expected an object, found a list",
        None,
    );
    check_parts(
        "{ models: null }",
        "models",
        "expected an object, found null",
        Some("leave the key out instead"),
    );
    check_entry("models: {}", "models", "expected a list, found an object", None);
    check_entry("models: ['x']", "models[0]", "expected an object, found text", None);
    check_entry("models: [{ id: 7 }]", "models[0].id", "expected text, found 7", None);
    check_entry(
        "models: [{ id: 'x', reasoning: 'yes' }]",
        "models[0].reasoning",
        "expected true or false, found text",
        None,
    );
    check_entry(
        "models: [{ id: 'x', cost: [3, 15] }]",
        "models[0].cost",
        "expected an object, found a list",
        None,
    );
    check_entry(
        "models: [{ id: 'x', maxTokens: -1 }]",
        "models[0].maxTokens",
        "expected a whole number of 0 or more, found -1",
        None,
    );
    check_entry(
        "models: [{ id: 'x', maxTokens: 0.5 }]",
        "models[0].maxTokens",
        "expected a whole number of 0 or more, found 0.5",
        None,
    );
}

#[test]
fn a_missing_key_is_named() {
    check_entry("models: [{ id: 'x' }, { name: 'y' }]", "models[1]", "`id` is missing", Some("add it"));
}

#[test]
fn a_word_of_a_closed_set_is_suggested() {
    check_parts(
        "{ models: { mode: 'merged' } }",
        "models.mode",
        "`merged` is not one of `merge`, `replace`",
        Some("did you mean `merge`?"),
    );
    check_entry(
        "models: [{ id: 'x', input: ['text', 'smell'] }]",
        "models[0].input[1]",
        "`smell` is not one of `text`, `image`, `video`, `audio`",
        None,
    );
}

#[test]
fn a_model_ref_without_a_provider_is_marked_in_either_form() {
    let message = "`large` is no model ref: there is no slash between provider and model";
    check_parts("{ agents: { defaults: { model: 'large' } } }", "agents.defaults.model", message, None);
    check_parts(
        "{ agents: { defaults: { model: { primary: 'large' } } } }",
        "agents.defaults.model.primary",
        message,
        None,
    );
    check_parts(
        "{ agents: { defaults: { model: { fallbacks: ['a/b', 'large'] } } } }",
        "agents.defaults.model.fallbacks[1]",
        message,
        None,
    );
    check_parts(
        "{ agents: { defaults: { model: 7 } } }",
        "agents.defaults.model",
        "expected \"provider/model\" or { primary: \"provider/model\" }, found 7",
        None,
    );
}

#[test]
fn a_key_that_stands_twice_is_refused_at_any_depth() {
    check(
        "{ models: {\n  weather: { city: 'a',\n    'city': 'b' } } }",
        "could not read the configuration at line 3, column 5 (models.weather.city)
  |
3 |     'city': 'b' } } }
  |     ^^^^^^
the key `city` stands here a second time; the first one is on line 2, keep only one of them",
    );
    check_parts(
        "{ models: {}, mod\\u0065ls: {} }",
        "models",
        "the key `mod\\u0065ls` stands here a second time",
        Some("the first one is on line 1, keep only one of them"),
    );
}

#[test]
fn numbers_without_a_finite_value_are_refused() {
    for number in ["NaN", "-NaN", "Infinity", "+Infinity", "1e999", "-1e999"] {
        check_entry(
            &format!("models: [{{ id: 'x', cost: {{ input: {number} }} }}]"),
            "models[0].cost.input",
            "this is not a finite number",
            Some("write a number"),
        );
    }
}

#[test]
fn prices_below_zero_are_refused() {
    let hint = Some("write US dollars per million tokens");
    check_entry(
        "models: [{ id: 'x', cost: { input: 1, cacheRead: -0.1 } }]",
        "models[0].cost.cacheRead",
        "a price cannot be negative",
        hint,
    );
    check_entry(
        "models: [{ id: 'x', cost: { cacheWrite1h: -1 } }]",
        "models[0].cost.cacheWrite1h",
        "a price cannot be negative",
        hint,
    );
    check_entry(
        "models: [{ id: 'x', cost: { tiers: [{ output: -1 }] } }]",
        "models[0].cost.tiers[0].output",
        "a price cannot be negative",
        hint,
    );
}

#[test]
fn limits_of_zero_are_refused() {
    let hint = Some("leave the key out if the limit is not known");
    check_entry(
        "models: [{ id: 'x', contextWindow: 0 }]",
        "models[0].contextWindow",
        "`contextWindow` is 0, which would leave no room for any text",
        hint,
    );
    check_entry(
        "models: [{ id: 'x', maxTokens: 0 }]",
        "models[0].maxTokens",
        "`maxTokens` is 0, which would leave no room for any text",
        hint,
    );
    check_entry(
        "models: [{ id: 'x', input: [] }]",
        "models[0].input",
        "the model could read nothing",
        Some("name at least \"text\""),
    );
}

#[test]
fn models_need_an_id_of_their_own() {
    check_entry(
        "models: [{ id: ' ' }]",
        "models[0].id",
        "the model's id is blank",
        Some("write the provider's name for it"),
    );
    check_entry(
        "models: [{ id: 'x' }, { id: 'x' }]",
        "models[1].id",
        "the model `x` is listed a second time",
        Some("keep only one of its entries"),
    );
}

#[test]
fn provider_names_can_be_named_in_a_ref() {
    let check = |id: &str, message: &str, hint: &str| {
        check_parts(
            &format!("{{ models: {{ providers: {{ '{id}': {{ api: 'acme-chat' }} }} }} }}"),
            &ConfigPath::root().key("models").key("providers").key(id).to_string(),
            message,
            Some(hint),
        );
    };
    check("Acme", "the provider's name `Acme` is not in lower case", "write `acme`");
    check("a/b", "`a/b` cannot be the name of a provider", "use no slashes and no spaces");
    check("a b", "`a b` cannot be the name of a provider", "use no slashes and no spaces");
    check("", "a provider needs a name", "write one such as `amazon-bedrock`");
}

#[test]
fn the_protocol_must_be_linked() {
    check_parts(
        "{ models: { providers: { acme: { api: 'acme-chta' } } } }",
        "models.providers.acme.api",
        "no linked crate speaks the protocol `acme-chta`",
        Some("did you mean `acme-chat`?"),
    );
    check_parts(
        "{ models: { providers: { acme: { api: 'telepathy' } } } }",
        "models.providers.acme.api",
        "no linked crate speaks the protocol `telepathy`",
        Some(
            "linked are `acme-chat`, `bedrock-converse-stream`; for another add `use its_crate as _;` to the host",
        ),
    );
    check_parts(
        "{ models: { providers: { acme: {} } } }",
        "models.providers.acme",
        "`api` is missing, and no linked crate owns the provider `acme`",
        Some("add it, one of `acme-chat`, `bedrock-converse-stream`"),
    );
    check_parts(
        "{ models: { providers: { 'amazon-bedrok': {} } } }",
        "models.providers.amazon-bedrok",
        "`api` is missing, and no linked crate owns the provider `amazon-bedrok`",
        Some("did you mean `amazon-bedrock`?"),
    );
    let none = Plugins::new([], [], []).unwrap();
    let error =
        Config::parse("{ models: { providers: { acme: { api: 'acme-chat' } } } }", &none).unwrap_err();
    assert_eq!(error.hint(), Some("add `use its_crate as _;` to the host"));
}

#[test]
fn authentication_and_options_are_the_plugins() {
    let bedrock = |members: &str, path: &str, message: &str, hint: Option<&str>| {
        let text = format!("{{ models: {{ providers: {{ 'amazon-bedrock': {{ {members} }} }} }} }}");
        check_parts(&text, &format!("models.providers.amazon-bedrock.{path}"), message, hint);
    };
    bedrock(
        "auth: 'aws_sdk'",
        "auth",
        "`bedrock-converse-stream` has no authentication called `aws_sdk`",
        Some("did you mean `aws-sdk`?"),
    );
    check_entry(
        "auth: 'aws-sdk'",
        "auth",
        "`acme-chat` has no authentication called `aws-sdk`",
        Some("leave the key out"),
    );
    bedrock(
        "params: { serviceTeir: 'flex' }",
        "params.serviceTeir",
        "unknown key `serviceTeir`",
        Some("did you mean `serviceTier`?"),
    );
    bedrock(
        "params: { serviceTier: 'flexx' }",
        "params.serviceTier",
        "`flexx` is not one of `flex`, `priority`",
        Some("did you mean `flex`?"),
    );
    bedrock(
        "models: [{ id: 'x', params: { serviceTier: 1 } }]",
        "models[0].params.serviceTier",
        "expected text, found 1",
        None,
    );
}

#[test]
fn addresses_headers_and_names_are_checked() {
    let address = "write one such as `https://bedrock-runtime.us-east-1.amazonaws.com`";
    for url in ["bedrock.example", "", "ftp://host", "https://", "https:///path", "https://a b"] {
        check_entry(&format!("baseUrl: '{url}'"), "baseUrl", "this is not an address", Some(address));
    }
    check_entry(
        "models: [{ id: 'x', baseUrl: 'x' }]",
        "models[0].baseUrl",
        "this is not an address",
        Some(address),
    );
    check_entry(
        "headers: { 'x y': '1' }",
        "headers[\"x y\"]",
        "`x y` cannot be the name of a header",
        Some("use letters, digits and `-`"),
    );
    check_entry(
        "headers: { 'x.y': '1\\n2' }",
        "headers[\"x.y\"]",
        "the header's value holds a line break or another control character",
        Some("write it on one line"),
    );
    for key in ["apiKey", "region", "profile", "roleArn"] {
        check_entry(
            &format!("{key}: ' '"),
            key,
            &format!("`{key}` is blank"),
            Some("leave the key out instead"),
        );
    }
}

#[test]
fn syntax_is_explained() {
    check(
        "{ models: { providers: { amazon-bedrock: {} } } }",
        "could not read the configuration at line 1, column 26
  |
1 | { models: { providers: { amazon-bedrock: {} } } }
  |                          ^^^^^^^^^^^^^^
a `:` is missing after the key; a key that is not a plain word needs quotation marks, such as \"amazon-bedrock\"",
    );
    check_syntax("{ models: {\n", 11, "the object that begins here is not closed", Some("add a `}`"));
    check_syntax("{ a: [ 1,", 6, "the list that begins here is not closed", Some("add a `]`"));
    check_syntax("{ 'a", 3, "the string that begins here is not closed", Some("add a quotation mark"));
    check_syntax("{ a: 'b\n }", 8, "the string is not closed on its line", Some("add a quotation mark"));
    check_syntax("{ a: /* }", 6, "the comment that begins here is not closed", Some("add `*/`"));
    check_syntax(
        "{ a:",
        5,
        "the text ends where a value is expected",
        Some("write one, and close what is open"),
    );
    check_syntax("{ a: 1 b: 2 }", 8, "a `,` is missing before this", Some("add it"));
    check_syntax("{ a: us-east-1 }", 6, "a value is expected here", Some("text needs quotation marks"));
    check_syntax("{ a: }", 6, "a value is expected here", Some("write one, or remove the key"));
    let instead = "write one, or remove what stands in its place";
    check_syntax("{ , }", 3, "a key is expected here", Some(instead));
    check_syntax("{ a: 1,, }", 8, "a key is expected here", Some(instead));
    check_syntax("{ 'a' {} }", 7, "a `:` is missing after the key", Some("add it before the value"));
    check_syntax(
        "{ a: 01 }",
        6,
        "a number must not begin with a zero",
        Some("leave the zero out, or put the number in quotation marks if it is text"),
    );
    check_syntax("{ a: tru }", 6, "a value is expected here", Some("did you mean `true`?"));
    check_syntax("{ / }", 3, "a `/` stands alone", Some("begin a comment with `//`, or remove it"));
    check_syntax(
        r"{ a: '\x' }",
        7,
        "the string has an escape that JSON5 does not know",
        Some(r"write a backslash as `\\`"),
    );
    check_syntax("{} x", 4, "the document has ended before this", Some("remove what follows"));
}

#[test]
fn columns_count_characters() {
    let error = refused("{ /* ü😀 */ modles: {} }");
    assert_eq!(error.column(), Some(12));
}
