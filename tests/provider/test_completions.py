"""Answers that were paid for are read wherever they stand; what is no answer says why."""

import json
from typing import Any

import pytest

from tests.provider.conftest import completion
from workbench.domain.messages import Fault, Outcome, Reply, Usage
from workbench.provider.api_keys import ApiKey
from workbench.provider.completions import masked_reply, read_completion, read_content

GOOD = '{"answers": [{"id": "s01", "ranking": ["happy"]}]}'
DRAFT = "Let me think: s01: happy > sad. Or is it sad?"


def said(**message: Any) -> dict[str, Any]:
    return completion(None, message=message)


def stream(*chunks: object, done: bool = True) -> bytes:
    lines = [f"data: {json.dumps(chunk)}\n\n" for chunk in chunks]
    return "".join([": OPENROUTER PROCESSING\n\n", *lines, "data: [DONE]\n\n" if done else ""]).encode()


def delta(finish_reason: str | None = None, **piece: Any) -> dict[str, Any]:
    return {"model": "m", "choices": [{"index": 0, "delta": piece, "finish_reason": finish_reason}]}


CALL = {"id": "c", "type": "function", "function": {"name": "json_tool_call", "arguments": GOOD}}
PLACES: dict[str, object] = {
    "content": completion(GOOD),
    "parts": completion([{"type": "output_text", "text": GOOD}]),
    "parts that are texts": completion([GOOD[:9], GOOD[9:]]),
    "parts behind thoughts": completion([{"type": "thinking", "thinking": DRAFT}, {"type": "text", "text": GOOD}]),
    "vLLM's parser of thoughts": said(reasoning_content=GOOD, tool_calls=[]),
    "vLLM's parser, newer": said(reasoning=GOOD),
    "behind the end of thoughts": said(reasoning_content=f"{DRAFT}</think>\n{GOOD}"),
    "a tool": said(tool_calls=[CALL]),
    "a tool with an object": said(tool_calls=[{"function": {"arguments": json.loads(GOOD)}}]),
    "a function": said(function_call={"name": "x", "arguments": GOOD}),
    "DashScope's own form": {"output": {"choices": [{"message": {"content": [{"text": GOOD}]}}]}},
    "Ollama's own form": {"model": "m", "message": {"content": GOOD}, "done": True, "done_reason": "stop"},
    "an older form": {"choices": [{"text": GOOD, "finish_reason": "stop"}]},
}


@pytest.mark.parametrize("body", PLACES.values(), ids=PLACES)
def test_an_answer_is_read_wherever_it_stands(body: object) -> None:
    reply = read_completion(body)
    assert reply.outcome is Outcome.ANSWERED
    assert json.loads(reply.text or "") == json.loads(GOOD)


STREAMS = {
    "pieces": stream(delta(content=GOOD[:7]), delta(content=GOOD[7:]), delta("stop")),
    "pieces without a reason": stream(delta(content=GOOD)),
    "a tool in pieces": stream(
        delta(tool_calls=[{"index": 0, "function": {"name": "x", "arguments": GOOD[:5]}}]),
        delta("tool_calls", tool_calls=[{"index": 0, "function": {"arguments": GOOD[5:]}}]),
    ),
    "thoughts and pieces": stream(delta(reasoning_content=DRAFT), delta("stop", content=GOOD)),
    "comment lines before JSON": b": OPENROUTER PROCESSING\n\n: OPENROUTER PROCESSING\n\n"
    + json.dumps(completion(GOOD)).encode(),
    "a whole answer as one event": stream(completion(GOOD)),
    "named events": b"event: message\n" + stream(delta("stop", content=GOOD)),
    "lines of JSON": b'{"message": {"content": %b}, "done": false}\n{"message": {"content": ""}, "done": true}\n'
    % json.dumps(GOOD).encode(),
}


@pytest.mark.parametrize("content", STREAMS.values(), ids=STREAMS)
def test_a_stream_that_nobody_asked_for_is_put_together(content: bytes) -> None:
    reply = read_content(content)
    assert (reply.outcome, reply.text) == (Outcome.ANSWERED, GOOD)


def test_a_stream_that_breaks_off_is_an_answer_that_was_cut_off() -> None:
    reply = read_content(stream(delta(content=GOOD[:20]), done=False))
    assert (reply.outcome, reply.text) == (Outcome.TRUNCATED, GOOD[:20])


def test_the_usage_of_a_stream_is_kept() -> None:
    usage = {"prompt_tokens": 9, "completion_tokens": 8}
    assert read_content(stream(delta("stop", content=GOOD), {"choices": [], "usage": usage})).usage == Usage(9, 8)


def test_thoughts_are_kept_apart_and_never_taken_for_the_answer() -> None:
    reply = read_completion(said(reasoning_content=DRAFT))
    assert (reply.outcome, reply.text, reply.reasoning) == (Outcome.EMPTY, None, DRAFT)
    cut = read_completion(completion(None, finish_reason="length", message={"reasoning": GOOD}))
    assert (cut.outcome, cut.text, cut.reasoning) == (Outcome.TRUNCATED, None, GOOD)
    both = read_completion(completion("ok", message={"reasoning": GOOD}))
    assert (both.text, both.reasoning) == ("ok", GOOD)


def test_of_two_calls_of_tools_none_is_the_answer() -> None:
    assert read_completion(said(tool_calls=[CALL, CALL])).outcome is Outcome.EMPTY


REASONS = [
    *("content_filter", "SAFETY", "RECITATION", "PROHIBITED_CONTENT", "BLOCKLIST", "SPII", "IMAGE_SAFETY"),
    *("content_filter: PROHIBITED_CONTENT", "FinishReason.SAFETY", "refusal", "sensitive", "guardrail_intervened"),
]


@pytest.mark.parametrize("reason", REASONS)
@pytest.mark.parametrize("message", [{"role": "assistant"}, None, "missing"], ids=str)
def test_a_filter_is_one_whatever_it_is_called_and_whatever_it_leaves(reason: str, message: object) -> None:
    choice = {"index": 0, "finish_reason": reason} | ({} if message == "missing" else {"message": message})
    assert read_completion({"choices": [choice]}).outcome is Outcome.FILTERED


def test_a_filter_is_found_behind_a_gateway_and_in_a_refused_prompt() -> None:
    hidden = {"choices": [{"finish_reason": "stop", "native_finish_reason": "SAFETY", "message": {"content": ""}}]}
    assert read_completion(hidden).outcome is Outcome.FILTERED
    assert read_completion({"promptFeedback": {"blockReason": "SAFETY"}}).outcome is Outcome.FILTERED
    parts = completion([{"type": "refusal", "refusal": "I can't."}])
    assert (read_completion(parts).outcome, read_completion(parts).refusal) == (Outcome.REFUSED, "I can't.")


INSIDE = {
    "credit": ({"error": {"message": "Insufficient credits", "code": 402}}, Fault.STOP, "Insufficient credits"),
    "a key": ({"error": {"message": "No auth", "code": 401}}, Fault.STOP, "No auth"),
    "a key by its type": ({"error": {"message": "no", "type": "authentication_error"}}, Fault.STOP, "no"),
    "quota": ({"error": {"message": "You exceeded", "type": "insufficient_quota"}}, Fault.STOP, "You exceeded"),
    "a rate": ({"error": {"message": "slow", "code": "429"}}, Fault.RATE_LIMITED, "slow"),
    "a context": ({"error": {"message": "context length exceeded", "code": 400}}, Fault.TOO_LARGE, "context length"),
    "in the choice": (
        {"choices": [{"error": {"code": 402, "message": "Credits!"}, "finish_reason": "error", "message": {}}]},
        Fault.STOP,
        "Credits!",
    ),
    "a text": ({"error": "model crashed"}, Fault.TRANSIENT, "model crashed"),
    "a detail": ({"detail": "Not ready"}, Fault.TRANSIENT, "Not ready"),
    "nothing": ({}, Fault.TRANSIENT, "no choices"),
}


@pytest.mark.parametrize(("body", "fault", "words"), INSIDE.values(), ids=INSIDE)
def test_an_error_inside_a_200_means_what_it_says(body: object, fault: Fault, words: str) -> None:
    reply = read_completion(body)
    assert (reply.outcome, reply.fault, reply.status_code) == (Outcome.FAILED, fault, 200)
    assert words in str(reply.error)
    streamed = read_content(b"data: " + json.dumps(body).encode() + b"\n\n")
    assert streamed.fault is fault


def test_a_policy_inside_a_200_is_a_filter() -> None:
    assert read_completion({"error": {"code": "content_filter", "message": "no"}}).outcome is Outcome.FILTERED


def test_a_key_that_an_endpoint_echoes_is_masked_in_every_text() -> None:
    key = ApiKey("b2c4.x/y-secret", "LAB_KEY")
    echo = "you sent b2c4.x/y-secret"
    reply = Reply(
        outcome=Outcome.ANSWERED, text=echo, reasoning=echo, refusal=echo, model=echo, finish_reason=echo, error=echo
    )
    assert "secret" not in repr(masked_reply(reply, key))


def test_words_of_a_model_that_look_like_a_key_stay_as_they_are() -> None:
    reply = Reply(outcome=Outcome.ANSWERED, text="key-expressions: happy, none-needed")
    assert masked_reply(reply, ApiKey("none-needed")).text == reply.text
    assert masked_reply(reply, ApiKey("happy", "LAB_KEY")).text == reply.text
