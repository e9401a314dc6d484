//! Folding system messages into the one leading prompt that providers take.
//!
//! Separate because a transcript may change its system prompt and its tools on the way, by adding text, replacing
//! or removing named sections, and adding or removing tools, while a request has exactly one of each.

use crate::tool::Tool;

/// The system prompt and tools as they stand after a number of system messages.
#[derive(Debug, Default)]
pub(crate) struct SystemPrompt {
    texts: Vec<String>,
    sections: Vec<(String, String)>,
    tools: Vec<Tool>,
}

impl SystemPrompt {
    pub(crate) fn push_text(&mut self, text: String) {
        if !text.is_empty() {
            self.texts.push(text);
        }
    }

    /// Sets a named section, keeping its place if it is there already.
    pub(crate) fn set_section(&mut self, name: String, text: String) {
        match self.sections.iter_mut().find(|(known, _)| *known == name) {
            Some((_, known)) => *known = text,
            None => self.sections.push((name, text)),
        }
    }

    pub(crate) fn remove_section(&mut self, name: &str) {
        self.sections.retain(|(known, _)| known != name);
    }

    /// Adds tools; one with a known name replaces its predecessor in place.
    pub(crate) fn add_tools(&mut self, tools: Vec<Tool>) {
        for tool in tools {
            match self.tools.iter_mut().find(|known| known.name == tool.name) {
                Some(known) => *known = tool,
                None => self.tools.push(tool),
            }
        }
    }

    pub(crate) fn remove_tools(&mut self, names: &[String]) {
        self.tools.retain(|tool| !names.contains(&tool.name));
    }

    /// The prompt (texts, then sections, a blank line between them) and the tools.
    pub(crate) fn into_parts(self) -> (Option<String>, Vec<Tool>) {
        let sections = self.sections.into_iter().map(|(_, text)| text).filter(|text| !text.is_empty());
        let texts = self.texts.into_iter().chain(sections).collect::<Vec<_>>();
        let prompt = (!texts.is_empty()).then(|| texts.join("\n\n"));
        (prompt, self.tools)
    }
}
