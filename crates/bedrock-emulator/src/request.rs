//! A request to a model, as the rules and the answers read it: JSON with names for its parts.
//!
//! It stays JSON on purpose. A typed request would be one more reading of the API that could be
//! wrong in the same way as a client's, and the texts of refusals need the places of things anyway.

use serde_json::Value;

use crate::guardrail::Guardrail;
use crate::model::{Account, Model};
use crate::prompt_resource::PromptResource;
use crate::seal::Seal;

/// A request that passed the first layer, with the model that it is for.
pub(crate) struct Request<'a> {
    pub(crate) body: &'a Value,
    pub(crate) model: Model,
    pub(crate) streaming: bool,
    /// How many bytes the body had.
    pub(crate) length: usize,
    /// Whether its tokens are only counted: no answer is asked for, and nothing said about one.
    pub(crate) counting: bool,
    /// The prompt that it names instead of a model, and whose message opens the conversation.
    pub(crate) prompt: Option<&'a PromptResource>,
    pub(crate) seal: &'a Seal,
    pub(crate) account: &'a Account,
    /// The guardrails that the account has.
    pub(crate) guardrails: &'a [Guardrail],
}

/// A block of a message and where it stands.
#[derive(Clone, Copy)]
pub(crate) struct Block<'a> {
    pub(crate) message: usize,
    pub(crate) index: usize,
    pub(crate) role: &'a str,
    pub(crate) value: &'a Value,
}

impl<'a> Request<'a> {
    pub(crate) fn messages(&self) -> &'a [Value] {
        items(&self.body["messages"])
    }

    pub(crate) fn system(&self) -> &'a [Value] {
        items(&self.body["system"])
    }

    pub(crate) fn tools(&self) -> &'a [Value] {
        items(&self.body["toolConfig"]["tools"])
    }

    /// The specifications among the tools, with their places in the list.
    pub(crate) fn tool_specs(&self) -> impl Iterator<Item = (usize, &'a Value)> + use<'a> {
        self.tools().iter().enumerate().filter_map(|(index, tool)| Some((index, tool.get("toolSpec")?)))
    }

    /// The tools among them that the service runs itself, by name, with their places in the list.
    pub(crate) fn system_tools(&self) -> impl Iterator<Item = (usize, &'a str)> + use<'a> {
        self.tools()
            .iter()
            .enumerate()
            .filter_map(|(index, tool)| Some((index, present(tool, "systemTool")?["name"].as_str()?)))
    }

    /// The guardrail that it names, if the account has it.
    pub(crate) fn guardrail(&self) -> Option<&'a Guardrail> {
        let id = self.body["guardrailConfig"]["guardrailIdentifier"].as_str().unwrap_or_default();
        let id = id.rsplit('/').next().unwrap_or_default();
        self.guardrails.iter().find(|guardrail| guardrail.id == id)
    }

    /// Whether it asks to be served faster than others.
    pub(crate) fn wants_low_latency(&self) -> bool {
        self.body["performanceConfig"]["latency"] == "optimized"
    }

    /// The name of the tool that has to be called; an empty one means any.
    pub(crate) fn forced_tool(&self) -> Option<&'a str> {
        let choice = &self.body["toolConfig"]["toolChoice"];
        if present(choice, "any").is_some() {
            return Some("");
        }
        present(choice, "tool")?["name"].as_str()
    }

    /// All blocks of all messages, in order.
    pub(crate) fn blocks(&self) -> impl Iterator<Item = Block<'a>> + use<'a> {
        self.messages().iter().enumerate().flat_map(|(index, message)| blocks_of(index, message))
    }

    /// A field of `additionalModelRequestFields`; null if it is not there.
    pub(crate) fn additional(&self, name: &str) -> &'a Value {
        &self.body["additionalModelRequestFields"][name]
    }

    /// What the request says about thinking, in Claude's words; empty if nothing.
    pub(crate) fn thinking(&self) -> &'a str {
        self.thinking_config()["type"].as_str().unwrap_or_default()
    }

    /// Claude's thinking configuration, under either of the names it goes by; null if there is none.
    pub(crate) fn thinking_config(&self) -> &'a Value {
        match self.additional("thinking") {
            Value::Null => self.additional("reasoning_config"),
            config => config,
        }
    }

    /// Whether Claude is going to think.
    pub(crate) fn thinks(&self) -> bool {
        self.model.signs_thinking()
            && match self.thinking() {
                "disabled" => false,
                "" => self.model.thinks_unasked(),
                _ => true,
            }
    }

    /// The effort that is asked of Claude; empty if none.
    pub(crate) fn effort(&self) -> &'a str {
        let field = self.additional("output_config")["effort"].as_str();
        field.or_else(|| self.body["outputConfig"]["effort"].as_str()).unwrap_or_default()
    }

    pub(crate) fn inference(&self, name: &str) -> Option<&'a Value> {
        present(&self.body["inferenceConfig"], name)
    }

    /// The limit of the answer that is asked for.
    pub(crate) fn max_tokens(&self) -> Option<u64> {
        self.inference("maxTokens")?.as_u64()
    }

    /// Whether a beta feature of Claude's is switched on.
    pub(crate) fn has_beta(&self, name: &str) -> bool {
        items(self.additional("anthropic_beta")).iter().any(|beta| beta.as_str() == Some(name))
    }

    /// The parts of the prompt in the order in which a model reads them, cache points included.
    pub(crate) fn segments(&self) -> impl Iterator<Item = Segment<'a>> + use<'a> {
        let tools = self.tools().iter().map(|value| Segment { role: "tools", value });
        let system = self.system().iter().map(|value| Segment { role: "system", value });
        let blocks = self.blocks().map(|block| Segment { role: block.role, value: block.value });
        tools.chain(system).chain(blocks)
    }

    /// The estimated size of the whole prompt, in tokens.
    pub(crate) fn input_tokens(&self) -> u64 {
        self.segments().map(|segment| segment.tokens()).sum::<u64>().max(1)
    }
}

/// A part of the prompt.
#[derive(Clone, Copy)]
pub(crate) struct Segment<'a> {
    /// Who speaks; tools and system prompt have roles of their own.
    pub(crate) role: &'a str,
    pub(crate) value: &'a Value,
}

impl<'a> Segment<'a> {
    /// The cache point, if the segment is one and says nothing to the model.
    pub(crate) fn cache_point(&self) -> Option<&'a Value> {
        present(self.value, "cachePoint")
    }

    pub(crate) fn tokens(&self) -> u64 {
        if self.cache_point().is_some() { 0 } else { crate::tokens::of_value(self.value) }
    }
}

impl<'a> Block<'a> {
    /// The block's content, if it is of this kind.
    pub(crate) fn get(&self, kind: &str) -> Option<&'a Value> {
        present(self.value, kind)
    }

    /// The place as the service writes it.
    pub(crate) fn path(&self) -> String {
        format!("messages.{}.content.{}", self.message, self.index)
    }
}

/// The blocks of one message.
pub(crate) fn blocks_of(index: usize, message: &Value) -> impl Iterator<Item = Block<'_>> {
    let role = message["role"].as_str().unwrap_or_default();
    items(&message["content"]).iter().enumerate().map(move |(place, value)| Block {
        message: index,
        index: place,
        role,
        value,
    })
}

/// The items of a list; none if it is not there.
pub(crate) fn items(value: &Value) -> &[Value] {
    value.as_array().map(Vec::as_slice).unwrap_or_default()
}

/// A member that is there and not null.
pub(crate) fn present<'a>(value: &'a Value, name: &str) -> Option<&'a Value> {
    value.get(name).filter(|member| !member.is_null())
}

/// Whether a document or search result is to be cited.
pub(crate) fn wants_citations(source: &Value) -> bool {
    source["citations"]["enabled"] == Value::Bool(true)
}
