//! An EC2 instance with a role, step by step as the documentation of Amazon Bedrock support walks through it: the
//! emulator is the metadata service and Bedrock.

use clawdia_bedrock_emulator::{CredentialSource, Emulator, Operation};

use crate::endpoint::Endpoint;
use crate::machine::Machine;
use crate::requests::{CLAUDE, NOVA};
use crate::shell::Shell;

fn instance() -> Endpoint {
    // No key is known but those that the instance gives out.
    Endpoint::of(Emulator::builder().instance_role("EC2-Bedrock-Access"))
}

/// A shell on the instance. Its only variables say where the emulator is; a real instance needs none.
fn shell<'m>(endpoint: &Endpoint, machine: &'m Machine) -> Shell<'m> {
    let variables = endpoint.emulator.surroundings(CredentialSource::InstanceRole, machine.home()).unwrap();
    let where_it_is = ["AWS_ENDPOINT_URL", "AWS_EC2_METADATA_SERVICE_ENDPOINT"];
    assert!(variables.iter().all(|(name, _)| where_it_is.contains(name)), "{variables:?}");
    Shell::on(machine, variables)
}

#[track_caller]
fn check_listed(endpoint: &Endpoint, listed: &str) {
    for model in [NOVA, CLAUDE] {
        assert!(listed.lines().any(|line| line.starts_with(model)), "{model} in {listed}");
    }
    assert!(endpoint.emulator.count(Operation::InstanceRoleCredentials) > 0);
    let requests = endpoint.emulator.requests();
    let list = requests.iter().find(|request| request.operation == Operation::ListFoundationModels).unwrap();
    let authorization = list.header("authorization").unwrap();
    assert!(
        authorization.contains("Credential=ASIA") && authorization.contains("/us-east-1/"),
        "{authorization}"
    );
}

#[test]
fn the_walk_through_works_with_the_old_workaround() {
    let endpoint = instance();
    let machine = Machine::new();
    let shell = shell(&endpoint, &machine);
    let said = shell.print(
        "# 3. On the EC2 instance, enable discovery
clawdia config set models.bedrockDiscovery.enabled true
clawdia config set models.bedrockDiscovery.region us-east-1",
    );
    for key in ["enabled", "region"] {
        assert!(said.contains(&format!("Updated models.bedrockDiscovery.{key}.")), "{said}");
    }
    let listed = shell.print(
        "# 4. Set the workaround env vars
echo 'export AWS_PROFILE=default' >> ~/.bashrc
echo 'export AWS_REGION=us-east-1' >> ~/.bashrc
source ~/.bashrc

# 5. Verify models are discovered
clawdia models list",
    );
    check_listed(&endpoint, &listed);
    // Whoever logs in later has these variables from the same file.
    let status = shell.print("source ~/.bashrc\nclawdia models status");
    for words in
        ["AWS_PROFILE `default`", "instance role `EC2-Bedrock-Access` (IMDS)", "us-east-1 (AWS_REGION)"]
    {
        assert!(status.contains(words), "`{words}` in {status}");
    }
    let answer = shell.print(&format!("source ~/.bashrc\nclawdia chat --model {NOVA} 'Are you there?'"));
    assert!(answer.contains("Are you there?"), "{answer}");
}

#[test]
fn the_walk_through_works_without_the_workaround() {
    let endpoint = instance();
    let machine = Machine::new();
    let shell = shell(&endpoint, &machine);
    shell.print("clawdia config set models.bedrockDiscovery.enabled true");
    shell.print("clawdia config set models.bedrockDiscovery.region us-east-1");
    check_listed(&endpoint, &shell.print("clawdia models list"));
    let status = shell.print("clawdia models status");
    for words in [
        "default AWS SDK chain",
        "instance role `EC2-Bedrock-Access` (IMDS)",
        "us-east-1 (models.bedrockDiscovery.region)",
    ] {
        assert!(status.contains(words), "`{words}` in {status}");
    }
}

#[test]
fn an_instance_needs_no_environment_and_no_configuration() {
    let endpoint = instance();
    let machine = Machine::new();
    let shell = shell(&endpoint, &machine);
    let outcome = shell.run("clawdia models list");
    assert_eq!((outcome.code, outcome.stderr.as_str()), (Some(0), ""), "{outcome:?}");
    check_listed(&endpoint, &outcome.stdout);
    assert!(!machine.path().exists(), "listing writes no configuration");
    let doctor = shell.run(&format!("clawdia doctor --model {NOVA}"));
    assert_eq!(doctor.code, Some(0), "{doctor:?}");
    assert!(!doctor.stdout.lines().any(|line| line.starts_with("not ok ")), "{doctor:?}");
}
