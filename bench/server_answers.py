"""What the limiting server says, in OpenAI's forms: completions, rejections, the headers of limits. Pure."""

import json
import math
from functools import lru_cache
from itertools import count
from typing import Final

from bench.limiter_shapes import Limiter, Limits

MODEL: Final = "bench-model"
_TOKENS_OF_WORDS: Final = 300
_TOKENS_PER_SAMPLE: Final = 85
_TOKENS_PER_ANSWER: Final = 30
_REASONS: Final = {200: "OK", 400: "Bad Request", 404: "Not Found", 411: "Length Required", 429: "Too Many Requests"}
_request_ids = count(1)


def prompt_tokens(samples: int) -> int:
    """What a request is charged with."""
    return _TOKENS_OF_WORDS + _TOKENS_PER_SAMPLE * samples


@lru_cache
def completion(samples: int, labels: tuple[str, ...]) -> bytes:
    """The JSON of a completion that ranks the labels for s01, s02, ...: every sample another first label."""
    turned = [labels[at % len(labels) :] + labels[: at % len(labels)] for at in range(samples)]
    answers = [{"id": f"s{at:02d}", "ranking": ranking} for at, ranking in enumerate(turned, start=1)]
    message = {"role": "assistant", "content": json.dumps({"answers": answers}), "refusal": None}
    asked, said = prompt_tokens(samples), _TOKENS_PER_ANSWER * samples
    said_all = {
        "id": "chatcmpl-bench",
        "object": "chat.completion",
        "created": 1,
        "model": MODEL,
        "choices": [{"index": 0, "message": message, "logprobs": None, "finish_reason": "stop"}],
        "usage": {"prompt_tokens": asked, "completion_tokens": said, "total_tokens": asked + said},
        "system_fingerprint": "fp_bench",
    }
    return json.dumps(said_all).encode()


def rejection(wait_s: float) -> bytes:
    """The JSON of a 429; an infinite wait is a request that no limit would ever let through."""
    if math.isinf(wait_s):
        message = f"Request too large for {MODEL}. The input or output tokens must be reduced in order to run."
    else:
        message = f"Rate limit reached for {MODEL}. Please try again in {go_duration(wait_s)}."
    return error(message, "rate_limit_exceeded", kind="requests")


def error(message: str, code: str, *, kind: str = "invalid_request_error") -> bytes:
    """The JSON of any error."""
    return json.dumps({"error": {"message": message, "type": kind, "param": None, "code": code}}).encode()


def http_reply(status: int, content: bytes, headers: str = "") -> bytes:
    """The whole reply; `headers` are lines that end."""
    head = (
        f"HTTP/1.1 {status} {_REASONS[status]}\r\ncontent-type: application/json\r\n"
        f"x-request-id: req_{next(_request_ids):032x}\r\n{headers}content-length: {len(content)}\r\n\r\n"
    )
    return head.encode() + content


def retry_headers(wait_s: float) -> str:
    """When to come back: in whole seconds, and exactly."""
    if math.isinf(wait_s):
        return ""
    return f"retry-after: {math.ceil(wait_s)}\r\nretry-after-ms: {math.ceil(1000 * wait_s)}\r\n"


def limit_headers(limits: Limits) -> str:
    """`x-ratelimit-*` as they stand now; `reset` is the time until nothing of a limit is used."""
    return _limit_headers("requests", limits.requests) + _limit_headers("tokens", limits.tokens)


def _limit_headers(what: str, limiter: Limiter | None) -> str:
    if limiter is None:
        return ""
    return (
        f"x-ratelimit-limit-{what}: {limiter.limit}\r\n"
        f"x-ratelimit-remaining-{what}: {limiter.remaining()}\r\n"
        f"x-ratelimit-reset-{what}: {go_duration(limiter.full_in_s())}\r\n"
    )


def go_duration(seconds: float) -> str:
    """As OpenAI writes it: 41ms, 1.5s, 6m0s, 5h50m30s."""
    ms = math.ceil(seconds * 1000)
    if ms < 1000:
        return f"{ms}ms" if ms else "0s"
    minutes, ms = divmod(ms, 60_000)
    hours, minutes = divmod(minutes, 60)
    return (f"{hours}h" if hours else "") + (f"{minutes}m" if hours or minutes else "") + f"{ms / 1000:g}s"
