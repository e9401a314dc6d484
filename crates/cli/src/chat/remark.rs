//! What a person is told about the parts of an answer that are no text: tools the service ran, images, sources.
//!
//! Separate from the page, which shows text: each of these is one remark beside it, in words.

use clawdia::core::Citation;
use clawdia::{AssistantBlock, AssistantMessage, Image, ServerToolCall, StreamEvent};

use crate::chat::page::printable;

/// A remark is no longer than this, in characters.
const LONGEST: usize = 200;

/// What there is to say of an event that `message` has taken in.
pub(crate) fn on(event: &StreamEvent, message: &AssistantMessage) -> Option<String> {
    let block = |content_index: usize| message.content.get(content_index);
    let text = match event {
        StreamEvent::ServerToolCallEnd { content_index } => match block(*content_index)? {
            AssistantBlock::ServerToolCall(call) => called(call),
            _ => return None,
        },
        StreamEvent::ServerToolResultEnd { result, .. } if result.is_error => {
            let call = message.content.iter().find_map(|block| match block {
                AssistantBlock::ServerToolCall(call) if call.id == result.tool_call_id => Some(call),
                _ => None,
            });
            format!("{} failed", call.map_or("a tool of the service", |call| call.name.as_str()))
        }
        StreamEvent::ImageEnd { content_index, .. } => match block(*content_index)? {
            AssistantBlock::Image(image) => pictured(image),
            _ => return None,
        },
        _ => return None,
    };
    Some(format!("({})", one_line(&text)))
}

fn called(call: &ServerToolCall) -> String {
    let ServerToolCall { name, arguments, .. } = call;
    if arguments.is_empty() {
        return format!("the service runs {name}");
    }
    let arguments = serde_json::to_string(arguments).unwrap_or_default();
    format!("the service runs {name} with {arguments}")
}

fn pictured(image: &Image) -> String {
    let Image { data, mime_type } = image;
    if data.is_empty() {
        return format!("an image that could not be made, {mime_type}");
    }
    // Base64 has four characters for three bytes.
    let bytes = data.trim_end_matches('=').len() * 3 / 4;
    format!("an image, {mime_type}, {}; `clawdia stream` gives its bytes", size(bytes))
}

fn size(bytes: usize) -> String {
    let tenths = |unit: usize| format!("{}.{}", bytes / unit, bytes % unit * 10 / unit);
    match bytes {
        0..1_000 => format!("{bytes} bytes"),
        1_000..1_000_000 => format!("{} kB", tenths(1_000)),
        _ => format!("{} MB", tenths(1_000_000)),
    }
}

/// The sources of an answer, each once, if it names any.
pub(crate) fn sources(message: &AssistantMessage) -> Option<String> {
    let citations = message.content.iter().flat_map(|block| match block {
        AssistantBlock::Text(text) => text.citations.as_slice(),
        _ => &[],
    });
    let mut lines = Vec::<String>::new();
    for name in citations.filter_map(name_of) {
        let line = format!("- {}", one_line(&name));
        if !lines.contains(&line) {
            lines.push(line);
        }
    }
    (!lines.is_empty()).then(|| format!("Sources:\n{}", lines.join("\n")))
}

/// What a source is called: by its title and address, or else by what is cited of it.
fn name_of(citation: &Citation) -> Option<String> {
    let Citation { title, source, source_content, .. } = citation;
    match (title.as_deref(), source.as_deref()) {
        (Some(title), Some(source)) if title != source => Some(format!("{title} ({source})")),
        (Some(name), _) | (None, Some(name)) => Some(name.to_owned()),
        (None, None) => source_content.first().map(|passage| format!("\"{}\"", passage.trim())),
    }
}

/// The text on one line that is not too long for a terminal.
fn one_line(text: &str) -> String {
    let text = printable(text).split_whitespace().collect::<Vec<_>>().join(" ");
    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text,
    }
}

#[cfg(test)]
mod tests {
    use clawdia::ServerToolResult;
    use clawdia::core::Text;
    use serde_json::json;

    use super::*;

    fn message(content: Vec<AssistantBlock>) -> AssistantMessage {
        AssistantMessage { content, ..AssistantMessage::default() }
    }

    #[test]
    fn a_tool_of_the_service_is_named_when_its_arguments_are_known() {
        let call = |arguments: serde_json::Value| {
            let arguments = arguments.as_object().unwrap().clone();
            let call = ServerToolCall { id: "1".into(), name: "web\u{1b}_search".to_owned(), arguments };
            let event = StreamEvent::ServerToolCallEnd { content_index: 0 };
            on(&event, &message(vec![AssistantBlock::ServerToolCall(call)])).unwrap()
        };
        assert_eq!(
            call(json!({ "query": "a\nb" })),
            r#"(the service runs web_search with {"query":"a\nb"})"#
        );
        assert_eq!(call(json!({})), "(the service runs web_search)");
        assert!(call(json!({ "query": "x".repeat(1_000) })).chars().count() < 210);
    }

    #[test]
    fn only_a_tool_that_failed_is_told_again() {
        let call =
            ServerToolCall { id: "1".into(), name: "web_search".to_owned(), ..ServerToolCall::default() };
        let message = message(vec![AssistantBlock::ServerToolCall(call)]);
        let end = |id: &str, is_error| {
            let result =
                ServerToolResult { tool_call_id: id.into(), is_error, ..ServerToolResult::default() };
            on(&StreamEvent::ServerToolResultEnd { content_index: 1, result: Box::new(result) }, &message)
        };
        assert_eq!(end("1", true).unwrap(), "(web_search failed)");
        assert_eq!(end("2", true).unwrap(), "(a tool of the service failed)");
        assert_eq!(end("1", false), None);
    }

    #[test]
    fn an_image_is_told_with_its_size() {
        let image = |data: String| {
            let image = Image { data: data.clone(), mime_type: "image/png".to_owned() };
            on(
                &StreamEvent::ImageEnd { content_index: 0, data },
                &message(vec![AssistantBlock::Image(image)]),
            )
            .unwrap()
        };
        assert_eq!(
            image("AAA=".to_owned()),
            "(an image, image/png, 2 bytes; `clawdia stream` gives its bytes)"
        );
        assert!(image("A".repeat(2_000)).contains(" 1.5 kB;"));
        assert!(image("A".repeat(4_200_000)).contains(" 3.1 MB;"));
        assert_eq!(image(String::new()), "(an image that could not be made, image/png)");
    }

    #[test]
    fn sources_are_listed_once_each() {
        let source = |title: Option<&str>, source: Option<&str>, passage: &str| Citation {
            title: title.map(str::to_owned),
            source: source.map(str::to_owned),
            source_content: vec![passage.to_owned()],
            location: None,
        };
        let text = |citations| AssistantBlock::Text(Text { citations, ..Text::new("x") });
        let message = message(vec![
            text(vec![source(Some("A"), Some("https://a"), "p"), source(Some("B"), None, "p")]),
            text(vec![
                source(None, None, " so it\nis "),
                source(Some("B"), Some("B"), "q"),
                Citation::default(),
            ]),
        ]);
        assert_eq!(sources(&message).unwrap(), "Sources:\n- A (https://a)\n- B\n- \"so it is\"");
        assert_eq!(sources(&AssistantMessage::default()), None);
    }
}
