//! An edit does what it says, and doing it again does nothing.
//!
//! The first line of the input is a path, the second one a value, the rest a document.

#![no_main]

use clawdia_config_schema::edit::{
    ConfigPath, EditError, EditableDocument, RemovedComments, difference, read_json, read_value,
};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: &str| {
    let mut parts = input.splitn(3, '\n');
    let (Some(path), Some(value), Some(text)) = (parts.next(), parts.next(), parts.next()) else { return };
    let Ok(path) = path.parse::<ConfigPath>() else { return };
    // Neither of them may end the process, whatever was typed.
    let _ = read_json(&path, value);
    let Ok(value) = read_value(&path, value, None) else { return };
    let Ok(before) = EditableDocument::parse(text) else { return };

    let mut document = before.clone();
    match document.set(&path, value.clone(), |_| true) {
        Ok(changed) => {
            assert_eq!(document.get(&path), Some(&value));
            assert_eq!(changed, before.get(&path) != Some(&value));
            assert_eq!(difference("f", text, &document.to_text()).is_empty(), !changed);
            let after = document.to_text();
            let mut again = EditableDocument::parse(&after).expect("what was edited can be read");
            assert_eq!(again.set(&path, value, |_| true), Ok(false));
            assert_eq!(again.to_text(), after);
        }
        Err(error) => {
            assert_ne!(error, EditError::Unfaithful);
            assert_eq!(document.to_text(), text);
        }
    }
    let had = document.get(&path).is_some();
    assert_eq!(document.unset(&path, RemovedComments::AboveToo).is_ok(), had);
    let mut patched = before.clone();
    if patched.patch(document.value()).is_ok() {
        assert_eq!(patched.patch(document.value()), Ok(false));
    }
});
