//! What a guardrail did, out of its trace.
//!
//! Separate because the service says only that the guardrail intervened, also where it merely masked something; which part
//! was concerned, and by which policy, stands in assessments that list what was looked for as well as what was found.
//! Source: the `GuardrailTraceAssessment` structure of the Bedrock Runtime API reference.

use serde_json::{Map, Value};

const POLICIES: &[&str] = &[
    "topicPolicy",
    "contentPolicy",
    "wordPolicy",
    "sensitiveInformationPolicy",
    "contextualGroundingPolicy",
];

/// The next step for somebody whose call a guardrail ended.
pub(super) fn hint(metadata: &Map<String, Value>) -> String {
    let trace = metadata.get("trace").and_then(|trace| trace.get("guardrail"));
    let mut deeds = Vec::new();
    for (action, deed) in [("BLOCKED", "blocked"), ("ANONYMIZED", "masked parts of")] {
        for (assessments, part) in [("inputAssessment", "the prompt"), ("outputAssessments", "the answer")] {
            let assessments = trace.and_then(|trace| trace.get(assessments));
            let policies = assessments.map_or_else(Vec::new, |assessments| policies(assessments, action));
            if !policies.is_empty() {
                deeds.push(format!("{deed} {part} ({})", policies.join(", ")));
            }
        }
    }
    if deeds.is_empty() {
        "a guardrail blocked or masked the prompt or the answer; a trace of the guardrail would tell which"
            .to_owned()
    } else {
        format!("the guardrail {}; change what it objects to, or the guardrail", deeds.join(" and "))
    }
}

/// The policies that did this. Assessments are an object by guardrail, of one assessment or of a list of them.
fn policies(assessments: &Value, action: &str) -> Vec<&'static str> {
    let by_guardrail = assessments.as_object().into_iter().flat_map(Map::values);
    let assessments =
        by_guardrail.flat_map(|one| one.as_array().map_or(std::slice::from_ref(one), Vec::as_slice));
    let assessments = assessments.collect::<Vec<_>>();
    let did = |policy: &&&str| {
        let findings = assessments.iter().filter_map(|assessment| assessment.get(**policy)?.as_object());
        findings
            .flat_map(Map::values)
            .filter_map(Value::as_array)
            .flatten()
            .any(|finding| is(finding, action))
    };
    POLICIES.iter().filter(did).copied().collect()
}

/// Whether something was found and this done about it: a full trace lists also what was not found.
fn is(finding: &Value, action: &str) -> bool {
    finding.get("detected") != Some(&Value::Bool(false))
        && finding.get("action").is_some_and(|did| did == action)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[track_caller]
    fn check(guardrail: &Value, expected: &str) {
        let metadata = json!({ "trace": { "guardrail": guardrail } });
        assert!(
            hint(metadata.as_object().unwrap()).starts_with(expected),
            "{}",
            hint(metadata.as_object().unwrap())
        );
    }

    #[test]
    fn only_what_was_found_counts() {
        let topics = json!([
            { "name": "Weather", "type": "DENY", "action": "BLOCKED", "detected": false },
            { "name": "Money", "type": "DENY", "action": "NONE", "detected": true },
        ]);
        let words = json!([{ "match": "secret", "action": "BLOCKED" }]);
        let assessment =
            json!({ "topicPolicy": { "topics": topics }, "wordPolicy": { "customWords": words } });
        check(
            &json!({ "inputAssessment": { "gr-1": assessment } }),
            "the guardrail blocked the prompt (wordPolicy);",
        );
    }

    #[test]
    fn masking_is_told_from_blocking_and_the_prompt_from_the_answer() {
        let masked = json!({ "sensitiveInformationPolicy": {
            "piiEntities": [{ "type": "NAME", "match": "Ada", "action": "ANONYMIZED", "detected": true }], "regexes": [],
        } });
        let blocked = json!({
            "contentPolicy": { "filters": [{ "type": "HATE", "action": "BLOCKED", "detected": true }] },
            "contextualGroundingPolicy": { "filters": [{ "type": "GROUNDING", "action": "BLOCKED" }] },
        });
        check(
            &json!({ "outputAssessments": { "gr-1": [masked] } }),
            "the guardrail masked parts of the answer (sensitiveInformationPolicy);",
        );
        check(
            &json!({ "inputAssessment": { "gr-1": masked }, "outputAssessments": { "gr-1": [{}, blocked] } }),
            "the guardrail blocked the answer (contentPolicy, contextualGroundingPolicy) and masked parts of the prompt",
        );
    }

    #[test]
    fn a_trace_of_another_shape_is_as_good_as_none() {
        for odd in
            [json!(null), json!([1]), json!({ "inputAssessment": [[]], "outputAssessments": { "gr": 7 } })]
        {
            check(&odd, "a guardrail blocked or masked");
        }
    }
}
