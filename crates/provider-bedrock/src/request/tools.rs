//! The tools of a request and how free the model is to call them.
//!
//! Separate because a request may have to do without them, and because thinking and some models take away choices.

use std::borrow::Cow;

use clawdia_core::{Context, Diagnostic, ProviderError, StreamOptions, Strictness, Tool, ToolChoice};
use serde::Serialize;
use serde_json::Value;

use crate::learned::{Lesson, fingerprint_of_tools};
use crate::request::Target;
use crate::request::arguments::has_empty_key;
use crate::request::block::CachePoint;
use crate::request::model_traits::ModelTraits;
use crate::request::output::OutputTool;
use crate::request::refusal::refuse;
use crate::request::strict_schema;
use crate::request::thinking::ThinkingPlan;
use crate::request::tool_names::{ToolNames, is_name};

/// The `toolConfig` of a request.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct ToolConfig<'a> {
    tools: Vec<ToolEntry<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    tool_choice: Option<Choice<'a>>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
enum ToolEntry<'a> {
    ToolSpec(ToolSpec<'a>),
    SystemTool(SystemTool<'a>),
    CachePoint(CachePoint),
}

/// A tool that the service runs itself.
#[derive(Debug, Serialize)]
struct SystemTool<'a> {
    name: &'a str,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct ToolSpec<'a> {
    name: Cow<'a, str>,
    #[serde(skip_serializing_if = "str::is_empty")]
    description: Cow<'a, str>,
    input_schema: InputSchema<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    strict: Option<bool>,
}

#[derive(Debug, Serialize)]
struct InputSchema<'a> {
    json: Cow<'a, Value>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
enum Choice<'a> {
    Auto {},
    Any {},
    Tool { name: Cow<'a, str> },
}

/// The tools to send; `None` when there are none or the model must call none. `output` is one more, which stands for the
/// answer.
pub(super) fn tool_config<'a>(
    target: &Target<'a>,
    context: &'a Context,
    options: &'a StreamOptions,
    output: Option<&OutputTool<'a>>,
    names: &ToolNames<'_>,
    traits: &ModelTraits,
    diagnostics: &mut Vec<Diagnostic>,
) -> Result<Option<ToolConfig<'a>>, ProviderError> {
    let none_wanted = options.tool_choice == Some(ToolChoice::None);
    if context.tools.is_empty() && matches!(options.tool_choice, Some(ToolChoice::Any | ToolChoice::Tool(_)))
    {
        return Err(refuse("options.toolChoice", "demands a tool, but the context has none"));
    }
    let offered = if none_wanted { &[][..] } else { &context.tools[..] };
    let system_tools = if none_wanted { &[][..] } else { system_tools(target, traits, diagnostics)? };
    if offered.is_empty() && system_tools.is_empty() && output.is_none() {
        return Ok(None);
    }
    if traits.capabilities().tools == Some(false) {
        diagnostics.push(Diagnostic::new("bedrock_tools_dropped", "the model takes no tools"));
        return Ok(None);
    }
    // Tools that only prefer to be strict are not, once the service has refused as many.
    let relaxed = target.knows(|| Lesson::TooManyStrictTools(fingerprint_of_tools(offered)));
    let mut tools = Vec::with_capacity(offered.len() + 1);
    for (index, tool) in offered.iter().enumerate() {
        let place = format!("context.tools[{index}]");
        if tool.name.is_empty() {
            return Err(refuse(&format!("{place}.name"), "is empty"));
        }
        if context.tools[..index].iter().any(|other| other.name == tool.name) {
            return Err(refuse(&format!("{place}.name"), format!("`{}` is there twice", tool.name)));
        }
        let (json, strict) = strictly(target, tool, relaxed, &place, traits, diagnostics)?;
        tools.push(ToolSpec {
            name: names.sent(&tool.name),
            description: Cow::Borrowed(tool.description.trim()),
            input_schema: InputSchema { json },
            strict: strict.then_some(true),
        });
    }
    // Whoever gathers tools may do so in any order, but the prompt begins with them and is cached from there.
    tools.sort_by(|left, right| left.name.cmp(&right.name));
    // Last, so that the other tools' place in the prompt does not depend on it.
    tools.extend(output.map(|output| ToolSpec {
        name: Cow::Owned(output.name.clone()),
        description: Cow::Owned(output.description.clone()),
        input_schema: InputSchema { json: Cow::Borrowed(output.schema) },
        strict: None,
    }));
    let specs = tools.into_iter().map(ToolEntry::ToolSpec);
    let tools =
        specs.chain(system_tools.iter().map(|name| ToolEntry::SystemTool(SystemTool { name }))).collect();
    let tool_choice = match (&options.tool_choice, output) {
        // The answer is one of the calls, so some call there must be.
        (None | Some(ToolChoice::Auto), Some(_)) if !offered.is_empty() => Some(Choice::Any {}),
        (None | Some(ToolChoice::Auto | ToolChoice::None), Some(output)) => {
            Some(Choice::Tool { name: Cow::Owned(output.name.clone()) })
        }
        (choice, _) => callers_choice(choice.as_ref(), context, names)?,
    };
    Ok(Some(ToolConfig { tools, tool_choice }))
}

/// The tools to let the service run itself.
fn system_tools<'a>(
    target: &Target<'a>,
    traits: &ModelTraits,
    diagnostics: &mut Vec<Diagnostic>,
) -> Result<&'a [String], ProviderError> {
    let wanted = &target.params.system_tools;
    if let Some(index) = wanted.iter().position(|name| !is_name(name)) {
        let rule = "must be a name of 1 to 64 letters, digits, `_` and `-`, such as `nova_grounding`";
        return Err(refuse(&format!("params.systemTools[{index}]"), rule));
    }
    if let Some(index) = (1..wanted.len()).find(|index| wanted[..*index].contains(&wanted[*index])) {
        let rule = format!("`{}` is there twice", wanted[index]);
        return Err(refuse(&format!("params.systemTools[{index}]"), rule));
    }
    if !wanted.is_empty() && traits.capabilities().system_tools == Some(false) {
        let message = format!("for `{}` the service runs no tools itself", target.model.id);
        let dropped = Diagnostic::new("bedrock_system_tools_dropped", message);
        diagnostics.push(dropped.with("systemTools", wanted.clone()));
        return Ok(&[]);
    }
    Ok(wanted)
}

/// The choice as the caller made it.
fn callers_choice<'a>(
    choice: Option<&'a ToolChoice>,
    context: &Context,
    names: &ToolNames<'_>,
) -> Result<Option<Choice<'a>>, ProviderError> {
    Ok(match choice {
        None | Some(ToolChoice::None) => None,
        Some(ToolChoice::Auto) => Some(Choice::Auto {}),
        Some(ToolChoice::Any) => Some(Choice::Any {}),
        Some(ToolChoice::Tool(name)) => {
            if !context.tools.iter().any(|tool| tool.name == *name) {
                return Err(refuse(
                    "options.toolChoice.name",
                    format!("`{name}` is none of the context's tools"),
                ));
            }
            Some(Choice::Tool { name: names.sent(name) })
        }
    })
}

impl ToolConfig<'_> {
    /// Whether the model must call a tool.
    pub(super) fn demands_call(&self) -> bool {
        matches!(self.tool_choice, Some(Choice::Any {} | Choice::Tool { .. }))
    }

    /// Marks the end of the tools for caching.
    pub(super) fn mark(&mut self, point: CachePoint) {
        self.tools.push(ToolEntry::CachePoint(point));
    }

    /// The marks among the tools.
    pub(super) fn points(&mut self) -> impl Iterator<Item = &mut CachePoint> {
        self.tools.iter_mut().filter_map(|tool| match tool {
            ToolEntry::CachePoint(point) => Some(point),
            ToolEntry::ToolSpec(_) | ToolEntry::SystemTool(_) => None,
        })
    }

    /// Takes back a choice that the model or its thinking does not allow.
    pub(super) fn fitting(
        mut self,
        thinking: &ThinkingPlan,
        traits: &ModelTraits,
        diagnostics: &mut Vec<Diagnostic>,
    ) -> Self {
        let forced = self.demands_call();
        let reason = if self.tool_choice.is_some() && traits.capabilities().tool_choice == Some(false) {
            "the model takes no tool choice"
        } else if forced && traits.capabilities().forced_tool_choice == Some(false) {
            "the model cannot be forced to call a tool"
        } else if forced && thinking.forbids_forced_tools(traits) {
            "the model cannot be forced to call a tool while it thinks"
        } else {
            return self.without_name(traits, diagnostics);
        };
        diagnostics.push(Diagnostic::new("bedrock_tool_choice_dropped", reason));
        self.tool_choice = None;
        self
    }

    /// Demands any tool where a named one cannot be demanded.
    fn without_name(mut self, traits: &ModelTraits, diagnostics: &mut Vec<Diagnostic>) -> Self {
        if matches!(self.tool_choice, Some(Choice::Tool { .. }))
            && traits.capabilities().named_tool_choice == Some(false)
        {
            let reason = "the model cannot be told which tool to call; it must call some tool";
            diagnostics.push(Diagnostic::new("bedrock_tool_choice_widened", reason));
            self.tool_choice = Some(Choice::Any {});
        }
        self
    }
}

/// How strictly the model is held to a tool's schema: as the tool says, else as the configuration does.
fn strictness(target: &Target<'_>, tool: &Tool) -> Option<Strictness> {
    tool.strict.or(target.params.strict_tools)
}

/// The schema to send for a tool, and whether the model is held to it.
fn strictly<'a>(
    target: &Target<'_>,
    tool: &'a Tool,
    relaxed: bool,
    place: &str,
    traits: &ModelTraits,
    diagnostics: &mut Vec<Diagnostic>,
) -> Result<(Cow<'a, Value>, bool), ProviderError> {
    let plain = schema(&tool.parameters, place)?;
    let Some(strictness) = strictness(target, tool) else { return Ok((plain, false)) };
    if strictness == Strictness::Prefer && relaxed {
        return Ok((plain, false));
    }
    let made = if traits.capabilities().strict_tools == Some(true) {
        strict_schema::strict(&plain)
    } else {
        Err(format!("`{}` takes no strict tools", target.model.id))
    };
    match (made, strictness) {
        (Ok(strict), _) => Ok((Cow::Owned(strict), true)),
        (Err(reason), Strictness::Require) => {
            Err(refuse(place, format!("the tool `{}` cannot be strict: {reason}", tool.name)))
        }
        (Err(reason), Strictness::Prefer) => {
            let told = Diagnostic::new("bedrock_strict_tool_relaxed", reason);
            diagnostics.push(told.with("tool", tool.name.as_str()));
            Ok((plain, false))
        }
    }
}

/// A schema of arguments, which are always an object: models refuse one that does not say so.
fn schema<'a>(parameters: &'a Value, place: &str) -> Result<Cow<'a, Value>, ProviderError> {
    let place = || format!("{place}.parameters");
    let Value::Object(members) = parameters else {
        return Err(refuse(&place(), "must be a JSON Schema, an object"));
    };
    if has_empty_key(members) {
        return Err(refuse(&place(), "has a member without a name, which the service does not take"));
    }
    match members.get("type") {
        Some(kind) if kind == "object" => Ok(Cow::Borrowed(parameters)),
        Some(kind) => Err(refuse(&place(), format!("must describe an object, and its `type` is {kind}"))),
        None => {
            let kind = [("type".to_owned(), Value::from("object"))].into_iter();
            Ok(Cow::Owned(Value::Object(kind.chain(members.clone()).collect())))
        }
    }
}
