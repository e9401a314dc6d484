//! One request and its answer under a guardrail: what is looked at, what becomes of it, and the
//! trace of it in the API's shape.
//!
//! Tool calls, tool results and thinking are not looked at, as the service's documentation says.

use serde_json::{Map, Value, json};

use super::{Guardrail, word};
use crate::request::{Request, items, present};
use crate::turn::{Block, Turn, fragments};

/// What is said instead of a blocked answer: the text that a new guardrail has.
const CANNED: &str = "Sorry, the model cannot answer this question.";
const INTERVENED: &str = "guardrail_intervened";
const NO_ACTION: &str = "No action.";
/// How many characters go into one unit that a policy is billed by.
const CHARACTERS_PER_UNIT: usize = 1_000;

/// A guardrail at work on one request.
pub(crate) struct Screening<'a> {
    guardrail: &'a Guardrail,
    config: &'a Value,
    asynchronous: bool,
    account: &'a str,
    region: &'a str,
    partition: &'a str,
}

/// What became of a turn.
pub(crate) struct Screened {
    pub(crate) turn: Turn,
    /// Whether the model was asked at all.
    pub(crate) asked: bool,
    /// `trace.guardrail`, if it was asked for.
    pub(crate) trace: Option<Value>,
}

/// What one policy found.
struct Finding<'a> {
    word: &'a str,
    /// As it was written; `None` if the word was not there.
    matched: Option<String>,
}

impl<'a> Screening<'a> {
    /// The guardrail that a request names, if it names one.
    pub(crate) fn of(request: &Request<'a>) -> Option<Self> {
        let config = present(request.body, "guardrailConfig")?;
        Some(Self {
            guardrail: request.guardrail()?,
            config,
            asynchronous: request.streaming && config["streamProcessingMode"] == "async",
            account: &request.account.id,
            region: &request.account.region,
            partition: request.account.partition(),
        })
    }

    /// Screens a request and the turn that answers it.
    pub(crate) fn screen(&self, request: &Request<'_>, mut turn: Turn) -> Screened {
        let (guarded, total) = prompt(request);
        let prompted = self.blocked_in(&guarded.join("\n"));
        let guarded = length(&guarded);
        let input = self.assessment(&prompted, None, guarded, total);
        if found(&prompted) {
            let trace = self.trace("Guardrail blocked.", &input, None);
            let turn = Turn::new().text(CANNED).stop_reason(INTERVENED);
            return Screened { turn, asked: false, trace };
        }
        let said: Vec<String> =
            turn.blocks.iter().filter_map(Block::text).map(|fragments| fragments.concat()).collect();
        let blocked = self.blocked_in(&said.join("\n"));
        let mut masked = Vec::new();
        let reason = if found(&blocked) {
            self.block(&mut turn);
            "No action.\nGuardrail blocked."
        } else {
            masked = self.mask(&mut turn);
            if found(&masked) { "No action.\nGuardrail masked." } else { NO_ACTION }
        };
        if reason != NO_ACTION {
            turn.stop_reason = Some(INTERVENED.to_owned());
        }
        let characters = length(&said);
        let output = self.assessment(&blocked, Some(&masked), characters, characters);
        let trace = self.trace(reason, &input, Some((said.as_slice(), &output)));
        Screened { turn, asked: true, trace }
    }

    // Puts the canned message in place of what the model said. Who asked not to wait for the
    // guardrail has seen the beginning by then.
    fn block(&self, turn: &mut Turn) {
        let seen = if self.asynchronous { self.seen(turn) } else { Vec::new() };
        turn.blocks = seen;
        turn.blocks.push(Block::Text(fragments(CANNED)));
    }

    // The blocks and fragments before the first blocked word.
    fn seen(&self, turn: &Turn) -> Vec<Block> {
        let mut seen = Vec::new();
        for block in &turn.blocks {
            let mut block = block.clone();
            if let Some(fragments) = block.text_mut() {
                let text = fragments.concat();
                let places = self.guardrail.blocked.iter().flat_map(|blocked| word::places(&text, blocked));
                if let Some(start) = places.map(|place| place.start).min() {
                    let mut end = 0;
                    fragments.retain(|fragment| {
                        end += fragment.len();
                        end <= start
                    });
                    if !fragments.is_empty() {
                        seen.push(block);
                    }
                    return seen;
                }
            }
            seen.push(block);
        }
        seen
    }

    // A stream that does not wait for its guardrail is not masked.
    fn mask(&self, turn: &mut Turn) -> Vec<Finding<'a>> {
        let words = self.guardrail.masked.iter().filter(|_| !self.asynchronous);
        words
            .map(|word| {
                let placeholder = format!("{{{}}}", word.to_uppercase());
                let mut matched = None;
                for parts in turn.blocks.iter_mut().filter_map(Block::text_mut) {
                    if let Some((text, spelling)) = word::replaced(&parts.concat(), word, &placeholder) {
                        *parts = fragments(&text);
                        matched.get_or_insert(spelling);
                    }
                }
                Finding { word, matched }
            })
            .collect()
    }

    fn blocked_in(&self, text: &str) -> Vec<Finding<'a>> {
        let words = self.guardrail.blocked.iter();
        words
            .map(|word| {
                let place = word::places(text, word).into_iter().next();
                Finding { word, matched: place.map(|place| text[place].to_owned()) }
            })
            .collect()
    }

    // `masked` is there for answers only: nothing is masked in prompts.
    fn assessment(
        &self,
        blocked: &[Finding<'_>],
        masked: Option<&[Finding<'_>]>,
        guarded: usize,
        total: usize,
    ) -> Value {
        let full = self.config["trace"] == "enabled_full";
        let listed = |finding: &&Finding<'_>| full || finding.matched.is_some();
        let words: Vec<Value> = blocked
            .iter()
            .filter(listed)
            .map(|finding| {
                let detected = finding.matched.is_some();
                let action = if detected { "BLOCKED" } else { "NONE" };
                json!({ "match": finding.word, "action": action, "detected": detected })
            })
            .collect();
        let regexes: Vec<Value> = masked
            .unwrap_or_default()
            .iter()
            .filter(listed)
            .map(|finding| {
                let mut entry = json!({ "name": finding.word, "regex": finding.word });
                if let Some(matched) = &finding.matched {
                    entry["match"] = matched.as_str().into();
                }
                entry["action"] = if finding.matched.is_some() { "ANONYMIZED" } else { "NONE" }.into();
                entry["detected"] = finding.matched.is_some().into();
                entry
            })
            .collect();
        let mut assessment = Map::new();
        if !words.is_empty() {
            assessment
                .insert("wordPolicy".to_owned(), json!({ "customWords": words, "managedWordLists": [] }));
        }
        if !regexes.is_empty() {
            let policy = json!({ "piiEntities": [], "regexes": regexes });
            assessment.insert("sensitiveInformationPolicy".to_owned(), policy);
        }
        let units = guarded.div_ceil(CHARACTERS_PER_UNIT);
        let metrics = json!({
            "guardrailProcessingLatency": 1,
            "usage": {
                "topicPolicyUnits": 0,
                "contentPolicyUnits": 0,
                "wordPolicyUnits": units,
                "sensitiveInformationPolicyUnits": 0,
                "sensitiveInformationPolicyFreeUnits": if masked.is_some() { units } else { 0 },
                "contextualGroundingPolicyUnits": 0,
            },
            "guardrailCoverage": { "textCharacters": { "guarded": guarded, "total": total } },
        });
        assessment.insert("invocationMetrics".to_owned(), metrics);
        let (id, version) = (&self.guardrail.id, &self.config["guardrailVersion"]);
        let details = json!({
            "guardrailId": id,
            "guardrailVersion": version,
            "guardrailArn": format!(
                "arn:{}:bedrock:{}:{}:guardrail/{id}", self.partition, self.region, self.account
            ),
            "guardrailOrigin": ["REQUEST"],
            "guardrailOwnership": "SELF",
        });
        assessment.insert("appliedGuardrailDetails".to_owned(), details);
        Value::Object(assessment)
    }

    fn trace(&self, reason: &str, input: &Value, output: Option<(&[String], &Value)>) -> Option<Value> {
        if !matches!(self.config["trace"].as_str(), Some("enabled" | "enabled_full")) {
            return None;
        }
        let id = self.guardrail.id.as_str();
        let mut trace = json!({ "actionReason": reason, "inputAssessment": { id: input } });
        if let Some((said, assessment)) = output {
            trace["modelOutput"] = json!(said);
            trace["outputAssessments"] = json!({ id: [assessment] });
        }
        Some(trace)
    }
}

// The texts of a prompt that are looked at, and the length of all that could be. Marked parts keep
// the others from being looked at, wherever they are.
fn prompt<'a>(request: &Request<'a>) -> (Vec<&'a str>, usize) {
    let system = request.system().iter().filter_map(|block| present(block, "guardContent"));
    let marked = request.blocks().filter_map(|block| block.get("guardContent"));
    let marked: Vec<&Value> = system.chain(marked).collect();
    let marked_texts: Vec<&str> = marked.iter().filter_map(|part| part["text"]["text"].as_str()).collect();
    let spoken: Vec<&str> = request
        .messages()
        .iter()
        .filter(|message| message["role"] == "user")
        .flat_map(|message| items(&message["content"]))
        .filter_map(|block| block["text"].as_str())
        .collect();
    let total = length(&marked_texts) + length(&spoken);
    if marked.is_empty() { (spoken, total) } else { (marked_texts, total) }
}

fn found(findings: &[Finding<'_>]) -> bool {
    findings.iter().any(|finding| finding.matched.is_some())
}

fn length(texts: &[impl AsRef<str>]) -> usize {
    texts.iter().map(|text| text.as_ref().chars().count()).sum()
}
