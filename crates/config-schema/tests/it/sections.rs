//! Parts of the document that other crates own.

use clawdia_config_schema::Config;

use crate::plugins::{Tides, Weather, linked, parse, refused};

#[test]
fn a_section_is_read_by_its_owner() {
    let config = parse(
        "{ models: { weather: { city: 'Bern', days: [1, 2] } }, plugins: { tides: { harbour: 'x' } } }",
    );
    let weather = config.section::<Weather>().unwrap();
    assert_eq!(weather, Some(Weather { city: "Bern".to_owned(), days: vec![1, 2] }));
    assert_eq!(config.section::<Tides>().unwrap().unwrap().harbour, "x");
    assert_eq!(config.warnings(), []);
}

#[test]
fn an_absent_section_is_none() {
    assert_eq!(parse("{}").section::<Weather>().unwrap(), None);
    assert_eq!(Config::default().section::<Weather>().unwrap(), None);
}

#[test]
fn a_section_is_checked_when_the_document_is_read() {
    let error = refused("{ models: {\n  weather: { city: 'Bern', days: [1, 256] } } }");
    assert_eq!(error.path(), "models.weather.days[1]");
    assert_eq!((error.line(), error.column()), (Some(2), Some(38)));
    assert_eq!(error.message(), "expected a whole number of 0 or more, found 256");
}

#[test]
fn a_section_that_is_no_object_is_refused() {
    assert_eq!(refused("{ models: { weather: ['Bern'] } }").message(), "expected an object, found a list");
    assert_eq!(refused("{ models: { weather: null } }").hint(), Some("leave the key out instead"));
}

#[test]
fn a_neighbour_of_a_section_is_still_unknown() {
    let error = refused("{ plugins: { tides: { harbour: 'x' }, tidse: {} } }");
    assert_eq!(error.message(), "unknown key `plugins`");
    let error = refused("{ models: { weathr: {} } }");
    assert_eq!(error.hint(), Some("did you mean `weather`?"));
}

#[test]
fn a_type_that_was_not_linked_is_checked_when_it_is_read() {
    #[derive(Debug, serde::Deserialize, schemars::JsonSchema)]
    #[serde(deny_unknown_fields)]
    struct Other {
        #[expect(dead_code, reason = "only its shape is tested")]
        town: String,
    }
    impl clawdia_core::Section for Other {
        const POINTER: &'static str = "/models/weather";
    }
    let config = Config::parse("{ models: {\n  weather: { city: 'Bern' } } }", &linked()).unwrap();
    let error = config.section::<Other>().unwrap_err();
    assert_eq!((error.path(), error.line()), ("models.weather.city", Some(2)));
}
