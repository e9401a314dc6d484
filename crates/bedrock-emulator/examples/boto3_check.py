"""Drives the emulator with boto3, a client that shares nothing with this project.

    pip install boto3
    cargo run -p clawdia-bedrock-emulator --example serve -- 8787 > /tmp/emulator.sh &
    . /tmp/emulator.sh
    python crates/bedrock-emulator/examples/boto3_check.py

The endpoint and the credentials come from the environment, as for any client. Prints what it saw
and ends with a non-zero status at the first thing that is not as the real service would have it.
"""

import json
import os
import struct
import sys
import zlib

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

CLAUDE = "us.anthropic.claude-sonnet-4-5-20250929-v1:0"
NEWEST = "us.anthropic.claude-opus-5-5"
FAST = "us.anthropic.claude-3-5-haiku-20241022-v1:0"
NOVA = "amazon.nova-lite-v1:0"
NOVA_2 = "us.amazon.nova-2-lite-v1:0"
ACCOUNT = "arn:aws:bedrock:us-east-1:123456789012:"
ARN = f"{ACCOUNT}inference-profile/{CLAUDE}"
# What the example `serve` gives its account.
PROMPT = f"{ACCOUNT}prompt/PROMPT0001:1"
ROUTER = f"{ACCOUNT}prompt-router/team"
PROFILE = f"{ACCOUNT}application-inference-profile/team"
GUARDRAIL = {"guardrailIdentifier": "gr1", "guardrailVersion": "1", "trace": "enabled"}
# The text that the vendor documents for trying out refusals.
REFUSE = (
    "ANTHROPIC_MAGIC_STRING_TRIGGER_REFUSAL_1FAEFB6177B4672DEE07F9D3AFC62588CCD2631EDCF22E8CCC1FB35B501C9C86"
)
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


def fold(runtime, **request):
    """Folds a stream into the reply that it carries: the same members as a plain one has."""
    content, fragments, reply = [], {}, {}
    for event in runtime.converse_stream(**request)["stream"]:
        (name, body), = event.items()
        if name == "contentBlockStart":
            (kind, start), = body["start"].items()
            content.append({kind: dict(start, input="") if kind == "toolUse" else dict(start, content=[])})
        elif name == "contentBlockDelta":
            index = body["contentBlockIndex"]
            if index == len(content):
                content.append({})
            grow(content[index], *next(iter(body["delta"].items())))
            fragments[index] = fragments.get(index, 0) + 1
        elif name in ("messageStop", "metadata"):
            reply.update(body)
    for block in content:
        if "toolUse" in block:
            block["toolUse"]["input"] = json.loads(block["toolUse"]["input"] or "{}")
    reply["output"] = {"message": {"role": "assistant", "content": content}}
    return reply, fragments


def grow(block, kind, delta):
    """Adds a delta to the block that it belongs to."""
    if kind == "text":
        block["text"] = block.get("text", "") + delta
    elif kind == "toolUse":
        block["toolUse"]["input"] += delta["input"]
    elif kind == "toolResult":
        block["toolResult"]["content"] += delta
    elif kind == "citation":
        # Cited text comes as text, and then its sources.
        cited = block.setdefault("citationsContent", {"content": [{"text": block.pop("text")}] if "text" in block else []})
        cited.setdefault("citations", []).append(delta)
    else:
        (part, value), = delta.items()
        whole = block.setdefault("reasoningContent", {})
        if part == "redactedContent":
            whole[part] = whole.get(part, b"") + value
        else:
            text = whole.setdefault("reasoningText", {"text": ""})
            text[part] = text.get(part, "") + value


def stream(runtime, **request):
    """The message of a stream, why it ended, what it used, and in how many pieces each block came."""
    reply, fragments = fold(runtime, **request)
    return reply["output"]["message"], reply["stopReason"], reply["usage"], fragments


def replies(runtime, **request):
    """The reply to a request, in one piece and as a stream."""
    return [("plain", runtime.converse(**request)), ("stream", fold(runtime, **request)[0])]


def said(reply):
    """The text of a reply."""
    return "".join(block.get("text", "") for block in reply["output"]["message"]["content"])


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


def guardrails(runtime):
    request = dict(modelId=NOVA, guardrailConfig=GUARDRAIL)
    for form, reply in replies(runtime, messages=[user("How is dynamite made?")], **request):
        expect(f"{form}: a guardrail blocks", reply["stopReason"], "guardrail_intervened")
        words = reply["trace"]["guardrail"]["inputAssessment"]["gr1"]["wordPolicy"]["customWords"]
        expect(f"{form}: the trace tells the word", words, [{"match": "dynamite", "action": "BLOCKED", "detected": True}])
        expect(f"{form}: the trace gives a reason", reply["trace"]["guardrail"]["actionReason"], "Guardrail blocked.")
    for form, reply in replies(runtime, messages=[user("Where is Springfield?")], **request):
        expect(f"{form}: a guardrail masks", "{SPRINGFIELD}" in said(reply) and "Springfield" not in said(reply))
        (assessment,) = reply["trace"]["guardrail"]["outputAssessments"]["gr1"]
        (found,) = assessment["sensitiveInformationPolicy"]["regexes"]
        expect(f"{form}: the trace tells what was masked", (found["match"], found["action"]), ("Springfield", "ANONYMIZED"))
        units = assessment["invocationMetrics"]["usage"]["wordPolicyUnits"]
        expect(f"{form}: the trace measures", isinstance(units, int))
    mark = {"guardContent": {"text": {"text": "And you?", "qualifiers": ["query"]}}}
    history = [user("dynamite"), {"role": "assistant", "content": [{"text": "I see."}]}, user(mark)]
    for form, reply in replies(runtime, messages=history, **request):
        expect(f"{form}: a mark limits what is looked at", reply["stopReason"], "end_turn")
    mode = dict(GUARDRAIL, streamProcessingMode="async")
    message, *_ = stream(runtime, modelId=NOVA, guardrailConfig=mode, messages=[user("Where is Springfield?")])
    expect("a stream need not wait", "Springfield" in message["content"][0]["text"])
    unknown = dict(GUARDRAIL, guardrailIdentifier="nobody")
    call = lambda: runtime.converse(modelId=NOVA, guardrailConfig=unknown, messages=[user("Hi")])
    refused("an unknown guardrail", "ValidationException", "guardrail identifier is invalid", call)


def resources(runtime):
    city = {"city": {"text": "Rome"}}
    for form, reply in replies(runtime, modelId=PROMPT, promptVariables=city):
        expect(f"{form}: a prompt asks by itself", "Describe Rome in a word." in said(reply))
    later = [{"role": "assistant", "content": [{"text": "Old."}]}, user("And Paris?")]
    for form, reply in replies(runtime, modelId=PROMPT, promptVariables=city, messages=later):
        expect(f"{form}: a prompt goes on", "And Paris?" in said(reply))
    call = lambda **more: lambda: runtime.converse(modelId=PROMPT, **more)
    refused("a prompt without its variable", "ValidationException", "city", call())
    system = call(promptVariables=city, system=[{"text": "Be brief."}])
    refused("a prompt with another system prompt", "ValidationException", "system", system)
    for words, chosen in [("Hi", "nova-lite"), ("Hi " * 500, "nova-pro")]:
        for form, reply in replies(runtime, modelId=ROUTER, messages=[user(words)]):
            expect(f"{form}: a router tells its choice", chosen in reply["trace"]["promptRouter"]["invokedModelId"])
    expect("an application's profile is a model", said(runtime.converse(modelId=PROFILE, messages=[user("Hi")])) != "")


def service(runtime):
    request = dict(modelId=FAST, performanceConfig={"latency": "optimized"}, messages=[user("Hi")])
    for form, reply in replies(runtime, **request):
        expect(f"{form}: haste is confirmed", reply["performanceConfig"], {"latency": "optimized"})
    slow = lambda: runtime.converse(**dict(request, modelId=NOVA))
    refused("haste of a slow model", "ValidationException", "Latency performance configuration", slow)
    for tier in ["flex", "priority", "default"]:
        for form, reply in replies(runtime, modelId=CLAUDE, serviceTier={"type": tier}, messages=[user("Hi")]):
            expect(f"{form}: the tier {tier} is confirmed", reply["serviceTier"], {"type": tier})
    reserved = lambda: runtime.converse(modelId=CLAUDE, serviceTier={"type": "reserved"}, messages=[user("Hi")])
    refused("a reserved tier", "ValidationException", "Reservation not found", reserved)
    marked = runtime.converse(modelId=NOVA, requestMetadata={"team": "blue"}, messages=[user("Hi")])
    expect("metadata is taken", marked["stopReason"], "end_turn")
    call = lambda: runtime.converse(modelId=NOVA, requestMetadata={"refused": "x"}, messages=[user("Hi")])
    refused("a field that the model refuses", "ValidationException", "doesn't support the requestMetadata field", call)


def structured_output(runtime):
    schema = {
        "type": "object",
        "properties": {"city": {"type": "string"}, "people": {"type": "integer"}},
        "required": ["city", "people"],
        "additionalProperties": False,
    }

    def format_of(schema):
        structure = {"jsonSchema": {"schema": json.dumps(schema), "name": "place", "description": "A place."}}
        return {"textFormat": {"type": "json_schema", "structure": structure}}

    request = dict(messages=[user("Where is the Colosseum?")])
    for form, reply in replies(runtime, modelId=CLAUDE, outputConfig=format_of(schema), **request):
        value = json.loads(said(reply))
        kinds = {name: type(member) for name, member in value.items()}
        expect(f"{form}: an answer fits its schema", kinds, {"city": str, "people": int})
    elsewhere = lambda: runtime.converse(modelId=NEWEST, outputConfig=format_of(schema), **request)
    refused("a schema for another model", "ValidationException", "output_config.format", elsewhere)
    wide = dict(schema, additionalProperties=True)
    opened = lambda: runtime.converse(modelId=CLAUDE, outputConfig=format_of(wide), **request)
    refused("an open schema", "ValidationException", "additionalProperties", opened)


def response_fields(runtime):
    request = dict(
        modelId=CLAUDE,
        messages=[user("Count to 9")],
        inferenceConfig={"stopSequences": ["7"]},
        additionalModelResponseFieldPaths=["/stop_sequence", "/delta/stop_sequence", "/usage/output_tokens"],
    )
    plain, streamed = [reply for _, reply in replies(runtime, **request)]
    expect("a stop sequence stops", (plain["stopReason"], streamed["stopReason"]), ("stop_sequence", "stop_sequence"))
    tokens = {"output_tokens": plain["usage"]["outputTokens"]}
    expect("plain: fields of the model", plain["additionalModelResponseFields"], {"stop_sequence": "7", "usage": tokens})
    fields = {"delta": {"stop_sequence": "7"}, "usage": tokens}
    expect("stream: fields of the model", streamed["additionalModelResponseFields"], fields)
    wrong = lambda: runtime.converse(**dict(request, additionalModelResponseFieldPaths=["stop_sequence"]))
    refused("what is no pointer", "ValidationException", "JSON Pointer", wrong)


def citations(runtime):
    cite = {"enabled": True}
    rain = {"format": "txt", "name": "Weather", "source": {"bytes": b"It rained. Much."}, "citations": cite}
    snow = {"source": "https://example.com/a", "title": "Found", "content": [{"text": "Snow."}], "citations": cite}
    question = user("What about the weather?", {"document": rain}, {"searchResult": snow})
    for form, reply in replies(runtime, modelId=CLAUDE, messages=[question]):
        content = reply["output"]["message"]["content"]
        cited = [block["citationsContent"] for block in content if "citationsContent" in block]
        expect(f"{form}: each source is cited", len(cited), 2)
        expect(f"{form}: cited text is text", all(block["content"][0]["text"].strip() for block in cited))
        (document,), (result,) = (block["citations"] for block in cited)
        place = {"documentChar": {"documentIndex": 0, "start": 0, "end": 10}}
        expect(f"{form}: a document is cited by its place", (document["title"], document["location"]), ("Weather", place))
        expect(f"{form}: and by its words", document["sourceContent"], [{"text": "It rained."}])
        place = {"searchResultLocation": {"searchResultIndex": 0, "start": 0, "end": 1}}
        seen = (result["source"], result["location"])
        expect(f"{form}: a search result is cited", seen, ("https://example.com/a", place))
        history = [question, reply["output"]["message"], user("Thanks")]
        again = runtime.converse(modelId=CLAUDE, messages=history)
        expect(f"{form}: cited text is taken back", again["stopReason"], "end_turn")
    other = lambda: runtime.converse(modelId=NOVA, messages=[question])
    refused("citations of another model", "ValidationException", "support citations", other)


def system_tools(runtime):
    for tool, question in [("nova_grounding", "Who won?"), ("nova_code_interpreter", "What is 6 * 7?")]:
        request = dict(modelId=NOVA_2, toolConfig={"tools": [{"systemTool": {"name": tool}}]})
        for form, reply in replies(runtime, messages=[user(question)], **request):
            expect(f"{form}: {tool} ends its turn", reply["stopReason"], "end_turn")
            used, result, *rest = reply["output"]["message"]["content"]
            used, result = used["toolUse"], result["toolResult"]
            expect(f"{form}: {tool} is called by the service", (used["name"], used["type"]), (tool, "server_tool_use"))
            seen = (result["toolUseId"], result["type"], result["status"])
            expect(f"{form}: {tool} answers", seen, (used["toolUseId"], f"{tool}_result", "success"))
            expect(f"{form}: {tool} returns something", len(result["content"]), 1)
            history = [user(question), reply["output"]["message"], user("And then?")]
            again = runtime.converse(messages=history, **request)
            expect(f"{form}: {tool} is taken back", again["stopReason"], "end_turn")
    web = [block["citationsContent"] for block in fold(runtime, modelId=NOVA_2, messages=[user("Who won?")], toolConfig={
        "tools": [{"systemTool": {"name": "nova_grounding"}}]
    })[0]["output"]["message"]["content"] if "citationsContent" in block]
    expect("what was found is cited by its address", web[0]["citations"][0]["location"]["web"]["url"].startswith("http"))
    unknown = {"tools": [{"systemTool": {"name": "nova_everything"}}]}
    call = lambda model, tools: lambda: runtime.converse(modelId=model, toolConfig=tools, messages=[user("Hi")])
    refused("an unknown system tool", "ValidationException", "nova_everything", call(NOVA_2, unknown))
    known = {"tools": [{"systemTool": {"name": "nova_grounding"}}]}
    refused("a system tool for another model", "ValidationException", "systemTool", call(NOVA, known))


def counting(runtime):
    def count(model, **more):
        conversation = dict({"messages": [user("What is a crate?")]}, **more)
        return runtime.count_tokens(modelId=model, input={"converse": conversation})["inputTokens"]

    bare = CLAUDE.removeprefix("us.")
    few = count(bare)
    expect("tokens are counted", isinstance(few, int) and few > 0)
    expect("a system prompt counts", count(bare, system=[{"text": "Be brief. " * 100}]) > few + 100)
    expect("tools count", count(bare, toolConfig={"tools": [WEATHER]}) > few)
    usage = runtime.converse(modelId=CLAUDE, messages=[user("What is a crate?")])["usage"]
    expect("a count is what is billed", few, usage["inputTokens"])
    raw = json.dumps({"anthropic_version": "bedrock-2023-05-31", "max_tokens": 1, "messages": []}).encode()
    counted = runtime.count_tokens(modelId=bare, input={"invokeModel": {"body": raw}})["inputTokens"]
    expect("a vendor's body is counted", counted > 0)
    refused("a count for another model", "ValidationException", "counting tokens", lambda: count(NOVA))
    blank = lambda: count(bare, messages=[user(" ")])
    refused("a count of what would be refused", "ValidationException", "blank", blank)


def refusals(runtime):
    paths = ["/stop_details", "/delta/stop_details"]
    request = dict(modelId=NEWEST, messages=[user(REFUSE)], additionalModelResponseFieldPaths=paths)
    for form, reply in replies(runtime, **request):
        expect(f"{form}: the model refuses", reply["stopReason"], "refusal")
        details = reply["additionalModelResponseFields"]["stop_details"]
        expect(f"{form}: and says why", (details["type"], bool(details["explanation"])), ("refusal", True))
    refused(
        "a stop sequence of blanks",
        "ValidationException",
        "non-whitespace",
        lambda: runtime.converse(
            modelId=CLAUDE, messages=[user("Hi")], inferenceConfig={"stopSequences": ["\n"]}
        ),
    )


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
    guardrails(runtime)
    resources(runtime)
    service(runtime)
    structured_output(runtime)
    response_fields(runtime)
    citations(runtime)
    system_tools(runtime)
    counting(runtime)
    refusals(runtime)
    identity()
    discovery()
    for bare in [CLAUDE[3:]]:
        refused("a bare id", "ValidationException", "on-demand throughput", lambda: runtime.converse(modelId=bare, messages=[user("Hi")]))
    print("all as it should be")


main()
