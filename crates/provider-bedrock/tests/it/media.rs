//! Images and videos in a request.

use serde_json::{Value, json};

use crate::conversation::{
    LLAMA, PNG, Sent, assistant, call, history, image, kinds, result, send_uncached, text, uncached, user,
};
use crate::fixture::{Bedrock, NOVA, SONNET};

const GIF: &str = "R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7";
const WEBP: &str = "UklGRhoAAABXRUJQVlA4TA0AAAAvAAAAEAcQERGIiP4HAA==";
const JPEG: &str = "/9j/4AAQSkZJRgABAQEASABIAAD/2wBDAP//////////////////////////////////////////////////////////////////////////////////////wgALCAABAAEBAREA/8QAFBABAAAAAAAAAAAAAAAAAAAAAP/aAAgBAQABPxA=";
const MP4: &str = "AAAAIGZ0eXBpc29t";

fn file(kind: &str, data: &str, mime_type: &str) -> Value {
    json!({ "type": kind, "data": data, "mimeType": mime_type })
}

async fn said(model: &str, content: Value) -> Sent {
    send_uncached(model, &history(json!([user(content)]))).await
}

/// What is refused before anything is sent.
async fn refusal(model: &str, content: Value) -> String {
    let bedrock = Bedrock::start().await;
    let outcome = bedrock.ask_with(model, &history(json!([user(content)])), &uncached()).await;
    assert_eq!(bedrock.emulator.requests().len(), 0, "nothing is sent");
    outcome.expect_error().message().to_owned()
}

#[tokio::test]
async fn each_type_of_image_has_its_format() {
    for (data, mime_type, format) in [
        (PNG, "image/png", "png"),
        (JPEG, "image/jpeg", "jpeg"),
        (JPEG, "image/jpg", "jpeg"),
        (JPEG, "IMAGE/JPEG; q=1", "jpeg"),
        (GIF, "image/gif", "gif"),
        (WEBP, "image/webp", "webp"),
    ] {
        let sent = said(SONNET, json!([file("image", data, mime_type), text("?")])).await;
        assert_eq!(sent.content(0)[0]["image"], json!({ "format": format, "source": { "bytes": data } }));
        assert!(!sent.has_diagnostic("bedrock_image_relabelled"));
    }
}

#[tokio::test]
async fn an_image_is_sent_as_what_it_is_and_not_as_what_it_is_called() {
    let sent = said(SONNET, json!([file("image", GIF, "image/png"), text("?")])).await;
    assert_eq!(sent.content(0)[0]["image"]["format"], "gif");
    assert!(sent.has_diagnostic("bedrock_image_relabelled"));
}

#[tokio::test]
async fn an_image_of_another_type_is_refused() {
    let message = refusal(SONNET, json!([text("?"), file("image", PNG, "image/svg+xml")])).await;
    assert!(message.contains("messages[0].content[1].mimeType") && message.contains("image/svg+xml"));
}

#[tokio::test]
async fn base64_may_have_white_space_and_lack_its_padding() {
    let spaced = format!("{} \r\n\t{}\n", &PNG[..40], &PNG[40..]);
    let bare = PNG.trim_end_matches('=').to_owned();
    for data in [spaced, bare] {
        let sent = said(SONNET, json!([file("image", &data, "image/png"), text("?")])).await;
        assert_eq!(sent.content(0)[0]["image"]["source"]["bytes"], PNG);
    }
}

#[tokio::test]
async fn text_that_is_no_base64_is_refused_with_the_block_that_has_it() {
    for data in ["A%AA", "AAAAA", "AA=A", "AA=", "AAAA=", "=", " "] {
        let message = refusal(SONNET, json!([text("?"), file("image", data, "image/png")])).await;
        assert!(message.contains("`context.messages[0].content[1].data`"), "{data}: {message}");
    }
}

#[tokio::test]
async fn a_model_that_cannot_see_gets_one_note_for_each_run_of_images() {
    let sent = said(LLAMA, json!([image(), image(), text("between"), image()])).await;
    let note = json!({ "text": "(image omitted: model does not support images)" });
    assert_eq!(sent.content(0), [note.clone(), json!({ "text": "between" }), note]);
}

#[tokio::test]
async fn a_model_that_cannot_see_gets_notes_of_their_own_for_images_of_tools() {
    const MISTRAL: &str = "mistral.mistral-large-2402-v1:0";
    let content = json!([image(), image(), text("between"), image()]);
    let turns = json!([user("go"), assistant(json!([call("a")])), result("a", content)]);
    let sent = send_uncached(MISTRAL, &history(turns)).await;
    let note = json!({ "text": "(tool image omitted: model does not support images)" });
    let inside = &sent.content(2)[0]["toolResult"]["content"];
    assert_eq!(*inside, json!([note, { "text": "between" }, note]));
}

#[tokio::test]
async fn each_type_of_video_has_its_format() {
    for (mime_type, format) in [
        ("VIDEO/MP4; codecs=x", "mp4"),
        ("video/quicktime", "mov"),
        ("video/x-matroska", "mkv"),
        ("video/webm", "webm"),
        ("video/x-flv", "flv"),
        ("video/mpeg", "mpeg"),
        ("video/x-ms-wmv", "wmv"),
        ("video/3gpp", "three_gp"),
    ] {
        let sent = said(NOVA, json!([file("video", MP4, mime_type), text("?")])).await;
        assert_eq!(sent.content(0)[0]["video"]["format"], format);
    }
}

#[tokio::test]
async fn of_several_videos_only_the_newest_is_sent() {
    let other = "AAAAIGZ0eXBtcDQy";
    let turns = json!([
        user(json!([file("video", MP4, "video/mp4"), text("first")])),
        assistant("ok"),
        user(json!([file("video", MP4, "video/mp4"), file("video", other, "video/mp4"), text("second")])),
    ]);
    let sent = send_uncached(NOVA, &history(turns)).await;
    let note = json!({ "text": "(video omitted: Amazon Bedrock accepts one video per request)" });
    assert_eq!(sent.content(0)[0], note);
    assert_eq!(sent.content(2)[0], note);
    assert_eq!(sent.content(2)[1]["video"]["source"]["bytes"], other);
    assert_eq!(kinds(sent.content(2)), ["text", "video", "text"]);
}

#[tokio::test]
async fn videos_that_no_request_can_hold_are_refused() {
    let large = "A".repeat(25_000_000);
    for (data, mime_type, place, rule) in
        [(large.as_str(), "video/mp4", "data", "18.75 MB"), (MP4, "video/avi", "mimeType", "video/avi")]
    {
        let message = refusal(NOVA, json!([file("video", data, mime_type)])).await;
        assert!(message.contains(&format!("content[0].{place}")) && message.contains(rule), "{message}");
    }
}

#[tokio::test]
async fn a_model_that_takes_no_video_gets_a_note() {
    let sent = said(SONNET, json!([file("video", MP4, "video/mp4"), text("?")])).await;
    assert_eq!(sent.content(0)[0]["text"], "(video omitted: model does not support video)");
}
