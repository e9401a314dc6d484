//! The page about Amazon Bedrock, `docs/bedrock.md`: every command and every configuration that it shows works.
//!
//! Its blocks are run from top to bottom as a reader would, on one machine: an EC2 instance with a role, which the emulator
//! plays. A block that this does not know how to run is a failure.

use std::collections::BTreeMap;

use clawdia_bedrock_emulator::{CredentialSource, Credentials, Emulator, Operation};
use serde_json::{Value, json};

use crate::endpoint::Endpoint;
use crate::machine::Machine;
use crate::markdown::{Block, code};
use crate::requests::NOVA;
use crate::shell::Shell;

const PAGE: &str = include_str!("../../../../docs/bedrock.md");

/// What stands where the page has only dots, by the variable.
const FILLED: [(&str, &str); 4] = [
    ("AWS_ACCESS_KEY_ID", "AKIAOFTHEPAGE"),
    ("AWS_SECRET_ACCESS_KEY", "secret-of-the-page"),
    ("AWS_SESSION_TOKEN", "session-token-of-the-page"),
    ("AWS_BEARER_TOKEN_BEDROCK", "bearer-token-of-the-page"),
];

/// The other variables that the page sets; one that is misspelt would not be missed on a machine with a role.
const SET: [&str; 4] = ["AWS_PROFILE", "AWS_REGION", "HTTPS_PROXY", "NO_PROXY"];

/// A variable that says who somebody is, and how `clawdia models status` calls that.
const LABELS: [(&str, &str); 3] = [
    ("AWS_BEARER_TOKEN_BEDROCK", "AWS_BEARER_TOKEN_BEDROCK"),
    ("AWS_ACCESS_KEY_ID", "AWS_ACCESS_KEY_ID + AWS_SECRET_ACCESS_KEY"),
    ("AWS_PROFILE", "AWS_PROFILE `"),
];

/// The machine of the reader.
struct Reader {
    endpoint: Endpoint,
    machine: Machine,
    schema: jsonschema::Validator,
    policy: Value,
}

impl Reader {
    fn new() -> Self {
        let [(_, id), (_, secret), (_, session), (_, bearer)] = FILLED;
        let key = Credentials::new(id, secret).with_session_token(session);
        let builder = Emulator::builder().account("111122223333").instance_role("EC2-Bedrock-Access");
        let endpoint = Endpoint::of(builder.role("bedrock").credentials(key).bearer_token(bearer));
        let machine = Machine::new();
        let schema: Value = serde_json::from_str(&machine.print(&["config", "schema"])).unwrap();
        let policy = serde_json::from_str(&machine.print(&["doctor", "--policy"])).unwrap();
        Self { endpoint, schema: jsonschema::validator_for(&schema).unwrap(), machine, policy }
    }

    /// A shell on the instance.
    fn shell(&self) -> Shell<'_> {
        let instance = CredentialSource::InstanceRole;
        Shell::on(&self.machine, self.endpoint.emulator.surroundings(instance, self.machine.home()).unwrap())
    }

    /// Writes a file of the AWS tools.
    fn write(&self, name: &str, text: &str) {
        std::fs::create_dir_all(self.machine.home().join(".aws")).unwrap();
        std::fs::write(self.machine.home().join(".aws").join(name), text).unwrap();
    }

    /// Gives these profiles the keys of the reader.
    fn have_keys<'n>(&self, profiles: impl IntoIterator<Item = &'n str>) {
        let [(_, id), (_, secret), (_, session), _] = FILLED;
        let keys = format!(
            "aws_access_key_id = {id}\naws_secret_access_key = {secret}\naws_session_token = {session}\n"
        );
        let sections = profiles.into_iter().map(|name| format!("[{name}]\n{keys}")).collect::<Vec<_>>();
        self.write("credentials", &sections.concat());
    }

    /// Runs commands; what they export must be what makes the models appear.
    fn run_commands(&self, block: &Block) {
        let lines = block.text.lines().map(filled).collect::<Vec<_>>();
        let exported = lines.iter().filter_map(|line| line.strip_prefix("export ")?.split_once('='));
        let exported = exported.collect::<BTreeMap<_, _>>();
        for name in exported.keys() {
            let is_known = SET.contains(name) || FILLED.iter().any(|(known, _)| known == name);
            assert!(is_known, "nobody knows what {name} is for");
        }
        let profile = exported.get("AWS_PROFILE").map(|name| name.trim_matches('"'));
        self.have_keys(profile);
        let shell = self.shell();
        let mut script = lines.join("\n");
        if !exported.is_empty() {
            script +=
                "\nclawdia models list --plain --refresh > listed\nclawdia models status --json > status";
        }
        let outcome = shell.run(&script);
        // The page chooses a model only after it has found some.
        let expected = ["warning: no default model is chosen", "hint: `clawdia models list`"];
        let is_expected = |line: &str| expected.iter().any(|start| line.starts_with(start));
        assert!(outcome.code == Some(0) && outcome.stderr.lines().all(is_expected), "{script}\n{outcome:?}");
        if !exported.is_empty() {
            let read = |name: &str| std::fs::read_to_string(self.machine.home().join(name)).unwrap();
            assert!(read("listed").lines().any(|line| line == NOVA), "{script}");
            let status: Value = serde_json::from_str(&read("status")).unwrap();
            let provider = &status["providers"][0];
            assert_eq!(provider["problem"], Value::Null, "{script}\n{status:#}");
            let label = LABELS.iter().find(|(name, _)| exported.contains_key(name));
            let label = label.map_or("default AWS SDK chain", |(_, label)| label);
            let value = provider["credentials"]["value"].as_str().unwrap();
            assert!(value.starts_with(label), "{script}\n{status:#}");
        }
        self.check_aws(&shell.aws_calls());
        std::fs::remove_dir_all(self.machine.home().join(".aws")).unwrap();
    }

    /// A configuration is right for the program, and for an editor that knows only the schema.
    fn check_configuration(&self, block: &Block) {
        let path = self.machine.home().join("of-the-page.json5");
        std::fs::write(&path, &block.text).unwrap();
        let report = self.machine.print(&["config", "validate", "--json", path.to_str().unwrap()]);
        let report: Value = serde_json::from_str(&report).unwrap();
        assert_eq!((&report["valid"], &report["problems"]), (&json!(true), &json!([])), "{}", block.text);
        let value: Value = json5::from_str(&block.text).unwrap();
        let errors = self.schema.iter_errors(&value).map(|error| error.to_string()).collect::<Vec<_>>();
        assert!(errors.is_empty(), "{errors:?} in {}", block.text);
    }

    /// A file of profiles leads to credentials.
    fn check_profiles(&self, block: &Block) {
        let head = block.text.lines().find_map(|line| line.strip_prefix("[profile ")?.strip_suffix(']'));
        let source = block.text.lines().find_map(|line| line.strip_prefix("source_profile = "));
        self.have_keys(source);
        self.write("config", &block.text);
        let listed = self
            .shell()
            .print(&format!("AWS_PROFILE={} clawdia models list --refresh --plain", head.unwrap()));
        assert!(listed.lines().any(|line| line == NOVA), "{listed}");
        assert_eq!(self.endpoint.emulator.count(Operation::AssumeRole), 1);
        std::fs::remove_dir_all(self.machine.home().join(".aws")).unwrap();
    }

    /// Commands for AWS's own program fit together.
    fn check_aws(&self, calls: &[Vec<String>]) {
        let (mut roles, mut instance_profiles) = (Vec::new(), Vec::new());
        for call in calls {
            let words = call.iter().map(String::as_str).collect::<Vec<_>>();
            let [service, verb, rest @ ..] = words.as_slice() else { panic!("{call:?}") };
            let (pairs, []) = rest.as_chunks::<2>() else { panic!("an option has no value: {call:?}") };
            let options = pairs.iter().map(|[name, value]| (*name, *value)).collect::<BTreeMap<_, _>>();
            let only = |names: &[&str]| {
                assert!(options.keys().eq(names), "{call:?} has other options than {names:?}");
            };
            let known = |names: &[&str], name: &str| assert!(names.contains(&name), "{name} in {call:?}");
            match (*service, *verb) {
                ("iam", "create-role") => {
                    only(&["--assume-role-policy-document", "--role-name"]);
                    let policy: Value =
                        serde_json::from_str(options["--assume-role-policy-document"]).unwrap();
                    let statement = &policy["Statement"][0];
                    assert_eq!(statement["Principal"], json!({ "Service": "ec2.amazonaws.com" }));
                    assert_eq!(statement["Action"], "sts:AssumeRole");
                    roles.push(options["--role-name"]);
                }
                ("iam", "attach-role-policy") => {
                    only(&["--policy-arn", "--role-name"]);
                    known(&roles, options["--role-name"]);
                    assert_eq!(options["--policy-arn"], "arn:aws:iam::aws:policy/AmazonBedrockFullAccess");
                }
                ("iam", "put-role-policy") => {
                    only(&["--policy-document", "--policy-name", "--role-name"]);
                    // The role was created in an earlier block.
                    assert!(PAGE.contains(&format!("create-role --role-name {} ", options["--role-name"])));
                    let policy: Value = serde_json::from_str(options["--policy-document"]).unwrap();
                    assert_eq!(policy, self.policy);
                }
                ("iam", "create-instance-profile") => {
                    only(&["--instance-profile-name"]);
                    instance_profiles.push(options["--instance-profile-name"]);
                }
                ("iam", "add-role-to-instance-profile") => {
                    only(&["--instance-profile-name", "--role-name"]);
                    known(&roles, options["--role-name"]);
                    known(&instance_profiles, options["--instance-profile-name"]);
                }
                ("ec2", "associate-iam-instance-profile") => {
                    only(&["--iam-instance-profile", "--instance-id"]);
                    known(
                        &instance_profiles,
                        options["--iam-instance-profile"].strip_prefix("Name=").unwrap(),
                    );
                }
                ("ec2", "modify-instance-metadata-options") => {
                    only(&["--http-put-response-hop-limit", "--instance-id"]);
                    assert_eq!(options["--http-put-response-hop-limit"], "2");
                }
                ("configure", "sso") | ("sso", "login") => only(&["--profile"]),
                _ => panic!("nobody checks {call:?}"),
            }
        }
    }
}

/// A line with something in place of dots.
fn filled(line: &str) -> String {
    let Some((name, _)) = line
        .strip_prefix("export ")
        .and_then(|rest| rest.split_once('='))
        .filter(|(_, value)| value.contains("..."))
    else {
        return line.to_owned();
    };
    let known = FILLED.iter().find(|(known, _)| *known == name);
    let (_, value) = known.unwrap_or_else(|| panic!("nobody knows what to put into `{line}`"));
    format!("export {name}={value}")
}

#[test]
fn every_block_works() {
    let reader = Reader::new();
    let (blocks, _) = code(PAGE);
    let mut count = BTreeMap::<&str, usize>::new();
    for block in &blocks {
        let ran = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| match block.language.as_str() {
            "sh" => reader.run_commands(block),
            "json5" => reader.check_configuration(block),
            "ini" => reader.check_profiles(block),
            "json" => assert_eq!(serde_json::from_str::<Value>(&block.text).unwrap(), reader.policy),
            other => panic!("nobody knows how to run a block of `{other}`"),
        }));
        assert!(ran.is_ok(), "the block at docs/bedrock.md:{} does not work", block.line);
        *count.entry(&block.language).or_default() += 1;
    }
    assert!(count["sh"] > 5 && count["json5"] > 2 && count["json"] == 1 && count["ini"] == 1, "{count:?}");
}

#[test]
fn every_command_within_a_sentence_exists() {
    let (_, pieces) = code(PAGE);
    let mut count = 0;
    for piece in pieces.iter().filter_map(|piece| piece.strip_prefix("clawdia ")) {
        // Help is given only where everything before it is known.
        let arguments = piece.split(' ').chain(["--help"]).collect::<Vec<_>>();
        let outcome = Machine::new().run(&arguments);
        assert_eq!(outcome.code, Some(0), "clawdia {piece}: {outcome:?}");
        count += 1;
    }
    assert!(count > 5, "{pieces:?}");
}

#[test]
fn the_page_says_what_the_options_of_discovery_are_by_default() {
    let machine = Machine::new();
    for (option, default) in
        [("refreshInterval", "3600"), ("defaultContextWindow", "32000"), ("defaultMaxTokens", "4096")]
    {
        let path = format!("models.bedrockDiscovery.{option}");
        let outcome = machine.run(&["config", "get", "--origin", &path]);
        assert!(outcome.stdout.contains(default), "{outcome:?}");
        assert!(PAGE.contains(&format!("| `{option}` | {default} |")), "{option}");
    }
}
