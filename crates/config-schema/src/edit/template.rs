//! What a configuration is before anything is set in it.
//!
//! Separate because it is text for people.

/// The text of a new configuration: empty, but for a pointer to the schema, which editors find beside the file, and a few
/// words about how to go on.
pub const TEMPLATE: &str = r#"{
  "$schema": "./clawdia.schema.json",

  // The configuration of Clawdia. Comments and trailing commas are welcome.
  //   models  says which providers there are,
  //   agents  which model is used, and how.
  // `clawdia config set <path> <value>` edits this file and leaves the rest of it as it is.
}
"#;
