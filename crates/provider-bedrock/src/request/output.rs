//! Answers held to a schema: by the service where it can, else by a tool that the model has to call.
//!
//! Separate because it decides over other parts of the request: a tool more, a choice, a member of its own. Source:
//! `OutputConfig` in the API reference; what of JSON Schema can be held to, by the vendor's documentation of structured
//! outputs.

use std::borrow::Cow;

use clawdia_core::{Context, Diagnostic, Message, OutputSchema, ProviderError, StreamOptions, UserBlock};
use serde::Serialize;
use serde_json::{Map, Value};

use crate::config::StructuredOutput;
use crate::learned::{Lesson, fingerprint_of_schema};
use crate::request::Target;
use crate::request::arguments::has_empty_key;
use crate::request::media;
use crate::request::model_traits::ModelTraits;
use crate::request::refusal::refuse;
use crate::request::remark::tell;
use crate::request::tool_names::ToolNames;

/// What the tool is called that stands for the answer.
const TOOL: &str = "structured_output";

/// How the answer is held to a schema.
#[derive(Debug)]
pub(super) enum Output<'a> {
    /// Not at all.
    Free,
    /// By the service.
    Native(OutputConfig<'a>),
    /// By a tool.
    Tool(OutputTool<'a>),
}

/// The `outputConfig` of a request.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct OutputConfig<'a> {
    text_format: TextFormat<'a>,
}

#[derive(Debug, Serialize)]
struct TextFormat<'a> {
    #[serde(rename = "type")]
    kind: &'static str,
    structure: Structure<'a>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
enum Structure<'a> {
    JsonSchema(JsonSchema<'a>),
}

/// A schema as the service takes it: as text.
#[derive(Debug, Serialize)]
struct JsonSchema<'a> {
    schema: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    description: Option<&'a str>,
}

/// The tool that stands for the answer.
#[derive(Debug)]
pub(super) struct OutputTool<'a> {
    pub(super) name: String,
    pub(super) description: String,
    pub(super) schema: &'a Value,
}

impl<'a> Output<'a> {
    pub(super) fn tool(&self) -> Option<&OutputTool<'a>> {
        match self {
            Self::Tool(tool) => Some(tool),
            Self::Free | Self::Native(_) => None,
        }
    }

    pub(super) fn into_config(self) -> Option<OutputConfig<'a>> {
        match self {
            Self::Native(config) => Some(config),
            Self::Free | Self::Tool(_) => None,
        }
    }
}

/// Plans how the answer is held to the schema that the call asks for, if it asks for one.
///
/// # Errors
/// Kind invalidRequest when the model can be held to it in no way that is allowed.
pub(super) fn plan<'a>(
    target: &Target<'_>,
    context: &Context,
    options: &'a StreamOptions,
    names: &ToolNames<'_>,
    traits: &ModelTraits,
    diagnostics: &mut Vec<Diagnostic>,
) -> Result<Output<'a>, ProviderError> {
    let Some(wanted) = &options.output_schema else { return Ok(Output::Free) };
    if !wanted.schema.is_object() {
        return Err(refuse("options.outputSchema.schema", "must be a JSON Schema, an object"));
    }
    let mode = target.params.structured_output;
    let obstacle = match closed(&wanted.schema) {
        Err(reason) => reason,
        Ok(_) if mode == StructuredOutput::Tool => "it is to be held to it by a tool".to_owned(),
        Ok(_) if is_known_to_fail(target, wanted, traits) => {
            "the service does not do so for this model, or not with this schema".to_owned()
        }
        Ok(_) if cites(context, traits) => {
            "the service does not do so where documents are to be cited".to_owned()
        }
        Ok((schema, dropped)) => {
            if !dropped.is_empty() {
                let message = "what no answer can be held to was left out of its schema";
                let told = Diagnostic::new("bedrock_output_schema_relaxed", message);
                diagnostics.push(told.with("keywords", dropped));
            }
            return Ok(Output::Native(native(wanted, &schema)));
        }
    };
    if mode == StructuredOutput::Native {
        return Err(refuse(
            "options.outputSchema.schema",
            format!("{obstacle}, and no tool may be used instead"),
        ));
    }
    if traits.is_stored_prompt {
        let rule = format!("{obstacle}, and a stored prompt takes no tool besides its own");
        return Err(refuse("options.outputSchema.schema", rule));
    }
    let tool = tool(wanted, context, names, traits)?;
    tell(diagnostics, "bedrock_output_by_tool", format!("the answer was asked for by a tool: {obstacle}"));
    Ok(Output::Tool(tool))
}

/// Where nothing is known, the service is asked only if there is no other way.
fn is_known_to_fail(target: &Target<'_>, wanted: &OutputSchema, traits: &ModelTraits) -> bool {
    let is_the_only_way =
        target.params.structured_output == StructuredOutput::Native || traits.is_stored_prompt;
    let is_able = traits.capabilities().structured_output.unwrap_or(is_the_only_way);
    !is_able || target.knows(|| Lesson::OutputSchemaTooComplex(fingerprint_of_schema(&wanted.schema)))
}

/// Whether the model is asked to cite from something in the conversation.
fn cites(context: &Context, traits: &ModelTraits) -> bool {
    if traits.capabilities().citations != Some(true) {
        return false;
    }
    let cited = |block: &UserBlock| match block {
        UserBlock::Document(document) => {
            document.citations && media::is_citable(&media::essence(&document.mime_type))
        }
        UserBlock::SearchResult(result) => result.citations,
        _ => false,
    };
    context.messages.iter().any(|message| match message {
        Message::User(message) => message.content.iter().any(cited),
        Message::Assistant(_) | Message::ToolResult(_) => false,
    })
}

fn native<'a>(wanted: &'a OutputSchema, schema: &Value) -> OutputConfig<'a> {
    let given = |text: &'a Option<String>| text.as_deref().filter(|text| !text.trim().is_empty());
    let schema = JsonSchema {
        schema: schema.to_string(),
        name: given(&wanted.name),
        description: given(&wanted.description),
    };
    OutputConfig { text_format: TextFormat { kind: "json_schema", structure: Structure::JsonSchema(schema) } }
}

fn tool<'a>(
    wanted: &'a OutputSchema,
    context: &Context,
    names: &ToolNames<'_>,
    traits: &ModelTraits,
) -> Result<OutputTool<'a>, ProviderError> {
    if traits.capabilities().tools == Some(false) {
        return Err(refuse("options.outputSchema", "the model can be held to no schema: it takes no tools"));
    }
    if wanted.schema.get("type").is_none_or(|kind| kind != "object") {
        let rule = "must have the `type` object: the model is held to it by a tool, whose arguments are one";
        return Err(refuse("options.outputSchema.schema", rule));
    }
    if wanted.schema.as_object().is_some_and(has_empty_key) {
        let rule = "has a member without a name, which no tool's schema may have";
        return Err(refuse("options.outputSchema.schema", rule));
    }
    let taken = |name: &str| context.tools.iter().any(|tool| names.sent(&tool.name) == name);
    let mut numbered = (2..).map(|number| format!("{TOOL}_{number}"));
    let name = if taken(TOOL) { numbered.find(|name| !taken(name)) } else { None };
    let mut description = "The final answer. Give it by calling this tool, and only once.".to_owned();
    for text in [&wanted.name, &wanted.description].into_iter().flatten() {
        description.push(' ');
        description.push_str(text.trim());
    }
    Ok(OutputTool { name: name.unwrap_or_else(|| TOOL.to_owned()), description, schema: &wanted.schema })
}

/// Keywords that the service refuses, and without which a schema says nearly the same.
const UNCHECKED: &[&str] = &[
    "minimum",
    "maximum",
    "exclusiveMinimum",
    "exclusiveMaximum",
    "multipleOf",
    "minLength",
    "maxLength",
    "maxItems",
    "uniqueItems",
    "minProperties",
    "maxProperties",
];

/// Keywords that the service refuses, and without which a schema says something else.
const REFUSED: &[&str] = &[
    "oneOf",
    "patternProperties",
    "dependentSchemas",
    "dependencies",
    "unevaluatedProperties",
    "propertyNames",
    "contains",
    "not",
    "if",
    "then",
    "else",
];

/// A copy of a schema in which every object is closed, and the keywords that were left out of it.
///
/// # Errors
/// What of it cannot be held to.
fn closed(schema: &Value) -> Result<(Cow<'_, Value>, Vec<String>), String> {
    let mut copy = schema.clone();
    let mut dropped = Vec::new();
    close(&mut copy, &mut dropped)?;
    Ok(if copy == *schema { (Cow::Borrowed(schema), dropped) } else { (Cow::Owned(copy), dropped) })
}

fn close(schema: &mut Value, dropped: &mut Vec<String>) -> Result<(), String> {
    let Value::Object(members) = schema else { return Ok(()) };
    if let Some(keyword) = REFUSED.iter().find(|keyword| members.contains_key(**keyword)) {
        return Err(format!("its schema uses `{keyword}`"));
    }
    for keyword in UNCHECKED {
        if members.shift_remove(*keyword).is_some() && !dropped.iter().any(|known| known == keyword) {
            dropped.push((*keyword).to_owned());
        }
    }
    // At least none, or one, can be held to; more cannot.
    if members.get("minItems").and_then(Value::as_u64).is_some_and(|least| least > 1) {
        members.insert("minItems".to_owned(), 1.into());
        if !dropped.iter().any(|known| known == "minItems") {
            dropped.push("minItems".to_owned());
        }
    }
    if is_object(members) {
        match members.get("additionalProperties") {
            None => {
                members.insert("additionalProperties".to_owned(), false.into());
            }
            Some(Value::Bool(false)) => {}
            Some(_) => return Err("its schema lets objects have properties that it does not name".to_owned()),
        }
    }
    for name in ["properties", "$defs", "definitions"] {
        if let Some(Value::Object(named)) = members.get_mut(name) {
            named.values_mut().try_for_each(|schema| close(schema, dropped))?;
        }
    }
    for name in ["anyOf", "allOf", "prefixItems"] {
        if let Some(Value::Array(listed)) = members.get_mut(name) {
            listed.iter_mut().try_for_each(|schema| close(schema, dropped))?;
        }
    }
    members.get_mut("items").map_or(Ok(()), |items| close(items, dropped))
}

fn is_object(members: &Map<String, Value>) -> bool {
    match members.get("type") {
        Some(Value::String(kind)) => kind == "object",
        Some(Value::Array(kinds)) => kinds.iter().any(|kind| kind == "object"),
        _ => members.contains_key("properties"),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_schema_is_closed_all_the_way_down_in_its_order() {
        let schema = json!({
            "type": "object",
            "required": ["list"],
            "properties": {
                "list": { "type": "array", "maxItems": 3, "items": { "type": "object", "properties": {} } },
                "either": { "anyOf": [{ "type": "string", "minLength": 1 }, { "type": ["object", "null"] }] },
            },
        });
        let (closed, dropped) = closed(&schema).unwrap();
        assert_eq!(
            closed.to_string(),
            json!({
                "type": "object",
                "required": ["list"],
                "properties": {
                    "list": { "type": "array", "items": {
                        "type": "object", "properties": {}, "additionalProperties": false,
                    } },
                    "either": { "anyOf": [
                        { "type": "string" },
                        { "type": ["object", "null"], "additionalProperties": false },
                    ] },
                },
                "additionalProperties": false,
            })
            .to_string()
        );
        assert_eq!(dropped, ["maxItems", "minLength"]);
    }

    #[test]
    fn what_cannot_be_held_to_is_named() {
        let open = json!({ "type": "object", "additionalProperties": { "type": "string" } });
        assert!(closed(&open).unwrap_err().contains("does not name"));
        let one_of = json!({ "type": "object", "properties": { "a": { "oneOf": [] } } });
        assert!(closed(&one_of).unwrap_err().contains("`oneOf`"));
    }
}
