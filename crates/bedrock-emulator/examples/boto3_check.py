"""Drives the emulator with boto3, a client that shares nothing with this project.

    pip install boto3
    cargo run -p clawdia-bedrock-emulator --example serve -- 8787 > /tmp/emulator.sh &
    . /tmp/emulator.sh
    python crates/bedrock-emulator/examples/boto3_check.py

The endpoint and the credentials come from the environment, as for any client. Prints what it saw
and ends with a non-zero status at the first thing that is not as the real service would have it.
"""

import os
import struct
import sys
import zlib

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

CLAUDE = "us.anthropic.claude-sonnet-4-5-20250929-v1:0"
NEWEST = "us.anthropic.claude-opus-5-5"
NOVA = "amazon.nova-lite-v1:0"
ARN = f"arn:aws:bedrock:us-east-1:123456789012:inference-profile/{CLAUDE}"
WEATHER = {
    "toolSpec": {
        "name": "get_weather",
        "description": "The weather in a city.",
        "inputSchema": {
            "json": {
                "type": "object",
                "properties": {"city": {"type": "string"}, "unit": {"enum": ["celsius", "fahrenheit"]}},
                "required": ["city", "unit"],
            }
        },
    }
}
ENDPOINT = os.environ.get("AWS_ENDPOINT_URL") or sys.exit("set AWS_ENDPOINT_URL to the emulator's address")
QUIET = Config(retries={"max_attempts": 0}, read_timeout=10)


def client(service="bedrock-runtime", **keys):
    return boto3.client(service, endpoint_url=ENDPOINT, config=QUIET, **keys)


def expect(what, seen, wanted=True):
    if seen != wanted:
        sys.exit(f"FAILED {what}: saw {seen!r}, wanted {wanted!r}")
    print(f"ok     {what}")


def user(*blocks):
    return {"role": "user", "content": [{"text": block} if isinstance(block, str) else block for block in blocks]}


def stream(runtime, **request):
    """Folds a stream into the message that it carries."""
    content, fragments, stop, usage = [], {}, None, None
    for event in runtime.converse_stream(**request)["stream"]:
        (name, body), = event.items()
        if name == "contentBlockStart":
            tool = body["start"]["toolUse"]
            content.append({"toolUse": dict(tool, input="")})
        elif name == "contentBlockDelta":
            (kind, delta), = body["delta"].items()
            if body["contentBlockIndex"] == len(content):
                content.append({"text": ""} if kind == "text" else {"reasoningContent": {}})
            block = content[body["contentBlockIndex"]]
            if kind == "text":
                block["text"] += delta
            elif kind == "toolUse":
                block["toolUse"]["input"] += delta["input"]
            else:
                (part, value), = delta.items()
                whole = block["reasoningContent"]
                if part == "redactedContent":
                    whole[part] = whole.get(part, b"") + value
                else:
                    text = whole.setdefault("reasoningText", {"text": ""})
                    text[part] = text.get(part, "") + value
            fragments[body["contentBlockIndex"]] = fragments.get(body["contentBlockIndex"], 0) + 1
        elif name == "messageStop":
            stop = body["stopReason"]
        elif name == "metadata":
            usage = body["usage"]
    import json

    for block in content:
        if "toolUse" in block:
            block["toolUse"]["input"] = json.loads(block["toolUse"]["input"] or "{}")
    return {"role": "assistant", "content": content}, stop, usage, fragments


def refused(what, code, text, call):
    try:
        call()
    except ClientError as error:
        expect(f"{what} is {code}", error.response["Error"]["Code"], code)
        expect(f"{what} says why", text in error.response["Error"]["Message"])
    else:
        sys.exit(f"FAILED {what}: was not refused")


def png(width, height):
    def chunk(kind, data):
        body = kind + data
        return struct.pack(">I", len(data)) + body + struct.pack(">I", zlib.crc32(body))

    rows = b"".join(b"\0" + b"\xff\0\0" * width for _ in range(height))
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


def plain_text(runtime):
    message, stop, usage, fragments = stream(runtime, modelId=CLAUDE, messages=[user("Hello, emulator")])
    expect("a stream answers", "Hello, emulator" in message["content"][0]["text"])
    expect("a stream comes in pieces", fragments[0] > 1)
    expect("a stream ends its turn", stop, "end_turn")
    expect("a stream counts", usage["totalTokens"], usage["inputTokens"] + usage["outputTokens"])
    reply = runtime.converse(modelId=NOVA, messages=[user("Hello, Nova")])
    expect("a plain reply answers", "Hello, Nova" in reply["output"]["message"]["content"][0]["text"])
    by_arn = runtime.converse(modelId=ARN, messages=[user("Hello by ARN")])
    expect("an ARN names a model", by_arn["stopReason"], "end_turn")
    short = runtime.converse(modelId=NOVA, messages=[user("Count to 500")], inferenceConfig={"maxTokens": 5})
    expect("an answer keeps its limit", (short["stopReason"], short["usage"]["outputTokens"]), ("max_tokens", 5))


def tools(runtime):
    messages = [user("What is the weather in Paris?")]
    request = dict(modelId=CLAUDE, toolConfig={"tools": [WEATHER]})
    message, stop, _, fragments = stream(runtime, messages=messages, **request)
    call = message["content"][-1]["toolUse"]
    expect("a tool is called", (stop, call["name"], call["input"]["city"]), ("tool_use", "get_weather", "Paris"))
    expect("arguments come in pieces", max(fragments.values()) > 2)
    result = {"toolResult": {"toolUseId": call["toolUseId"], "content": [{"text": "18 degrees, sunny"}]}}
    messages += [message, user(result)]
    message, stop, *_ = stream(runtime, messages=messages, **request)
    expect("a result is used", (stop, "18 degrees" in message["content"][0]["text"]), ("end_turn", True))
    refused(
        "a call without a result",
        "ValidationException",
        "Expected toolResult blocks at messages.2.content",
        lambda: runtime.converse(messages=messages[:2] + [user("And?")], **request),
    )


def thinking(runtime):
    budget = {"thinking": {"type": "enabled", "budget_tokens": 2048}}
    request = dict(modelId=CLAUDE, inferenceConfig={"maxTokens": 4096}, additionalModelRequestFields=budget)
    first = [user("Think about bridges")]
    message, *_ = stream(runtime, messages=first, **request)
    thought = message["content"][0]["reasoningContent"]["reasoningText"]
    expect("thinking is signed", bool(thought["text"] and thought["signature"]))
    history = first + [message, user("And now tunnels")]
    expect("thinking is taken back", stream(runtime, messages=history, **request)[1], "end_turn")
    thought["text"] += "."
    refused(
        "changed thinking",
        "ValidationException",
        "Invalid `signature` in `thinking` block",
        lambda: stream(runtime, messages=history, **request),
    )
    secret = [user("ANTHROPIC_MAGIC_STRING_TRIGGER_REDACTED_THINKING")]
    message, *_ = stream(runtime, modelId=NEWEST, messages=secret)
    expect("thinking can be redacted", "redactedContent" in message["content"][0]["reasoningContent"])
    history = secret + [message, user("Go on")]
    expect("redacted thinking is taken back", stream(runtime, modelId=NEWEST, messages=history)[1], "end_turn")


def media(runtime):
    image = {"image": {"format": "png", "source": {"bytes": png(16, 16)}}}
    reply = runtime.converse(modelId=CLAUDE, messages=[user("What is this?", image)])
    expect("an image is taken", reply["stopReason"], "end_turn")
    image["image"]["format"] = "jpeg"
    refused(
        "a mislabelled image",
        "ValidationException",
        "does not match the provided media type",
        lambda: runtime.converse(modelId=CLAUDE, messages=[user("What is this?", image)]),
    )


def caching(runtime):
    system = [{"text": "Be brief. " * 2000}, {"cachePoint": {"type": "default"}}]
    request = dict(modelId=CLAUDE, system=system, messages=[user("Hi")])
    first = runtime.converse(**request)["usage"]
    second = runtime.converse(**request)["usage"]
    expect("a prefix is written", first["cacheWriteInputTokens"] > 1024 and first["cacheReadInputTokens"] == 0)
    expect("a prefix is read", second["cacheReadInputTokens"], first["cacheWriteInputTokens"])


def identity():
    forged = client(aws_access_key_id=os.environ["AWS_ACCESS_KEY_ID"], aws_secret_access_key="wrong")
    call = lambda runtime: lambda: runtime.converse(modelId=NOVA, messages=[user("Hi")])
    refused("a wrong secret", "InvalidSignatureException", "does not match the signature", call(forged))
    unknown = client(aws_access_key_id="AKIANOBODY", aws_secret_access_key="wrong")
    refused("an unknown key", "UnrecognizedClientException", "security token", call(unknown))
    elsewhere = client(region_name="eu-west-1")
    refused("another region", "InvalidSignatureException", "valid region", call(elsewhere))


def discovery():
    bedrock = client("bedrock")
    models = bedrock.list_foundation_models()["modelSummaries"]
    by_id = {model["modelId"]: model for model in models}
    expect("foundation models are listed", NOVA in by_id and len(models) > 50)
    expect("some go through profiles only", by_id[CLAUDE[3:]]["inferenceTypesSupported"], ["INFERENCE_PROFILE"])
    embeddings = bedrock.list_foundation_models(byOutputModality="EMBEDDING")["modelSummaries"]
    expect("a filter filters", {model["outputModalities"][0] for model in embeddings}, {"EMBEDDING"})
    pages = list(bedrock.get_paginator("list_inference_profiles").paginate(PaginationConfig={"PageSize": 20}))
    profiles = [profile for page in pages for profile in page["inferenceProfileSummaries"]]
    expect("profiles come in pages", len(pages) > 2 and len({p["inferenceProfileId"] for p in profiles}) == len(profiles))
    expect("profiles name their models", all(1 <= len(profile["models"]) <= 5 for profile in profiles))
    one = bedrock.get_inference_profile(inferenceProfileIdentifier=ARN)
    expect("a profile is found by its ARN", one["inferenceProfileId"], CLAUDE)
    details = bedrock.get_foundation_model(modelIdentifier=NOVA)["modelDetails"]
    expect("a model has details", details["providerName"], "Amazon")


def main():
    runtime = client()
    plain_text(runtime)
    tools(runtime)
    thinking(runtime)
    media(runtime)
    caching(runtime)
    identity()
    discovery()
    for bare in [CLAUDE[3:]]:
        refused("a bare id", "ValidationException", "on-demand throughput", lambda: runtime.converse(modelId=bare, messages=[user("Hi")]))
    print("all as it should be")


main()
