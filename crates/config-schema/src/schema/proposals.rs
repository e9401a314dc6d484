//! What an editor proposes where more is possible than anybody can list: models and regions.
//!
//! Separate because a host fills them in when it runs: the schema that is made without one knows no account's models.

use clawdia_core::{Modality, Model, ModelRef};
use serde_json::{Map, Value, json};

use super::editor::each_inner;
use super::places::find;

/// A ref for examples.
const EXAMPLE: &str = "amazon-bedrock/us.amazon.nova-lite-v1:0";

/// Regions that every host may propose. Any other can be written too, so that a new one costs its typing and no more.
const REGIONS: [&str; 18] = [
    "ap-northeast-1",
    "ap-northeast-2",
    "ap-south-1",
    "ap-southeast-1",
    "ap-southeast-2",
    "ca-central-1",
    "eu-central-1",
    "eu-north-1",
    "eu-south-1",
    "eu-west-1",
    "eu-west-2",
    "eu-west-3",
    "me-central-1",
    "sa-east-1",
    "us-east-1",
    "us-east-2",
    "us-gov-west-1",
    "us-west-2",
];

/// What an editor is to propose for open sets. None of it closes a set.
///
/// ```
/// use clawdia_config_schema::schema::{ModelProposal, Proposals};
/// let mut nova = ModelProposal::new("amazon-bedrock/us.amazon.nova-lite-v1:0".parse()?);
/// nova.context_window = Some(300_000);
/// nova.input_price = Some(0.06);
/// nova.output_price = Some(0.24);
/// assert_eq!(nova.detail(), "300K · $0.06/$0.24");
/// let mut proposals = Proposals::default();
/// proposals.models.push(nova);
/// # Ok::<(), clawdia_core::ParseModelRefError>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Proposals {
    /// Models, in the order in which an editor is to show them.
    pub models: Vec<ModelProposal>,
    /// Regions; well-known ones by default.
    pub regions: Vec<String>,
}

impl Default for Proposals {
    fn default() -> Self {
        Self { models: Vec::new(), regions: REGIONS.map(str::to_owned).to_vec() }
    }
}

/// A model, with what helps to choose it.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct ModelProposal {
    /// What is written into the document.
    pub reference: ModelRef,
    /// What people call it.
    pub name: Option<String>,
    /// Tokens that prompt and answer may have together.
    pub context_window: Option<u64>,
    /// Tokens that an answer may have.
    pub max_tokens: Option<u64>,
    /// Dollars per million input tokens.
    pub input_price: Option<f64>,
    /// Dollars per million output tokens.
    pub output_price: Option<f64>,
    /// What it can read.
    pub input: Vec<Modality>,
    /// Whether it can think before it answers, if that is known.
    pub reasoning: Option<bool>,
}

impl ModelProposal {
    /// A model of which nothing is known but its ref.
    pub fn new(reference: ModelRef) -> Self {
        Self {
            reference,
            name: None,
            context_window: None,
            max_tokens: None,
            input_price: None,
            output_price: None,
            input: Vec::new(),
            reasoning: None,
        }
    }

    /// What stands beside the ref in an editor's list: window and prices.
    pub fn detail(&self) -> String {
        let window = self.context_window.map(short_count);
        let prices = match (self.input_price, self.output_price) {
            (None, None) => None,
            (input, output) => Some(format!("{}/{}", price(input), price(output))),
        };
        [window, prices].into_iter().flatten().collect::<Vec<_>>().join(" · ")
    }

    fn rows(&self) -> Vec<(&'static str, String)> {
        let number = |number: Option<u64>| number.map(|number| format!("{number} tokens"));
        let dollars = |rate: Option<f64>| rate.map(|rate| format!("${rate} per million tokens"));
        let input = self.input.iter().map(|modality| modality.as_str()).collect::<Vec<_>>().join(", ");
        let rows = [
            ("Context window", number(self.context_window)),
            ("Longest answer", number(self.max_tokens)),
            ("Input", dollars(self.input_price)),
            ("Output", dollars(self.output_price)),
            ("Reads", (!input.is_empty()).then_some(input)),
            ("Thinks", self.reasoning.map(|thinks| if thinks { "yes" } else { "no" }.to_owned())),
        ];
        rows.into_iter().filter_map(|(name, value)| Some((name, value?))).collect()
    }

    fn heading(&self) -> &str {
        self.name.as_deref().unwrap_or_else(|| self.reference.model.as_str())
    }

    fn plain(&self) -> String {
        let rows = self.rows().into_iter().map(|(name, value)| format!("{name}: {value}"));
        std::iter::once(self.heading().to_owned()).chain(rows).collect::<Vec<_>>().join("\n")
    }

    fn markdown(&self) -> String {
        let rows = self.rows();
        let heading = format!("**{}**", self.heading());
        if rows.is_empty() {
            return heading;
        }
        let rows = rows.into_iter().map(|(name, value)| format!("| {name} | {value} |"));
        let table = ["| | |".to_owned(), "|---|---|".to_owned()].into_iter().chain(rows).collect::<Vec<_>>();
        format!("{heading}\n\n{}", table.join("\n"))
    }
}

/// What is known of a model, a price of nothing being one that is not known.
impl From<&Model> for ModelProposal {
    fn from(model: &Model) -> Self {
        let known = |limit: u64| (limit > 0).then_some(limit);
        let rate = |rate: f64| (rate > 0.0).then_some(rate);
        Self {
            reference: ModelRef::new(model.provider.clone(), model.id.clone()),
            name: (model.name != model.id.as_str()).then(|| model.name.clone()),
            context_window: known(model.context_window),
            max_tokens: known(model.max_tokens),
            input_price: rate(model.cost.input),
            output_price: rate(model.cost.output),
            input: model.input.clone(),
            reasoning: Some(model.reasoning),
        }
    }
}

/// A number of tokens as people say it: `200K` or `1M`.
pub fn short_count(count: u64) -> String {
    match count {
        0..1_000 => count.to_string(),
        1_000..1_000_000 => format!("{}K", count / 1_000),
        _ if count % 1_000_000 < 100_000 => format!("{}M", count / 1_000_000),
        _ => format!("{}.{}M", count / 1_000_000, count % 1_000_000 / 100_000),
    }
}

fn price(rate: Option<f64>) -> String {
    rate.map_or_else(|| "?".to_owned(), |rate| format!("${rate}"))
}

/// Puts the proposals wherever a schema asks for them by `x-proposals`.
pub(super) fn fill(schema: &mut Value, proposals: &Proposals) {
    let Value::Object(schema) = schema else { return };
    each_inner(schema, &mut |inner| fill(inner, proposals));
    match schema.remove("x-proposals").as_ref().and_then(Value::as_str) {
        Some("models") => fill_models(schema, &proposals.models),
        Some("regions") => {
            schema.insert("examples".to_owned(), json!(proposals.regions));
        }
        Some(_) | None => {}
    }
}

fn fill_models(schema: &mut Map<String, Value>, models: &[ModelProposal]) {
    // Beside the list and not inside: there an editor would answer a mistake with all of the list.
    schema
        .entry("patternErrorMessage")
        .or_insert(json!(format!("Write `provider/model`, such as `{EXAMPLE}`.")));
    if models.is_empty() {
        schema.entry("examples").or_insert(json!([EXAMPLE]));
        return;
    }
    // The pattern stays beside the list: inside, an editor would answer a mistake with all of the list. Together with a
    // list, longer examples would be shown twice.
    schema.remove("examples");
    let column =
        |cell: fn(&ModelProposal) -> String| models.iter().map(cell).map(Value::from).collect::<Value>();
    let list = json!({
        "enum": column(|model| model.reference.to_string()),
        "enumDetails": column(ModelProposal::detail),
        "enumDescriptions": column(ModelProposal::plain),
        "markdownEnumDescriptions": column(ModelProposal::markdown),
        // An editor sorts by label where nothing else is said.
        "enumSortTexts": (0..models.len()).map(|position| format!("{position:06}")).collect::<Vec<_>>(),
    });
    let anything = json!({ "type": schema.get("type").cloned().unwrap_or_else(|| json!("string")) });
    schema.insert("anyOf".to_owned(), json!([list, anything]));
}

/// Offers the models as keys, each with the schema of any such key.
pub(super) fn fill_keys(schema: &mut Value, place: &str, proposals: &Proposals) {
    let Some(map) = find(schema, place) else { return };
    let Some(any) = map.get("additionalProperties").cloned() else { return };
    let patterns = map.get("patternProperties").and_then(Value::as_object).cloned().unwrap_or_default();
    let offered = proposals.models.iter().map(|model| {
        let provider = super::protocols::refs_of(model.reference.provider.as_str());
        // Editors look at no pattern for a key that is named.
        let mut value = patterns.get(&provider).unwrap_or(&any).clone();
        value["description"] = json!(model.plain());
        value["markdownDescription"] = json!(model.markdown());
        (model.reference.to_string(), value)
    });
    let offered = offered.collect::<Map<_, _>>();
    if offered.is_empty() {
        if let Some(Value::Object(names)) = map.get_mut("propertyNames") {
            names.insert("examples".to_owned(), json!([EXAMPLE]));
        }
        return;
    }
    map.insert("properties".to_owned(), Value::Object(offered));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn windows_are_short() {
        for (count, expected) in
            [(512, "512"), (200_000, "200K"), (1_000_000, "1M"), (1_047_576, "1M"), (2_500_000, "2.5M")]
        {
            assert_eq!(short_count(count), expected);
        }
    }

    #[test]
    fn what_is_not_known_is_not_shown() {
        let mut model = ModelProposal::new("acme/large".parse().unwrap());
        assert_eq!((model.detail(), model.markdown()), (String::new(), "**large**".to_owned()));
        model.input_price = Some(3.3);
        assert_eq!(model.detail(), "$3.3/?");
        model.name = Some("Large".to_owned());
        model.reasoning = Some(false);
        assert_eq!(model.plain(), "Large\nInput: $3.3 per million tokens\nThinks: no");
    }
}
