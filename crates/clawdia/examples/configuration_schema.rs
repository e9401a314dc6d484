//! Prints the schema of the configuration of a host with every provider of this workspace, or its reference.
//!
//! Separate from the programs of the workspace because it serves `cargo xtask codegen`, which links no provider itself:
//! what is printed here is what is kept in `schema/` and `docs/`.

use std::io::{self, Write};

use clawdia::Plugins;
use clawdia::config::schema::{Proposals, generate, reference, to_text};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let schema = generate(&Plugins::linked()?, &Proposals::default())?;
    let text = match std::env::args().nth(1).as_deref() {
        None => to_text(&schema),
        Some("--reference") => reference(&schema),
        Some(other) => {
            return Err(format!("`{other}` is unknown here; write `--reference` or nothing").into());
        }
    };
    io::stdout().write_all(text.as_bytes())?;
    Ok(())
}
