//! The shapes of the model invocations, member by member, as the API model lists them.
//!
//! A table and no code, so that a new member of the API is a new line here.

use super::{Member, Pattern, Shape};

const fn required(name: &'static str, shape: &'static Shape) -> Member {
    Member { name, shape, required: true }
}

const fn optional(name: &'static str, shape: &'static Shape) -> Member {
    Member { name, shape, required: false }
}

const fn list(item: &'static Shape) -> Shape {
    Shape::List { item, least: 0, most: usize::MAX }
}

const fn text(least: usize, most: usize) -> Shape {
    Shape::Text { least, most, pattern: None }
}

const ANY_TEXT: Shape = text(0, usize::MAX);
const SOME_TEXT: Shape = text(1, usize::MAX);
const COUNT: Shape = Shape::Integer { least: 0 };
const BYTES: Shape = Shape::Bytes { least: 1 };

const TOOL_NAME: Shape = Shape::Text {
    least: 1,
    most: 64,
    pattern: Some(&Pattern {
        text: "[a-zA-Z0-9_-]+",
        matches: |text| made_of(text, |character| matches!(character, '_' | '-')),
    }),
};
const TOOL_USE_ID: Shape = Shape::Text {
    least: 1,
    most: 64,
    pattern: Some(&Pattern {
        text: "[a-zA-Z0-9_.:-]+",
        matches: |text| made_of(text, |character| matches!(character, '_' | '.' | ':' | '-')),
    }),
};
const ACCOUNT: Shape = Shape::Text {
    least: 0,
    most: usize::MAX,
    pattern: Some(&Pattern {
        text: "[0-9]{12}",
        matches: |text| text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_digit()),
    }),
};
const S3_URI: Shape = Shape::Text {
    least: 1,
    most: 1024,
    pattern: Some(&Pattern { text: r"s3://[a-z0-9][\.\-a-z0-9]{1,61}[a-z0-9](/.*)?", matches: is_s3_uri }),
};
const GUARDRAIL_ID: Shape = Shape::Text {
    least: 0,
    most: 2048,
    pattern: Some(&Pattern {
        text: "(|([a-z0-9]+)|(arn:aws(-[^:]+)?:bedrock:[a-z0-9-]{1,20}:[0-9]{12}:guardrail/[a-z0-9]+))",
        matches: |text| {
            let id = match text.strip_prefix("arn:aws") {
                Some(arn) => arn.split_once(":guardrail/").map_or("-", |(_, id)| id),
                None => text,
            };
            id.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit())
        },
    }),
};
const GUARDRAIL_VERSION: Shape = Shape::Text {
    least: 0,
    most: usize::MAX,
    pattern: Some(&Pattern {
        text: "(|([1-9][0-9]{0,7})|(DRAFT))",
        matches: |text| {
            matches!(text, "" | "DRAFT")
                || (text.len() <= 8
                    && !text.starts_with('0')
                    && text.bytes().all(|byte| byte.is_ascii_digit()))
        },
    }),
};
const METADATA_KEY: Shape = Shape::Text {
    least: 1,
    most: 256,
    pattern: Some(&Pattern { text: r"[a-zA-Z0-9\s:_@$#=/+,-.]{1,256}", matches: is_metadata }),
};
const METADATA_VALUE: Shape = Shape::Text {
    least: 0,
    most: 256,
    pattern: Some(&Pattern { text: r"[a-zA-Z0-9\s:_@$#=/+,-.]{0,256}", matches: is_metadata }),
};

const CACHE_POINT: Shape = Shape::Structure(&[
    required("type", &Shape::Choice(&["default"])),
    optional("ttl", &Shape::Choice(&["5m", "1h"])),
]);
const S3_LOCATION: Shape = Shape::Structure(&[required("uri", &S3_URI), optional("bucketOwner", &ACCOUNT)]);
const BYTES_OR_S3: Shape = Shape::Union(&[optional("bytes", &BYTES), optional("s3Location", &S3_LOCATION)]);
const ERROR: Shape = Shape::Structure(&[optional("message", &ANY_TEXT)]);
const CITED: Shape = Shape::Structure(&[required("enabled", &Shape::Flag)]);
const TEXT_ONLY: Shape = Shape::Union(&[optional("text", &ANY_TEXT)]);

const IMAGE: Shape = Shape::Structure(&[
    required("format", &Shape::Choice(&["png", "jpeg", "gif", "webp"])),
    required("source", &BYTES_OR_S3),
    optional("error", &ERROR),
]);
const DOCUMENT: Shape = Shape::Structure(&[
    optional("format", &Shape::Choice(&["pdf", "csv", "doc", "docx", "xls", "xlsx", "html", "txt", "md"])),
    required("name", &text(1, 200)),
    required(
        "source",
        &Shape::Union(&[
            optional("bytes", &BYTES),
            optional("s3Location", &S3_LOCATION),
            optional("text", &ANY_TEXT),
            optional("content", &list(&TEXT_ONLY)),
        ]),
    ),
    optional("context", &ANY_TEXT),
    optional("citations", &CITED),
]);
const VIDEO: Shape = Shape::Structure(&[
    required(
        "format",
        &Shape::Choice(&["mkv", "mov", "mp4", "webm", "flv", "mpeg", "mpg", "wmv", "three_gp"]),
    ),
    required("source", &BYTES_OR_S3),
]);
const AUDIO: Shape = Shape::Structure(&[
    required(
        "format",
        &Shape::Choice(&[
            "mp3", "opus", "wav", "aac", "flac", "mp4", "ogg", "mkv", "mka", "x-aac", "m4a", "mpeg", "mpga",
            "pcm", "webm",
        ]),
    ),
    required("source", &BYTES_OR_S3),
    optional("error", &ERROR),
]);
const SEARCH_RESULT: Shape = Shape::Structure(&[
    required("source", &ANY_TEXT),
    required("title", &ANY_TEXT),
    required("content", &list(&Shape::Structure(&[required("text", &ANY_TEXT)]))),
    optional("citations", &CITED),
]);
const TOOL_USE: Shape = Shape::Structure(&[
    required("toolUseId", &TOOL_USE_ID),
    required("name", &TOOL_NAME),
    required("input", &Shape::Document),
    optional("type", &Shape::Choice(&["server_tool_use"])),
]);
const TOOL_RESULT: Shape = Shape::Structure(&[
    required("toolUseId", &TOOL_USE_ID),
    required(
        "content",
        &list(&Shape::Union(&[
            optional("json", &Shape::Document),
            optional("text", &ANY_TEXT),
            optional("image", &IMAGE),
            optional("document", &DOCUMENT),
            optional("video", &VIDEO),
            optional("searchResult", &SEARCH_RESULT),
        ])),
    ),
    optional("status", &Shape::Choice(&["success", "error"])),
    optional("type", &ANY_TEXT),
]);
const GUARD_CONTENT: Shape = Shape::Union(&[
    optional(
        "text",
        &Shape::Structure(&[
            required("text", &ANY_TEXT),
            optional("qualifiers", &list(&Shape::Choice(&["grounding_source", "query", "guard_content"]))),
        ]),
    ),
    optional(
        "image",
        &Shape::Structure(&[
            required("format", &Shape::Choice(&["png", "jpeg"])),
            required("source", &Shape::Union(&[optional("bytes", &BYTES)])),
        ]),
    ),
]);
const REASONING: Shape = Shape::Union(&[
    optional(
        "reasoningText",
        &Shape::Structure(&[required("text", &ANY_TEXT), optional("signature", &ANY_TEXT)]),
    ),
    optional("redactedContent", &Shape::Bytes { least: 0 }),
]);
const SPAN: [Member; 3] =
    [optional("documentIndex", &COUNT), optional("start", &COUNT), optional("end", &COUNT)];
const CITATION: Shape = Shape::Structure(&[
    optional("title", &ANY_TEXT),
    optional("source", &ANY_TEXT),
    optional("sourceContent", &list(&TEXT_ONLY)),
    optional(
        "location",
        &Shape::Union(&[
            optional("web", &Shape::Structure(&[optional("url", &ANY_TEXT), optional("domain", &ANY_TEXT)])),
            optional("documentChar", &Shape::Structure(&SPAN)),
            optional("documentPage", &Shape::Structure(&SPAN)),
            optional("documentChunk", &Shape::Structure(&SPAN)),
            optional(
                "searchResultLocation",
                &Shape::Structure(&[
                    optional("searchResultIndex", &COUNT),
                    optional("start", &COUNT),
                    optional("end", &COUNT),
                ]),
            ),
        ]),
    ),
]);
const CITATIONS: Shape =
    Shape::Structure(&[optional("content", &list(&TEXT_ONLY)), optional("citations", &list(&CITATION))]);
const TOOL_CHANGE: Shape = Shape::Structure(&[required(
    "tool",
    &Shape::Structure(&[
        optional("type", &text(1, 64)),
        optional("name", &text(1, 128)),
        optional("serverName", &text(1, 128)),
    ]),
)]);
const CONTENT: Shape = Shape::Union(&[
    optional("text", &ANY_TEXT),
    optional("image", &IMAGE),
    optional("document", &DOCUMENT),
    optional("video", &VIDEO),
    optional("audio", &AUDIO),
    optional("toolUse", &TOOL_USE),
    optional("toolResult", &TOOL_RESULT),
    optional("guardContent", &GUARD_CONTENT),
    optional("cachePoint", &CACHE_POINT),
    optional("reasoningContent", &REASONING),
    optional("citationsContent", &CITATIONS),
    optional("searchResult", &SEARCH_RESULT),
    optional("toolAddition", &TOOL_CHANGE),
    optional("toolRemoval", &TOOL_CHANGE),
]);
const MESSAGES: Shape = list(&Shape::Structure(&[
    required("role", &Shape::Choice(&["user", "assistant", "system"])),
    required("content", &list(&CONTENT)),
]));
const SYSTEM: Shape = list(&Shape::Union(&[
    optional("text", &SOME_TEXT),
    optional("guardContent", &GUARD_CONTENT),
    optional("cachePoint", &CACHE_POINT),
]));
const TOOLS: Shape = Shape::List {
    item: &Shape::Union(&[
        optional(
            "toolSpec",
            &Shape::Structure(&[
                required("name", &TOOL_NAME),
                optional("description", &SOME_TEXT),
                required("inputSchema", &Shape::Union(&[optional("json", &Shape::Document)])),
                optional("strict", &Shape::Flag),
            ]),
        ),
        optional("systemTool", &Shape::Structure(&[required("name", &TOOL_NAME)])),
        optional("cachePoint", &CACHE_POINT),
    ]),
    least: 1,
    most: usize::MAX,
};
const TOOL_CONFIG: Shape = Shape::Structure(&[
    required("tools", &TOOLS),
    optional(
        "toolChoice",
        &Shape::Union(&[
            optional("auto", &Shape::Structure(&[])),
            optional("any", &Shape::Structure(&[])),
            optional("tool", &Shape::Structure(&[required("name", &TOOL_NAME)])),
        ]),
    ),
]);
const INFERENCE_CONFIG: Shape = Shape::Structure(&[
    optional("maxTokens", &Shape::Integer { least: 1 }),
    optional("temperature", &Shape::Fraction),
    optional("topP", &Shape::Fraction),
    optional("stopSequences", &Shape::List { item: &SOME_TEXT, least: 0, most: 2500 }),
]);
const RESPONSE_FIELD_PATHS: Shape = Shape::List { item: &text(1, 256), least: 0, most: 10 };
const METADATA: Shape = Shape::Map { key: &METADATA_KEY, value: &METADATA_VALUE, least: 1, most: 16 };
const VARIABLES: Shape = Shape::Map { key: &ANY_TEXT, value: &TEXT_ONLY, least: 0, most: usize::MAX };
const PERFORMANCE: Shape =
    Shape::Structure(&[optional("latency", &Shape::Choice(&["standard", "optimized"]))]);
const SERVICE_TIER: Shape =
    Shape::Structure(&[required("type", &Shape::Choice(&["priority", "default", "flex", "reserved"]))]);
const OUTPUT_CONFIG: Shape = Shape::Structure(&[
    optional(
        "textFormat",
        &Shape::Structure(&[
            required("type", &Shape::Choice(&["json_schema"])),
            required(
                "structure",
                &Shape::Union(&[optional(
                    "jsonSchema",
                    &Shape::Structure(&[
                        required("schema", &ANY_TEXT),
                        optional("name", &ANY_TEXT),
                        optional("description", &ANY_TEXT),
                    ]),
                )]),
            ),
        ]),
    ),
    optional("effort", &text(0, 16)),
]);
const GUARDRAIL_TRACE: Shape = Shape::Choice(&["enabled", "disabled", "enabled_full"]);
const GUARDRAIL: Shape = Shape::Structure(&[
    optional("guardrailIdentifier", &GUARDRAIL_ID),
    optional("guardrailVersion", &GUARDRAIL_VERSION),
    optional("trace", &GUARDRAIL_TRACE),
]);
const STREAM_GUARDRAIL: Shape = Shape::Structure(&[
    optional("guardrailIdentifier", &GUARDRAIL_ID),
    optional("guardrailVersion", &GUARDRAIL_VERSION),
    optional("trace", &GUARDRAIL_TRACE),
    optional("streamProcessingMode", &Shape::Choice(&["sync", "async"])),
]);

const fn conversation(guardrail: &'static Shape) -> [Member; 12] {
    [
        optional("messages", &MESSAGES),
        optional("system", &SYSTEM),
        optional("inferenceConfig", &INFERENCE_CONFIG),
        optional("toolConfig", &TOOL_CONFIG),
        optional("guardrailConfig", guardrail),
        optional("additionalModelRequestFields", &Shape::Document),
        optional("promptVariables", &VARIABLES),
        optional("additionalModelResponseFieldPaths", &RESPONSE_FIELD_PATHS),
        optional("requestMetadata", &METADATA),
        optional("performanceConfig", &PERFORMANCE),
        optional("serviceTier", &SERVICE_TIER),
        optional("outputConfig", &OUTPUT_CONFIG),
    ]
}

/// The body of `Converse`.
pub(crate) static CONVERSE: Shape = Shape::Structure(&const { conversation(&GUARDRAIL) });
/// The body of `ConverseStream`.
pub(crate) static CONVERSE_STREAM: Shape = Shape::Structure(&const { conversation(&STREAM_GUARDRAIL) });
/// The body of `CountTokens`.
pub(crate) static COUNT_TOKENS: Shape = Shape::Structure(&[required(
    "input",
    &Shape::Union(&[
        optional("invokeModel", &Shape::Structure(&[required("body", &Shape::Bytes { least: 0 })])),
        optional(
            "converse",
            &Shape::Structure(&[
                optional("messages", &MESSAGES),
                optional("system", &SYSTEM),
                optional("toolConfig", &TOOL_CONFIG),
                optional("additionalModelRequestFields", &Shape::Document),
            ]),
        ),
    ]),
)]);

fn made_of(text: &str, also: fn(char) -> bool) -> bool {
    !text.is_empty() && text.chars().all(|character| character.is_ascii_alphanumeric() || also(character))
}

fn is_metadata(text: &str) -> bool {
    // `,-.` is a range of the API model's expression: comma, hyphen, full stop.
    text.chars().all(|character| {
        character.is_ascii_alphanumeric()
            || character.is_ascii_whitespace()
            || ":_@$#=/+,-.".contains(character)
    })
}

fn is_s3_uri(text: &str) -> bool {
    let Some(rest) = text.strip_prefix("s3://") else { return false };
    let bucket = rest.split('/').next().unwrap_or_default();
    let at_an_end =
        |byte: Option<&u8>| byte.is_some_and(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit());
    (3..=63).contains(&bucket.len())
        && at_an_end(bucket.as_bytes().first())
        && at_an_end(bucket.as_bytes().last())
        && bucket
            .bytes()
            .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || matches!(byte, b'.' | b'-'))
}
