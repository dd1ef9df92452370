"""Errors as servers and gateways word them: what they mean, and that their words reach people."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.domain.messages import Fault, Outcome
from workbench.provider.error_bodies import read_error
from workbench.provider.faults import classify_error

FILTERED = {
    "OpenAI": (400, {"error": {"code": "content_policy_violation", "message": "no"}}),
    "OpenAI's prompt check": (
        400,
        {"error": {"code": "invalid_prompt", "message": "Invalid prompt: your prompt was flagged as violating"}},
    ),
    "Azure": (400, {"error": {"code": "content_filter", "innererror": {"code": "ResponsibleAIPolicyViolation"}}}),
    "LiteLLM": (
        400,
        {
            "error": {
                "message": "litellm.BadRequestError: litellm.ContentPolicyViolationError: the response was filtered",
                "code": "400",
            }
        },
    ),
    "LiteLLM's guardrail": (400, {"error": {"message": "Violated guardrail policy", "code": "400"}}),
    "DashScope": (
        400,
        {"code": "DataInspectionFailed", "message": "Input data may contain inappropriate content.", "request_id": "1"},
    ),
    "DashScope as OpenAI": (
        400,
        {
            "error": {
                "code": "data_inspection_failed",
                "type": "data_inspection_failed",
                "message": "<400> InternalError.Algo.DataInspectionFailed: Input image data may contain it.",
            }
        },
    ),
    "Zhipu": (400, {"error": {"code": "1301", "message": "系统检测到输入或生成内容可能包含不安全或敏感内容"}}),
    "OpenRouter": (
        403,
        {"error": {"code": 403, "metadata": {"reasons": ["sexual"], "flagged_input": "a"}}},
    ),
    "OpenRouter without reasons": (403, {"error": {"code": 403, "message": "Input was flagged by moderation"}}),
    "OpenRouter, in the words of the server behind": (
        400,
        {
            "error": {
                "message": "Provider returned error",
                "code": 400,
                "metadata": {"raw": json.dumps({"error": {"code": "content_filter", "message": "no"}})},
            }
        },
    ),
    "OpenAI's words": (400, {"error": {"message": "Your request was rejected as a result of our safety system."}}),
    "a text": (400, "The image was blocked by our content filter"),
    "a detail": (422, {"detail": "Prompt blocked due to safety policy"}),
}


@pytest.mark.parametrize(("status", "body"), FILTERED.values(), ids=FILTERED)
def test_a_refusal_is_one_in_whatever_form_it_comes(status: int, body: object) -> None:
    assert classify_error(status, read_error(body)) == (Outcome.FILTERED, None)


FAULTS: dict[str, tuple[int, object, Fault]] = {
    "a suspended account": (
        403,
        {"error": {"message": "Your account has been suspended for violating our usage policy"}},
        Fault.STOP,
    ),
    "credit, at Anthropic": (
        400,
        {"error": {"message": "Your credit balance is too low"}},
        Fault.STOP,
    ),
    "credit, at DeepSeek": (402, {"error": {"message": "Insufficient Balance"}}, Fault.STOP),
    "arrears, at DashScope": (400, {"code": "Arrearage", "message": "Access denied"}, Fault.STOP),
    "a key, at Gemini": (
        400,
        [{"error": {"code": 400, "message": "API key not valid. Please pass a valid API key.", "status": "X"}}],
        Fault.STOP,
    ),
    "Gemini's limit per minute": (
        429,
        {"error": {"message": "You exceeded your current quota. Please retry in 20s.", "status": "RESOURCE_EXHAUSTED"}},
        Fault.RATE_LIMITED,
    ),
    "a limit in HTML": (503, "<html><h1>Too Many Requests</h1></html>", Fault.RATE_LIMITED),
    "vLLM": (
        400,
        {"error": {"message": "'max_tokens' is too large: 4000. This model's maximum context length is 8192 tokens"}},
        Fault.TOO_LARGE,
    ),
    "vLLM, of the prompt": (
        400,
        {"message": "The decoder prompt (length 9000) is longer than the maximum model length of 8192."},
        Fault.TOO_LARGE,
    ),
    "vLLM, naming a parameter": (
        400,
        {"error": {"message": "maximum context length is 8192 tokens", "param": "max_tokens"}},
        Fault.TOO_LARGE,
    ),
    "llama.cpp": (
        400,
        {"error": {"message": "the request exceeds the available context size", "type": "exceed_context_size_error"}},
        Fault.TOO_LARGE,
    ),
    "llama.cpp, older": (
        500,
        {"error": {"message": "input is too large to process. increase the physical batch size", "code": 500}},
        Fault.TOO_LARGE,
    ),
    "Ollama": (400, {"error": {"message": "the input length exceeds the context length"}}, Fault.TOO_LARGE),
    "Ollama, as a text": (400, {"error": "prompt too long; exceeded max context length by 20 tokens"}, Fault.TOO_LARGE),
    "SGLang": (
        400,
        {"message": "The input (9000 tokens) is longer than the model's context length (8192 tokens)."},
        Fault.TOO_LARGE,
    ),
    "SGLang, of both": (
        400,
        {"message": "Requested token count exceeds the model's maximum context length of 8192 tokens."},
        Fault.TOO_LARGE,
    ),
    "LM Studio": (
        400,
        {
            "error": "Trying to keep the first 6000 tokens when context the overflows. The model is loaded with "
            "context length of only 4096 tokens"
        },
        Fault.TOO_LARGE,
    ),
    "Gemini": (
        400,
        {"error": {"message": "The input token count (9) exceeds the maximum number of tokens allowed (8)."}},
        Fault.TOO_LARGE,
    ),
    "a number of completion tokens": (
        400,
        {"error": {"message": "max_tokens is too large: 5000. It supports at most 4096", "param": "max_tokens"}},
        Fault.STOP,
    ),
    "a field that FastAPI does not know": (422, {"detail": [{"loc": ["body", "seed"], "msg": "no"}]}, Fault.STOP),
    "a picture": (400, {"detail": "cannot identify image file"}, Fault.BAD_REQUEST),
}


@pytest.mark.parametrize(("status", "body", "fault"), FAULTS.values(), ids=FAULTS)
def test_the_words_of_an_error_count_where_its_status_says_too_little(status: int, body: object, fault: Fault) -> None:
    assert classify_error(status, read_error(body)) == (Outcome.FAILED, fault)


WORDS = {
    "OpenAI's form": ({"error": {"message": "no seed", "code": None}}, "no seed"),
    "an error in a word": ({"error": "out of memory"}, "out of memory"),
    "a detail": ({"detail": "Not Found"}, "Not Found"),
    "FastAPI": ({"detail": [{"loc": ["body", "seed"], "msg": "Extra inputs"}]}, "body.seed: Extra inputs"),
    "a text": ("upstream timed out", "upstream timed out"),
    "HTML": ("<!DOCTYPE html><html><style>b{}</style><h1>502 Bad &amp; Gateway</h1></html>", "502 Bad & Gateway"),
    "a code": ({"code": "Arrearage", "message": "Access denied"}, "Arrearage: Access denied"),
    "JSON of its own": ({"ok": False}, '{"ok": false}'),
    "JSON in a text": ({"error": {"message": '{"detail": "too hot"}'}}, "too hot"),
}


@pytest.mark.parametrize(("body", "words"), WORDS.values(), ids=WORDS)
def test_the_words_are_found_in_every_form(body: object, words: str) -> None:
    assert read_error(body).words == words


ANY = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.sampled_from(["error", "code", "loc", "raw"]), inner),
)


@given(ANY)
def test_no_error_is_too_odd_to_read(body: Any) -> None:
    outcome, fault = classify_error(400, read_error(body))
    assert (outcome is Outcome.FAILED) == (fault is not None)
    read_error(json.dumps(body))
