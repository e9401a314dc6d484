//! Rules about cache points.

use serde_json::Value;

use crate::quirks::Quirk;
use crate::refusal::Refusal;
use crate::request::{Request, blocks_of, items, present};

/// How many cache points a request may have.
const MOST_POINTS: usize = 4;

/// A cache point: where it stands, in the vendor's spelling, and its lifetime.
struct Point<'a> {
    place: String,
    lifetime: &'a str,
}

pub(super) fn points_are_supported(request: &Request<'_>) -> Result<(), Refusal> {
    if request.model.has(Quirk::ImplicitCaching) && !points(request).is_empty() {
        return Err(Refusal::unsupported_field("cachePoint"));
    }
    Ok(())
}

pub(super) fn caching_is_supported(request: &Request<'_>) -> Result<(), Refusal> {
    if !request.model.caches() && !points(request).is_empty() {
        return Err(Refusal::access_denied(
            "You invoked an unsupported model or your request did not allow prompt caching. See the documentation \
             for more information.",
        ));
    }
    Ok(())
}

pub(super) fn no_point_after_reasoning(request: &Request<'_>) -> Result<(), Refusal> {
    let misplaced = request.messages().iter().any(|message| {
        items(&message["content"]).windows(2).any(|pair| {
            present(&pair[0], "reasoningContent").is_some() && present(&pair[1], "cachePoint").is_some()
        })
    });
    if misplaced {
        return Err(Refusal::validation(
            "Cache point cannot be inserted after reasoning block. Please remove the invalid cache point and try \
             again.",
        ));
    }
    Ok(())
}

pub(super) fn points_follow_something(request: &Request<'_>) -> Result<(), Refusal> {
    let messages = request.messages().iter().map(|message| items(&message["content"]));
    let lists = messages.chain([request.system(), request.tools()]);
    for list in lists {
        let is_point = |value: &Value| present(value, "cachePoint").is_some();
        // What stands before the first of two neighbours is cached by it.
        let neighbours = list.windows(2).any(|pair| pair.iter().all(is_point));
        if neighbours || list.first().is_some_and(is_point) {
            return Err(Refusal::validation("There is nothing available to cache."));
        }
    }
    Ok(())
}

pub(super) fn nova_tools_have_no_points(request: &Request<'_>) -> Result<(), Refusal> {
    let point = request.tools().iter().position(|tool| present(tool, "cachePoint").is_some());
    match point {
        Some(index) if request.model.is_nova() => Err(Refusal::by_the_model(format!(
            "Malformed input request: #/toolConfig/tools/{index}: extraneous key [cachePoint] is not permitted, \
             please reformat your input and try again."
        ))),
        _ => Ok(()),
    }
}

pub(super) fn four_points_at_most(request: &Request<'_>) -> Result<(), Refusal> {
    let count = points(request).len();
    if count > MOST_POINTS {
        return Err(Refusal::by_the_model(format!(
            "A maximum of {MOST_POINTS} blocks with cache_control may be provided. Found {count}."
        )));
    }
    Ok(())
}

pub(super) fn lifetimes_shrink(request: &Request<'_>) -> Result<(), Refusal> {
    let points = points(request);
    let first_short = points.iter().position(|point| point.lifetime != "1h").unwrap_or(points.len());
    points[first_short..].iter().find(|point| point.lifetime == "1h").map_or(Ok(()), |point| {
        Err(Refusal::by_the_model(format!(
            "{}.cache_control.ttl: a ttl='1h' cache_control block must not come after a ttl='5m' cache_control \
             block. Note that blocks are processed in the following order: `tools`, `system`, `messages`.",
            point.place
        )))
    })
}

pub(super) fn lifetimes_are_supported(request: &Request<'_>) -> Result<(), Refusal> {
    let points = points(request);
    let Some(point) = points.iter().find(|point| !point.lifetime.is_empty()) else { return Ok(()) };
    if request.model.is_nova() {
        return Err(Refusal::by_the_model(
            "Malformed input request: extraneous key [ttl] is not permitted, please reformat your input and try \
             again.",
        ));
    }
    if point.lifetime == "1h" && !request.model.has(Quirk::HourCaching) {
        return Err(Refusal::by_the_model(format!(
            "{}.cache_control.ephemeral.ttl: Extra inputs are not permitted",
            point.place
        )));
    }
    Ok(())
}

pub(super) fn no_point_after_text_document(request: &Request<'_>) -> Result<(), Refusal> {
    if !request.model.is_claude() {
        return Ok(());
    }
    for (index, message) in request.messages().iter().enumerate() {
        let blocks: Vec<_> = blocks_of(index, message).collect();
        for pair in blocks.windows(2) {
            let text_document = pair[0].get("document").is_some_and(|document| document["format"] != "pdf");
            if text_document && pair[1].get("cachePoint").is_some() {
                return Err(Refusal::by_the_model(format!("{}.type: Field required", pair[1].path())));
            }
        }
    }
    Ok(())
}

pub(super) fn no_point_at_low_latency(request: &Request<'_>) -> Result<(), Refusal> {
    if !request.wants_low_latency() || !request.model.is_claude() {
        return Ok(());
    }
    points(request).first().map_or(Ok(()), |point| {
        Err(Refusal::by_the_model(format!("{}.cache_control: Extra inputs are not permitted", point.place)))
    })
}

// All cache points in the order in which they are processed.
fn points<'a>(request: &Request<'a>) -> Vec<Point<'a>> {
    let mut points = Vec::new();
    let mut last = String::new();
    let mut add = |value: &'a Value, place: &str, last: &mut String| match present(value, "cachePoint") {
        // The vendor marks the block before the point, so that is where its texts point to.
        Some(point) => points
            .push(Point { place: std::mem::take(last), lifetime: point["ttl"].as_str().unwrap_or_default() }),
        None => place.clone_into(last),
    };
    for (index, tool) in request.tools().iter().enumerate() {
        add(tool, &format!("tools.{index}"), &mut last);
    }
    for (index, block) in request.system().iter().enumerate() {
        add(block, &format!("system.{index}"), &mut last);
    }
    for block in request.blocks() {
        add(block.value, &block.path(), &mut last);
    }
    points
}
