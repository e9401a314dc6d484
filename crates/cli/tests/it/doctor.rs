//! `clawdia doctor`: which step on the way to an answer fails, and what mends it.

use clawdia_bedrock_emulator::{Emulator, Operation, Reply};
use serde_json::{Value, json};

use crate::endpoint::Endpoint;
use crate::machine::Machine;
use crate::program::Outcome;
use crate::requests::NOVA;

const DOCTOR: [&str; 4] = ["doctor", "--json", "--model", "us.amazon.nova-lite-v1:0"];

#[track_caller]
fn steps(outcome: &Outcome) -> Value {
    serde_json::from_str::<Value>(&outcome.stdout).unwrap_or_else(|error| panic!("{error} in {outcome:?}"))
}

/// The step of a name.
#[track_caller]
fn step<'a>(report: &'a Value, name: &str) -> &'a Value {
    let mut steps = report["steps"].as_array().unwrap().iter();
    steps.find(|step| step["name"] == name).unwrap_or_else(|| panic!("no {name} in {report:#}"))
}

fn run(endpoint: &Endpoint) -> Outcome {
    endpoint.run(&Machine::new(), &DOCTOR)
}

#[test]
fn all_steps_are_well_down_to_a_call_for_one_token() {
    let endpoint = Endpoint::start();
    let outcome = run(&endpoint);
    assert_eq!(outcome.code, Some(0), "{outcome:?}");
    let report = steps(&outcome);
    assert_eq!((&report["ok"], &report["model"]), (&json!(true), &json!(NOVA)));
    let names = report["steps"].as_array().unwrap().iter().map(|step| step["name"].as_str().unwrap());
    let names = names.collect::<Vec<_>>();
    assert_eq!((names[0], names[1]), ("configuration", "model"));
    assert_eq!(names.last(), Some(&"call"));
    for name in
        ["credentials", "region", "endpoint", "bedrock:ListFoundationModels", "bedrock:ListInferenceProfiles"]
    {
        assert!(names.contains(&name), "{name} is missing in {names:?}");
    }
    assert!(report["steps"].as_array().unwrap().iter().all(|step| step["outcome"] == "ok"), "{report:#}");
    let call = endpoint.emulator.requests().pop().unwrap();
    assert_eq!(call.json()["inferenceConfig"]["maxTokens"], 1);
    let text = endpoint.print(&Machine::new(), &["doctor", "--model", NOVA]);
    assert!(text.lines().all(|line| line.starts_with("ok ")), "{text}");
}

#[test]
fn without_credentials_nothing_further_is_tried() {
    let outcome = Machine::new().run(&DOCTOR);
    assert_eq!(outcome.code, Some(1), "{outcome:?}");
    let report = steps(&outcome);
    let credentials = step(&report, "credentials");
    assert_eq!(credentials["outcome"], "notOk");
    assert!(credentials["remedy"].as_str().unwrap().contains("AWS_PROFILE"), "{credentials}");
    for name in ["models", "call"] {
        assert_eq!(step(&report, name)["outcome"], "skipped", "{report:#}");
    }
}

#[test]
fn a_permission_that_is_missing_is_named_and_no_more_is_concluded_from_it() {
    let endpoint = Endpoint::of(Emulator::builder().deny("bedrock:ListFoundationModels"));
    let outcome = run(&endpoint);
    assert_eq!(outcome.code, Some(1), "{outcome:?}");
    let report = steps(&outcome);
    assert_eq!(step(&report, "bedrock:ListFoundationModels")["outcome"], "notOk");
    assert_eq!(step(&report, "call")["outcome"], "ok", "calling takes another permission: {report:#}");

    let endpoint = Endpoint::of(Emulator::builder().deny("bedrock:InvokeModelWithResponseStream"));
    let report = steps(&run(&endpoint));
    assert_eq!(step(&report, "bedrock:ListFoundationModels")["outcome"], "ok");
    let call = step(&report, "call");
    assert_eq!(call["outcome"], "notOk");
    assert!(call["remedy"].as_str().unwrap().contains("bedrock:InvokeModelWithResponseStream"), "{call}");
}

#[test]
fn a_list_that_is_denied_says_nothing_of_a_model_that_the_other_lacks() {
    for (action, model) in [
        ("bedrock:ListFoundationModels", "amazon-bedrock/amazon.nova-lite-v1:0"),
        ("bedrock:ListInferenceProfiles", NOVA),
    ] {
        let endpoint = Endpoint::of(Emulator::builder().deny(action));
        let report = steps(&endpoint.run(&Machine::new(), &["doctor", "--json", "--model", model]));
        let offer = step(&report, "model in the region");
        assert_eq!(offer["outcome"], "skipped", "{action}: {report:#}");
        assert_eq!(offer["detail"], format!("`{action}` comes first"));
        assert_eq!(step(&report, "call")["outcome"], "ok");
    }
}

#[test]
fn a_call_that_fails_is_told_in_the_words_of_the_service() {
    let endpoint = Endpoint::start();
    let reply = Reply::error(400, "ValidationException", "The model is having a day off");
    endpoint.emulator.reply_always(Operation::ConverseStream, reply);
    let outcome = endpoint.run(&Machine::new(), &["doctor", "--model", NOVA]);
    assert_eq!(outcome.code, Some(1), "{outcome:?}");
    let line = outcome.stdout.lines().find(|line| line.starts_with("not ok ")).unwrap();
    assert!(line.contains("call: ") && line.contains("The model is having a day off"), "{outcome:?}");
}

#[test]
fn an_endpoint_where_nobody_is_stops_the_way() {
    // Bound and closed again, so that nobody listens there.
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let keys =
        [("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE".to_owned()), ("AWS_SECRET_ACCESS_KEY", "secret".to_owned())];
    let url = [("AWS_ENDPOINT_URL", format!("http://127.0.0.1:{port}"))];
    let outcome = Machine::new().program(&DOCTOR).env(keys).env(url).run("");
    assert_eq!(outcome.code, Some(1), "{outcome:?}");
    let report = steps(&outcome);
    assert_eq!(step(&report, "credentials")["outcome"], "ok");
    let failed = report["steps"].as_array().unwrap().iter().find(|step| step["outcome"] == "notOk").unwrap();
    assert!(failed["detail"].as_str().unwrap().contains("127.0.0.1"), "{failed}");
    assert_eq!(step(&report, "call")["outcome"], "skipped");
}

#[test]
fn what_is_wrong_before_any_provider_is_a_step_too() {
    let wrong = Machine::with("{ modles: {} }").run(&["doctor", "--json"]);
    assert_eq!(wrong.code, Some(1), "{wrong:?}");
    let report = steps(&wrong);
    let configuration = step(&report, "configuration");
    assert_eq!(configuration["outcome"], "notOk");
    assert_eq!(configuration["remedy"], "clawdia config validate");

    let unknown = Machine::new().run(&["doctor", "--json", "--model", "amazon-bedrok/x"]);
    assert_eq!(unknown.code, Some(1), "{unknown:?}");
    let report = steps(&unknown);
    assert!(step(&report, "model")["detail"].as_str().unwrap().contains("did you mean"), "{report:#}");
    assert_eq!(step(&report, "call")["outcome"], "skipped");

    let endpoint = Endpoint::start();
    let none = endpoint.run(&Machine::new(), &["doctor", "--json"]);
    assert_eq!(none.code, Some(0), "a step that was not tried is not wrong: {none:?}");
    let report = steps(&none);
    assert_eq!(step(&report, "call")["outcome"], "skipped");
    assert!(step(&report, "call")["remedy"].as_str().unwrap().contains("--model"));
}

#[test]
fn the_policy_is_what_the_plugins_need() {
    let outcome = Machine::new().run(&["doctor", "--policy"]);
    assert_eq!((outcome.code, outcome.stderr.as_str()), (Some(0), ""), "{outcome:?}");
    let policy: Value = serde_json::from_str(&outcome.stdout).unwrap();
    assert_eq!(policy["Version"], "2012-10-17");
    let statements = policy["Statement"].as_array().unwrap();
    let mut actions = Vec::new();
    for statement in statements {
        assert_eq!(statement["Effect"], "Allow");
        assert!(!statement["Resource"].as_array().unwrap().is_empty(), "{policy:#}");
        actions.extend(statement["Action"].as_array().unwrap().iter().map(|action| action.as_str().unwrap()));
    }
    for action in
        ["InvokeModel", "InvokeModelWithResponseStream", "ListFoundationModels", "ListInferenceProfiles"]
    {
        let action = format!("bedrock:{action}");
        assert_eq!(actions.iter().filter(|known| **known == action).count(), 1, "{action} in {policy:#}");
    }
}
