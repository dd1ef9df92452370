"""Every kind of trouble comes when asked for, as often as asked for, and the same again with the same seed."""

import json
from collections.abc import Callable, Sequence
from typing import Any

import pytest
from openai import APIConnectionError, APIError, OpenAI, RateLimitError

from workbench.embedded.chat_requests import QuestionSample
from workbench.embedded.fault_injection import REFUSAL, FaultRates, InjectedFault, Refusals, TokenBucket, injected_fault
from workbench.embedded.server import Served
from workbench.errors import UsageError

Client = Callable[[FaultRates], OpenAI]
Messages = Callable[[Sequence[str]], Any]
MODEL = "schematic-baseline"


def spoken(word: str) -> QuestionSample:
    return QuestionSample(None, (), word)


@pytest.mark.parametrize("wrong", [{"refuse": 1.5}, {"drop": -0.1}, {"rate_limit": -1.0}, {"latency_s": -1.0}])
def test_a_rate_that_cannot_be_is_a_usage_error(wrong: dict[str, float]) -> None:
    with pytest.raises(UsageError, match=next(iter(wrong))):
        FaultRates(**wrong)  # type: ignore[arg-type]  # only floats are in the table


def test_half_of_the_refused_samples_pass_when_asked_again() -> None:
    refusals = Refusals(FaultRates(refuse=0.5))
    words = [f"word {n}" for n in range(400)]
    first = [word for word in words if refusals.refuse([spoken(word)])]
    second = [word for word in words if refusals.refuse([spoken(word)])]
    third = [word for word in words if refusals.refuse([spoken(word)])]
    assert 150 < len(first) < 250
    assert 0.35 < len(second) / len(first) < 0.65
    assert set(second) <= set(first)
    assert third == second


def test_one_refused_sample_refuses_the_whole_request() -> None:
    faults = FaultRates(refuse=0.3)
    words = [f"word {n}" for n in range(50)]
    refused = next(word for word in words if Refusals(faults).refuse([spoken(word)]))
    passed = [word for word in words if not Refusals(faults).refuse([spoken(word)])]
    assert Refusals(faults).refuse([spoken(word) for word in passed]) is None
    assert Refusals(faults).refuse([spoken(word) for word in (*passed, refused)])


def test_a_refusal_depends_on_what_a_sample_shows_and_not_on_its_name() -> None:
    faults = FaultRates(refuse=0.5)
    for n in range(20):
        named = [QuestionSample(name, (bytes([n]),), "") for name in ("s01", "s77")]
        assert bool(Refusals(faults).refuse(named[:1])) == bool(Refusals(faults).refuse(named[1:]))


def test_a_model_refuses_in_words_or_in_the_refusal_field(client_for: Client, named_texts: Messages) -> None:
    client = client_for(FaultRates(refuse=1.0))
    messages = [
        client.chat.completions.create(model=MODEL, messages=named_texts([f"word {n}"])).choices[0].message
        for n in range(12)
    ]
    assert {(message.content, message.refusal) for message in messages} == {(REFUSAL, None), (None, REFUSAL)}


def test_a_miscounted_reply_misses_or_doubles_one_answer(client_for: Client, named_texts: Messages) -> None:
    client = client_for(FaultRates(miscount=1.0))
    counts = set()
    for _ in range(8):
        reply = client.chat.completions.create(model=MODEL, messages=named_texts(["a", "b", "c"]))
        counts.add(len(json.loads(reply.choices[0].message.content or "")["answers"]))
    assert counts == {2, 4}


def test_a_garbled_reply_breaks_off_or_is_prose(client_for: Client, named_texts: Messages) -> None:
    client = client_for(FaultRates(garble=1.0))
    reasons = set()
    for _ in range(8):
        choice = client.chat.completions.create(model=MODEL, messages=named_texts(["a", "b"])).choices[0]
        with pytest.raises(ValueError, match=r"Unterminated|Expecting"):
            json.loads(choice.message.content or "")
        reasons.add(choice.finish_reason)
    assert reasons == {"length", "stop"}


def test_a_dropped_reply_is_a_lost_connection_and_the_next_request_works(
    client_for: Client, named_texts: Messages, served: list[Served]
) -> None:
    seed = next(seed for seed in range(100) if [_drops(seed, 1), _drops(seed, 2)] == [True, False])
    client = client_for(FaultRates(drop=0.5, seed=seed))
    with pytest.raises((APIConnectionError, APIError)):
        client.chat.completions.create(model=MODEL, messages=named_texts(["a"]))
    assert client.chat.completions.create(model=MODEL, messages=named_texts(["a"])).choices[0].finish_reason == "stop"
    assert [one.fault for one in served] == [InjectedFault.DROP, InjectedFault.NONE]


def _drops(seed: int, number: int) -> bool:
    return injected_fault(FaultRates(drop=0.5, seed=seed), number) is InjectedFault.DROP


def test_a_request_over_the_limit_is_told_when_to_come_again(
    client_for: Client, named_texts: Messages, served: list[Served]
) -> None:
    client = client_for(FaultRates(rate_limit=2))
    first = client.chat.completions.with_raw_response.create(model=MODEL, messages=named_texts(["a"]))
    assert first.headers["x-ratelimit-limit-requests"] == "2"
    assert first.headers["x-ratelimit-remaining-requests"] == "1"
    client.chat.completions.create(model=MODEL, messages=named_texts(["a"]))
    with pytest.raises(RateLimitError) as limited:
        client.chat.completions.create(model=MODEL, messages=named_texts(["a"]))
    assert 25 <= int(limited.value.response.headers["retry-after"]) <= 30
    assert limited.value.code == "rate_limit_exceeded"
    assert [one.status for one in served] == [200, 200, 429]


def test_without_the_switch_no_limit_is_announced(client_for: Client, named_texts: Messages) -> None:
    reply = client_for(FaultRates()).chat.completions.with_raw_response.create(model=MODEL, messages=named_texts(["a"]))
    assert not [name for name in reply.headers if name.startswith("x-ratelimit")]
    assert reply.headers["x-request-id"].startswith("req_")


def test_a_bucket_fills_with_time_and_never_over_its_rim() -> None:
    now_s = 0.0
    bucket = TokenBucket(60, lambda: now_s)
    assert [bucket.take() for _ in range(60)] == [0.0] * 60
    assert bucket.take() == pytest.approx(1.0)
    now_s = 3600.0
    assert bucket.headers()["x-ratelimit-remaining-requests"] == "60"


def test_a_slow_endpoint_still_answers(client_for: Client, named_texts: Messages) -> None:
    reply = client_for(FaultRates(latency_s=0.01)).chat.completions.create(model=MODEL, messages=named_texts(["a"]))
    assert reply.choices[0].finish_reason == "stop"
