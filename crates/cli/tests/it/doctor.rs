//! `clawdia doctor`: which step on the way to an answer fails, and what mends it.

use clawdia_bedrock_emulator::{Emulator, Gate, Operation, Reply};
use serde_json::{Value, json};

use crate::endpoint::Endpoint;
use crate::machine::Machine;
use crate::program::Outcome;
use crate::requests::{CLAUDE, NOVA};

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
    let judged = ["bedrock:InvokeModelWithResponseStream", "bedrock:InvokeModel", "quota", "call"];
    assert_eq!(names[names.len() - 4..], judged);
    for step in report["steps"].as_array().unwrap() {
        // Models that can stream with tools are asked for no whole answers.
        let expected = if step["name"] == "bedrock:InvokeModel" { "skipped" } else { "ok" };
        assert_eq!(step["outcome"], expected, "{report:#}");
    }
    let call = endpoint.emulator.requests().pop().unwrap();
    assert_eq!(call.json()["inferenceConfig"]["maxTokens"], 1);
    let text = endpoint.print(&Machine::new(), &["doctor", "--model", NOVA]);
    let is_good = |line: &str| line.starts_with("ok ") || line.starts_with("skipped   bedrock:InvokeModel: ");
    assert!(text.lines().all(is_good), "{text}");
}

#[test]
fn without_credentials_nothing_further_is_tried() {
    let outcome = Machine::new().run(&DOCTOR);
    assert_eq!(outcome.code, Some(1), "{outcome:?}");
    let report = steps(&outcome);
    let credentials = step(&report, "credentials");
    assert_eq!(credentials["outcome"], "notOk");
    assert!(credentials["remedy"].as_str().unwrap().contains("AWS_PROFILE"), "{credentials}");
    for name in [
        "connection",
        "bedrock:ListFoundationModels",
        "bedrock:ListInferenceProfiles",
        "bedrock:InvokeModelWithResponseStream",
        "bedrock:InvokeModel",
        "quota",
        "call",
    ] {
        assert_eq!(step(&report, name)["outcome"], "skipped", "{report:#}");
        assert_eq!(step(&report, name)["detail"], "`credentials` comes first");
    }
    let places = credentials["detail"].as_str().unwrap().lines().skip(1).collect::<Vec<_>>();
    assert!(places.len() > 3 && places.iter().all(|place| place.starts_with("- ")), "{credentials}");
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
    assert_eq!(step(&report, "call")["outcome"], "notOk");
}

#[test]
fn each_permission_to_call_is_judged_by_calling() {
    const STREAM: &str = "bedrock:InvokeModelWithResponseStream";
    const WHOLE: &str = "bedrock:InvokeModel";
    // The second cannot stream while it is offered tools.
    for (denied, model) in [(STREAM, NOVA), (WHOLE, "amazon-bedrock/meta.llama3-1-8b-instruct-v1:0")] {
        let endpoint = Endpoint::of(Emulator::builder().deny(denied));
        let outcome = endpoint.run(&Machine::new(), &["doctor", "--json", "--model", model]);
        assert_eq!(outcome.code, Some(1), "{outcome:?}");
        let report = steps(&outcome);
        let permission = step(&report, denied);
        assert_eq!(permission["outcome"], "notOk", "{report:#}");
        let statement: Value = serde_json::from_str(permission["remedy"].as_str().unwrap()).unwrap();
        assert_eq!(statement["Action"], denied);
        let policy = steps(&Machine::new().run(&["doctor", "--policy"]));
        assert_eq!(statement["Resource"], policy["Statement"][0]["Resource"], "as in the whole policy");
        assert_eq!(step(&report, "bedrock:ListFoundationModels")["outcome"], "ok");
        assert_eq!(step(&report, "call")["outcome"], if denied == STREAM { "notOk" } else { "ok" });
    }
}

#[test]
fn a_quota_is_told_from_a_permission_and_codes_are_told_once() {
    let endpoint = Endpoint::start();
    endpoint.emulator.reply_always(Operation::ConverseStream, Reply::throttled());
    let report = steps(&run(&endpoint));
    assert_eq!(step(&report, "bedrock:InvokeModelWithResponseStream")["outcome"], "ok", "{report:#}");
    assert_eq!(step(&report, "quota")["outcome"], "notOk");
    let call = step(&report, "call")["detail"].as_str().unwrap();
    assert!(!call.contains("ThrottlingException: Throttling error"), "{call}");

    let endpoint = Endpoint::of(Emulator::builder().deny("bedrock:InvokeModelWithResponseStream"));
    let report = steps(&run(&endpoint));
    let call = step(&report, "call")["detail"].as_str().unwrap();
    assert_eq!(call.matches("AccessDeniedException").count(), 1, "{call}");
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
}

#[test]
fn without_a_model_the_cheapest_that_is_listed_is_called() {
    let endpoint = Endpoint::start();
    let outcome = endpoint.run(&Machine::new(), &["doctor", "--json"]);
    assert_eq!(outcome.code, Some(0), "{outcome:?}");
    let report = steps(&outcome);
    assert!(
        step(&report, "model")["detail"].as_str().unwrap().contains("the cheapest that is listed"),
        "{report:#}"
    );
    assert_eq!(step(&report, "call")["outcome"], "ok");
    assert_eq!(endpoint.emulator.count(Operation::ConverseStream), 1);

    let empty = Endpoint::of(Emulator::builder().list_models([]).list_profiles([]));
    let outcome = empty.run(&Machine::new(), &["doctor", "--json"]);
    assert_eq!(outcome.code, Some(1), "nothing is proved without a call: {outcome:?}");
    let report = steps(&outcome);
    assert_eq!(report["ok"], false);
    assert_eq!(step(&report, "call")["outcome"], "skipped");
    assert!(step(&report, "call")["detail"].as_str().unwrap().contains("not proved"), "{report:#}");
}

#[test]
fn what_is_wrong_is_told_once_and_where_it_is() {
    let keys = [("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE"), ("AWS_SECRET_ACCESS_KEY", "secret")];
    let url = [("AWS_ENDPOINT_URL", "no address")];
    for doctor in [&DOCTOR[..], &["doctor", "--json", "--model", NOVA], &["doctor", "--json"]] {
        let outcome = Machine::new().program(doctor).env(keys).env(url).run("");
        assert_eq!(outcome.code, Some(1), "{outcome:?}");
        let report = steps(&outcome);
        let wrong = report["steps"].as_array().unwrap().iter().filter(|step| step["outcome"] == "notOk");
        let wrong = wrong.collect::<Vec<_>>();
        assert_eq!(wrong.len(), 1, "{report:#}");
        assert_eq!(wrong[0]["name"], "provider", "{report:#}");
        assert!(wrong[0]["detail"].as_str().unwrap().contains("AWS_ENDPOINT_URL"), "{report:#}");
        assert_ne!(wrong[0]["remedy"], "clawdia config validate", "the configuration is right");
    }
}

#[test]
fn the_control_plane_has_steps_of_its_own_where_it_is_elsewhere() {
    let endpoint = Endpoint::start();
    let elsewhere = [("AWS_ENDPOINT_URL_BEDROCK", "http://127.0.0.1:9")];
    let program = Machine::new().program(&DOCTOR).env(endpoint.emulator.environment()).env(elsewhere);
    let outcome = program.run("");
    assert_eq!(outcome.code, Some(1), "{outcome:?}");
    let report = steps(&outcome);
    assert_eq!(step(&report, "connection")["outcome"], "ok");
    let there = step(&report, "endpoint (control plane)")["detail"].as_str().unwrap();
    assert_eq!(there, "http://127.0.0.1:9 (AWS_ENDPOINT_URL_BEDROCK)");
    assert_eq!(step(&report, "connection (control plane)")["outcome"], "notOk");
    assert_eq!(step(&report, "bedrock:ListFoundationModels")["outcome"], "skipped");
    assert_eq!(step(&report, "call")["outcome"], "ok", "models are called elsewhere: {report:#}");
}

#[test]
fn where_nobody_is_asked_for_models_their_permissions_are_not_tried() {
    let endpoint = Endpoint::start();
    let machine = Machine::with(
        "{ models: { mode: 'replace', providers: { 'amazon-bedrock': { models: [{ id: 'us.amazon.nova-lite-v1:0' }] } } } }",
    );
    let report = steps(&endpoint.run(&machine, &DOCTOR));
    for action in ["bedrock:ListFoundationModels", "bedrock:ListInferenceProfiles"] {
        assert_eq!(step(&report, action)["outcome"], "skipped", "{report:#}");
    }
    assert_eq!(step(&report, "call")["outcome"], "ok");
    assert_eq!(endpoint.emulator.count(Operation::ListFoundationModels), 0);
}

#[test]
fn what_stands_in_for_the_model_is_looked_at_too() {
    let endpoint = Endpoint::start();
    let machine = Machine::with(&format!(
        "{{ agents: {{ defaults: {{ model: {{ primary: '{NOVA}', fallbacks: ['{CLAUDE}', 'nobody/x'] }} }} }} }}"
    ));
    let outcome = endpoint.run(&machine, &["doctor", "--json"]);
    assert_eq!(outcome.code, Some(1), "{outcome:?}");
    let report = steps(&outcome);
    assert_eq!(step(&report, "fallback 1")["outcome"], "ok");
    assert_eq!(step(&report, "fallback 2")["outcome"], "notOk");
    assert_eq!(step(&report, "call")["outcome"], "ok");
}

#[cfg(unix)]
#[test]
fn each_step_is_told_at_once_and_an_interrupt_keeps_what_was_found() {
    let endpoint = Endpoint::start();
    endpoint.emulator.enqueue_for(Operation::ConverseStream, Reply::text("OK.").after(&Gate::new()));
    let mut running = endpoint.program(&["doctor", "--model", NOVA]).start();
    while !running.read_line().contains("model access: authorization") {}
    running.interrupt();
    let outcome = running.wait();
    assert_eq!(outcome.code, Some(130), "{outcome:?}");
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

#[test]
fn the_policy_is_written_for_the_partition_that_is_called() {
    for (region, partition) in
        [("us-gov-west-1", "aws-us-gov"), ("cn-north-1", "aws-cn"), ("eu-west-1", "aws")]
    {
        let program = Machine::new().program(&["doctor", "--policy"]).env([("AWS_REGION", region)]);
        let policy = steps(&program.run(""));
        let resource = policy["Statement"][0]["Resource"][0].as_str().unwrap();
        assert!(resource.starts_with(&format!("arn:{partition}:bedrock:")), "{policy:#}");
    }
    let machine =
        Machine::with("{ models: { providers: { 'amazon-bedrock': { region: 'cn-northwest-1' } } } }");
    assert!(machine.print(&["doctor", "--policy"]).contains("arn:aws-cn:bedrock:"));
}

#[test]
fn only_whoever_has_a_bearer_token_has_to_be_allowed_to_use_one() {
    const ACTION: &str = "bedrock:CallWithBearerToken";
    assert!(!Machine::new().print(&["doctor", "--policy"]).contains(ACTION));
    let token = [("AWS_BEARER_TOKEN_BEDROCK", "token")];
    let policy = Machine::new().program(&["doctor", "--policy"]).env(token).run("");
    assert!(policy.stdout.contains(ACTION), "{policy:?}");
    let endpoint = Endpoint::of(Emulator::builder().bearer_token("token"));
    let program = Machine::new().program(&DOCTOR).env(endpoint.emulator.environment()).env(token);
    let report = steps(&program.run(""));
    assert_eq!(step(&report, ACTION)["outcome"], "ok", "{report:#}");
}

#[test]
fn an_answer_that_is_none_of_awss_is_remarked_on() {
    let page = "<html>Please sign in</html>";
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let url = [("AWS_ENDPOINT_URL", format!("http://{}", listener.local_addr().unwrap()))];
    std::thread::spawn(move || {
        while let Ok((mut stream, _)) = listener.accept() {
            let mut head = [0; 4096];
            // What is asked does not matter.
            let _ = std::io::Read::read(&mut stream, &mut head);
            let head =
                format!("content-type: text/html\r\ncontent-length: {}\r\nconnection: close", page.len());
            let _ = std::io::Write::write_all(
                &mut stream,
                format!("HTTP/1.1 200 OK\r\n{head}\r\n\r\n{page}").as_bytes(),
            );
        }
    });
    let keys = [("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE"), ("AWS_SECRET_ACCESS_KEY", "secret")];
    let outcome = Machine::new().program(&DOCTOR).env(keys).env(url).run("");
    let report = steps(&outcome);
    let connection = step(&report, "connection");
    assert!(
        connection["detail"].as_str().unwrap().contains("with status 200, without the id"),
        "{connection}"
    );
    assert!(connection["remedy"].as_str().unwrap().contains("endpoint"), "{connection}");
}

#[cfg(target_os = "linux")]
#[test]
fn a_terminal_shows_which_step_is_waited_for_and_is_left_clean() {
    use crate::terminal::Terminal;
    let endpoint = Endpoint::start();
    endpoint.emulator.enqueue_for(Operation::ListFoundationModels, Reply::answer().after(&Gate::new()));
    let program = Machine::new().program(&["doctor", "--model", NOVA]).env(endpoint.emulator.environment());
    let mut terminal = Terminal::start_in(program, 30);
    terminal.expect("clock: ");
    // Cut, so that the line stays one.
    terminal.expect("Trying bedrock:ListFoundat…");
    terminal.interrupt();
    let (screen, code) = terminal.read_to_end();
    assert_eq!(code, Some(130), "{screen}");
    let (_, after) = screen.rsplit_once("\u{1b}[2K").unwrap();
    assert_eq!(after.trim(), "", "{screen:?}");
}
