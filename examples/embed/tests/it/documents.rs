//! The configurations that documents show are ones that a host takes.
//!
//! Separate from the loop's tests, which need no configuration. They stand here because this package alone depends on
//! the facade, on its Bedrock provider and on the echo provider at once, and is never published without the documents.

use clawdia::Plugins;
use clawdia::config::Config;
use clawdia_echo_provider as _;

/// Reads every configuration of a document, of which there are so many.
#[track_caller]
fn check(document: &str, expected: usize) {
    let plugins = Plugins::linked().unwrap();
    let blocks = document.split("```json5\n").skip(1).map(|rest| rest.split("```").next().unwrap());
    let mut count = 0;
    for block in blocks {
        let config = Config::parse(block, &plugins).unwrap();
        assert_eq!(config.warnings(), [], "{block}");
        count += 1;
    }
    assert_eq!(count, expected);
}

#[test]
fn configurations_in_readmes_are_valid() {
    check(include_str!("../../../../README.md"), 1);
    check(include_str!("../../../../crates/cli/README.md"), 1);
    check(include_str!("../../../echo-provider/README.md"), 1);
}
