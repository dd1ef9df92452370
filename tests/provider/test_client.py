"""The real client of openai over real HTTP: what a server can do, and what becomes of it."""

import asyncio
import json
import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from tests.provider.conftest import HTML, JSON, Answer, ScriptedServer, Serve, as_json, completion, refused
from tests.waiting import PATIENCE_S
from workbench.domain.datasets.samples import Frame
from workbench.domain.endpoints import Endpoint
from workbench.domain.messages import Fault, ImagePart, Outcome, Reply, Request, TextPart, Usage
from workbench.errors import EndpointError
from workbench.provider.api_keys import ApiKey
from workbench.provider.client import EndpointClient
from workbench.provider.transport import MOST_REPLY_BYTES

KEY = "sk-live-0123456789abcdef"
REQUEST = Request(
    model="asked-model",
    parts=(
        TextPart("How does she feel?"),
        ImagePart(Frame(data=b"\xff\xd8", mime="image/jpeg", width_px=1, height_px=1, index=0)),
    ),
    answer_schema={"type": "object"},
    detail="low",
    temperature=0.0,
    max_tokens=50,
    seed=3,
)
FAILED = Outcome.FAILED


async def ask(server: ScriptedServer, *, endpoint: Endpoint | None = None, timeout_s: float = PATIENCE_S) -> Reply:
    async with EndpointClient(endpoint or server.endpoint, ApiKey(KEY), timeout_s=timeout_s) as client:
        return await client.send(REQUEST)


# ── answers ──────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_an_answer_comes_through_as_it_was_said(serve: Serve) -> None:
    server = serve(as_json(completion("  {'name': '1'}\n"), x_request_id="req_1", x_ratelimit_remaining_requests="9"))
    reply = await ask(server)
    assert reply == Reply(
        outcome=Outcome.ANSWERED,
        text="  {'name': '1'}\n",
        finish_reason="stop",
        model="served-model",
        usage=Usage(11, 7),
        status_code=200,
        headers={"x-request-id": "req_1", "x-ratelimit-remaining-requests": "9"},
        latency_s=reply.latency_s,
    )
    assert 0 < reply.latency_s < 20


async def test_the_request_is_sent_as_asked_once_with_its_pictures_inside(serve: Serve) -> None:
    server = serve(as_json(completion()))
    await ask(server)
    [asked] = server.asked
    assert (asked.method, asked.path) == ("POST", "/v1/chat/completions")
    assert asked.headers["authorization"] == f"Bearer {KEY}"
    assert asked.body == {
        "model": "asked-model",
        "messages": [
            {
                "role": "user",
                "content": [
                    {"type": "text", "text": "How does she feel?"},
                    {"type": "image_url", "image_url": {"url": "data:image/jpeg;base64,/9g=", "detail": "low"}},
                ],
            }
        ],
        "temperature": 0.0,
        "seed": 3,
        "max_tokens": 50,
        "response_format": {
            "type": "json_schema",
            "json_schema": {"name": "answers", "strict": True, "schema": {"type": "object"}},
        },
    }


SAID: dict[str, tuple[Mapping[str, Any], Outcome]] = {
    "a refusal field": (completion(None, message={"refusal": "I can't."}), Outcome.REFUSED),
    "a refusal beside words": (completion("no", message={"refusal": "I can't."}), Outcome.REFUSED),
    "a refusal field of nothing": (completion("ok", message={"refusal": ""}), Outcome.ANSWERED),
    "no words": (completion(None), Outcome.EMPTY),
    "empty words": (completion(""), Outcome.EMPTY),
    "blank words": (completion(" \n\t"), Outcome.EMPTY),
    "cut off": (completion('{"answers": [', finish_reason="length"), Outcome.TRUNCATED),
    "cut off before the first word": (completion("", finish_reason="length"), Outcome.TRUNCATED),
    "filtered": (completion(None, finish_reason="content_filter"), Outcome.FILTERED),
    "filtered half-way": (completion('{"an', finish_reason="content_filter"), Outcome.FILTERED),
    "an unknown reason": (completion("ok", finish_reason="weird"), Outcome.ANSWERED),
    "no reason": (completion("ok", choices=[{"index": 0, "message": {"content": "ok"}}]), Outcome.ANSWERED),
    "no usage": (completion("ok", usage=None), Outcome.ANSWERED),
    "no model": (completion("ok", model=None), Outcome.ANSWERED),
}


@pytest.mark.parametrize(("body", "outcome"), SAID.values(), ids=SAID)
async def test_what_the_model_did_with_the_request(serve: Serve, body: Mapping[str, Any], outcome: Outcome) -> None:
    server = serve(as_json(body))
    reply = await ask(server)
    assert reply.outcome is outcome
    assert (reply.fault, reply.error, reply.status_code) == (None, None, 200)
    assert len(server.asked) == 1


async def test_content_in_parts_is_read_as_its_text(serve: Serve) -> None:
    parts = [{"type": "text", "text": '{"answers"'}, {"type": "text", "text": ": []}"}]
    reply = await ask(serve(as_json(completion(parts))))
    assert (reply.outcome, reply.text) == (Outcome.ANSWERED, '{"answers": []}')


@pytest.mark.parametrize("content", [[], [{"type": "audio"}], [None], [{"type": "text", "text": None}]], ids=str)
async def test_content_without_text_is_empty(serve: Serve, content: object) -> None:
    reply = await ask(serve(as_json(completion(content))))
    assert (reply.outcome, reply.text) == (Outcome.EMPTY, "")


async def test_content_that_is_an_object_is_kept_as_json(serve: Serve) -> None:
    reply = await ask(serve(as_json(completion({"answers": ["喜"]}))))
    assert (reply.outcome, reply.text) == (Outcome.ANSWERED, '{"answers": ["喜"]}')


USAGES: list[object] = [
    None,
    {},
    [],
    "many",
    {"prompt_tokens": None, "completion_tokens": 1},
    {"prompt_tokens": 1.5},
    {"total": 1},
]


@pytest.mark.parametrize("usage", USAGES, ids=str)
async def test_an_answer_is_not_lost_for_an_odd_count_of_tokens(serve: Serve, usage: object) -> None:
    reply = await ask(serve(as_json(completion("ok", usage=usage))))
    assert (reply.outcome, reply.text, reply.usage) == (Outcome.ANSWERED, "ok", None)


async def test_what_should_be_text_is_text_whatever_the_server_sends(serve: Serve) -> None:
    body = completion("ok", model=4, message={"refusal": {"why": "faces"}})
    body["choices"][0]["finish_reason"] = 7
    reply = await ask(serve(as_json(body)))
    assert reply.outcome is Outcome.REFUSED
    assert (reply.model, reply.finish_reason, reply.refusal) == ("4", "7", '{"why": "faces"}')


@pytest.mark.parametrize(
    ("path", "hint"), [("", "most end in /v1: "), ("/v1/chat/completions", "base_url without /chat/completions")]
)
async def test_an_address_without_such_a_path_says_what_to_set(serve: Serve, path: str, hint: str) -> None:
    server = serve(as_json({"error": {"message": "Not Found", "code": None}}, 404))
    reply = await ask(server, endpoint=replace(server.endpoint, base_url=server.base_url.removesuffix("/v1") + path))
    assert reply.fault is Fault.STOP
    assert hint in str(reply.error)


# ── faults ───────────────────────────────────────────────────────────────────────────────────────────────────────

STATUSES = {
    "a key that is wrong": (401, "invalid_api_key", "Incorrect API key", FAILED, Fault.STOP),
    "no credit at a router": (402, None, "Insufficient credits", FAILED, Fault.STOP),
    "a country": (403, "unsupported_country_region_territory", "no", FAILED, Fault.STOP),
    "a model that is gone": (404, "model_not_found", "The model has been deprecated", FAILED, Fault.STOP),
    "quota": (429, "insufficient_quota", "You exceeded your current quota", FAILED, Fault.STOP),
    "credit": (429, "credit_balance_exhausted", "no", FAILED, Fault.STOP),
    "the organisation's spend": (429, "organization_spend_limit_exceeded", "no", FAILED, Fault.STOP),
    "the project's spend": (429, "project_spend_limit_exceeded", "no", FAILED, Fault.STOP),
    "the organisation's usage": (429, "organization_usage_limit_exceeded", "no", FAILED, Fault.STOP),
    "the rate": (429, "rate_limit_exceeded", "Rate limit reached", FAILED, Fault.RATE_LIMITED),
    "the rate, slowly": (429, "slow_down", "no", FAILED, Fault.RATE_LIMITED),
    "the rate without a code": (429, None, "too many requests", FAILED, Fault.RATE_LIMITED),
    "larger than the whole limit": (
        429,
        "rate_limit_exceeded",
        "Request too large for gpt-4o",
        FAILED,
        Fault.TOO_LARGE,
    ),
    "a body that is too large": (413, None, "Payload too large", FAILED, Fault.TOO_LARGE),
    "a context that is too long": (400, "context_length_exceeded", "no", FAILED, Fault.TOO_LARGE),
    "an image": (400, "invalid_image", "no", FAILED, Fault.BAD_REQUEST),
    "a word it does not know": (422, None, "extra fields", FAILED, Fault.BAD_REQUEST),
    "a filter": (400, "content_filter", "ResponsibleAIPolicyViolation", Outcome.FILTERED, None),
    "a policy": (400, "content_policy_violation", "no", Outcome.FILTERED, None),
    "a policy about an image": (400, "image_content_policy_violation", "no", Outcome.FILTERED, None),
    "a timeout of theirs": (408, None, "no", FAILED, Fault.TRANSIENT),
    "a conflict": (409, None, "no", FAILED, Fault.TRANSIENT),
    "a server's error": (500, "server_error", "no", FAILED, Fault.TRANSIENT),
    "overloaded": (503, "server_is_overloaded", "no", FAILED, Fault.TRANSIENT),
    "a proxy's timeout": (524, None, "no", FAILED, Fault.TRANSIENT),
}


@pytest.mark.parametrize(("status", "code", "message", "outcome", "fault"), STATUSES.values(), ids=STATUSES)
async def test_every_error_status_is_asked_once_and_named(
    serve: Serve, status: int, code: str | None, message: str, outcome: Outcome, fault: Fault | None
) -> None:
    server = serve(refused(status, code, message, x_request_id="req_2", x_should_retry="true"))
    reply = await ask(server)
    assert (reply.outcome, reply.fault, reply.status_code) == (outcome, fault, status)
    assert message in (reply.error or "")
    assert reply.headers["x-request-id"] == "req_2"
    assert len(server.asked) == 1


BROKEN = {
    "broken JSON": Answer(200, JSON, b'{"id": "chatcmpl-1", "choices": [{"mess'),
    "no JSON": Answer(200, JSON, b""),
    "HTML": Answer(200, HTML, b"<html>It works!</html>"),
    "an empty object": as_json({}),
    "a list": as_json([]),
    "a word": as_json("ok"),
    "nothing": as_json(None),
    "an error with 200": as_json({"error": {"message": "upstream is down"}}),
    "no choices": as_json(completion(choices=[])),
    "choices of nothing": as_json(completion(choices=None)),
    "a choice that is nothing": as_json(completion(choices=[None])),
    "a choice without a message": as_json(completion(choices=[{"index": 0, "finish_reason": "stop"}])),
    "a message of nothing": as_json(completion(choices=[{"index": 0, "message": None}])),
    "invalid UTF-8": Answer(200, JSON, json.dumps(completion("@")).encode().replace(b"@", b"\xff\xfe")),
    "a 502 in HTML": Answer(502, HTML, b"<html><h1>502 Bad Gateway</h1></html>"),
    "a 500 of nothing": Answer(500, {}, b""),
    "no content": Answer(204),
    "a connection reset in the body": replace(as_json(completion("ok" * 9999)), reset_after=300),
    "a connection reset before the body": replace(as_json(completion()), reset_after=0),
    "chunks that break off": Answer(200, JSON | {"Transfer-Encoding": "chunked"}, b'8\r\n{"id": "\r\n', reset_after=99),
    "gzip that is none": Answer(200, JSON | {"Content-Encoding": "gzip"}, b"not gzip"),
}


@pytest.mark.parametrize("answer", BROKEN.values(), ids=BROKEN)
async def test_a_broken_answer_is_a_fault_that_may_pass(serve: Serve, answer: Answer) -> None:
    server = serve(answer)
    reply = await ask(server)
    assert (reply.outcome, reply.fault) == (Outcome.FAILED, Fault.TRANSIENT)
    assert reply.error
    assert (reply.text, reply.refusal) == (None, None)
    assert len(server.asked) == 1


async def test_what_a_server_says_in_place_of_an_answer_is_told(serve: Serve) -> None:
    assert "upstream is down" in str((await ask(serve(BROKEN["an error with 200"]))).error)
    assert "It works!" in str((await ask(serve(BROKEN["HTML"]))).error)
    assert "502" in str((await ask(serve(BROKEN["a 502 in HTML"]))).error)


@pytest.mark.parametrize("status", [301, 302, 307, 308])
async def test_a_redirect_is_not_followed_and_stops_the_run(serve: Serve, status: int) -> None:
    elsewhere = serve(as_json(completion()))
    server = serve(Answer(status, {"Location": f"{elsewhere.base_url}/chat/completions"}))
    reply = await ask(server)
    assert (reply.outcome, reply.fault, reply.status_code) == (Outcome.FAILED, Fault.STOP, status)
    assert (len(server.asked), len(elsewhere.asked)) == (1, 0)


async def test_a_server_that_is_not_there_may_come_back(serve: Serve) -> None:
    server = serve(as_json(completion()))
    nobody = replace(server.endpoint, base_url="http://127.0.0.1:9/v1")
    reply = await ask(server, endpoint=nobody)
    assert (reply.outcome, reply.fault, reply.status_code) == (Outcome.FAILED, Fault.TRANSIENT, None)
    assert "onnection" in str(reply.error)


async def test_a_server_that_drips_for_ever_times_out(serve: Serve) -> None:
    server = serve(Answer(200, JSON, drips=True))
    async with asyncio.timeout(PATIENCE_S):
        reply = await ask(server, timeout_s=0.2)
    assert (reply.outcome, reply.fault) == (Outcome.FAILED, Fault.TRANSIENT)
    assert "timed out" in str(reply.error)
    assert len(server.asked) == 1


async def test_cancelling_comes_through(serve: Serve) -> None:
    server = serve(Answer(200, JSON, drips=True))
    asking = asyncio.create_task(ask(server))
    await asyncio.to_thread(server.was_asked.wait)
    asking.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asking


RETRY_AFTER = {
    "seconds": ({"retry_after": "1"}, 1.0),
    "more than the client would wait": ({"retry_after": "121"}, 121.0),
    "a day": ({"retry_after": "86400"}, 600.0),
    "a date that has gone": ({"retry_after": "Wed, 21 Oct 2015 07:28:00 GMT"}, 0.0),
    "a date far off": ({"retry_after": "Sun, 01 Jan 2990 00:00:00 GMT"}, 600.0),
    "less than nothing": ({"retry_after": "-1"}, 0.0),
    "a word": ({"retry_after": "abc"}, None),
    "nothing": ({"retry_after": ""}, None),
    "missing": ({}, None),
    "milliseconds": ({"retry_after_ms": "41"}, 0.041),
    "both": ({"retry_after_ms": "41", "retry_after": "9"}, 0.041),
    "milliseconds that are none": ({"retry_after_ms": "soon", "retry_after": "9"}, 9.0),
}


@pytest.mark.parametrize("status", [429, 503])
@pytest.mark.parametrize(("headers", "wait_s"), RETRY_AFTER.values(), ids=RETRY_AFTER)
async def test_the_wait_that_a_server_asks_for_is_read(
    serve: Serve, headers: dict[str, str], wait_s: float | None, status: int
) -> None:
    server = serve(refused(status, **headers))
    assert (await ask(server)).retry_after_s == pytest.approx(wait_s)
    assert len(server.asked) == 1


# ── secrets ──────────────────────────────────────────────────────────────────────────────────────────────────────

ECHOES = {
    "an error": refused(401, "invalid_api_key", f"Incorrect API key provided: {KEY}."),
    "an error with another key": refused(401, None, "Incorrect API key provided: sk-proj-ABCDEFGH****wxyz."),
    "a header read aloud": refused(400, None, f"unexpected header Authorization: Bearer {KEY}"),
    "HTML with 200": Answer(200, HTML, f"<pre>authorization: Bearer {KEY}</pre>".encode()),
    "JSON with 200": as_json({"error": {"message": f"bad key {KEY}"}}),
    "no choices": as_json(completion(choices=[], echo=KEY)),
    "where an error is cut": refused(500, None, "." * 1900 + KEY * 9),
    "where a 200 is cut": Answer(200, HTML, b"." * 1960 + KEY.encode() * 5),
}


@pytest.mark.parametrize("answer", ECHOES.values(), ids=ECHOES)
async def test_a_key_that_a_server_echoes_is_masked(serve: Serve, answer: Answer) -> None:
    reply = await ask(serve(answer))
    assert "[key]" in str(reply.error)
    assert "sk-" not in repr(reply)
    assert len(str(reply.error)) <= 2_000


async def test_only_headers_that_can_hold_no_secret_are_kept(serve: Serve) -> None:
    headers: dict[str, Any] = {
        "set_cookie": "session=1",
        "authorization": f"Bearer {KEY}",
        "x_api_key": KEY,
        "x_request_id": f"req-{KEY}",
        "x_ratelimit_limit_requests": "500",
        "retry_after": "3",
    }
    for answer in (as_json(completion(), **headers), refused(500, **headers)):
        reply = await ask(serve(answer))
        assert set(reply.headers) == {"x-request-id", "x-ratelimit-limit-requests", "retry-after"}
        assert KEY not in repr(reply)


def test_a_client_does_not_show_its_key() -> None:
    client = EndpointClient(Endpoint(name="x", base_url="http://127.0.0.1:9/v1"), ApiKey(KEY))
    assert KEY not in repr(client)
    assert KEY not in repr(vars(client))


SENDS = """
import asyncio, sys
from tests.provider.test_client import REQUEST
from workbench.provider.client import EndpointClient
from workbench.domain.endpoints import Endpoint
from workbench.provider.api_keys import ApiKey
from workbench.provider.transport import MOST_REPLY_BYTES

async def main() -> None:
    async with EndpointClient(Endpoint(name="x", base_url=sys.argv[1]), ApiKey("mine")) as client:
        print((await client.send(REQUEST)).outcome)

asyncio.run(main())
"""


def test_the_environment_leads_nothing_elsewhere_and_adds_nothing(serve: Serve) -> None:
    """What is sent to this machine stays on it, whatever proxies, addresses and accounts the shell is set to."""
    server, elsewhere = serve(as_json(completion())), serve(as_json(completion()))
    proxy = elsewhere.base_url.removesuffix("/v1")
    environment = {
        name: value for name, value in os.environ.items() if "proxy" not in name.lower() and "OPENAI" not in name
    } | {
        "HTTP_PROXY": proxy,
        "http_proxy": proxy,
        "ALL_PROXY": proxy,
        "OPENAI_BASE_URL": elsewhere.base_url,
        "OPENAI_API_KEY": KEY,
        "OPENAI_ADMIN_KEY": KEY,
    }
    done = subprocess.run(
        [sys.executable, "-c", SENDS, server.base_url],
        env=environment,
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
        check=False,
    )
    assert done.stdout.strip() == "answered", done.stderr
    assert (len(server.asked), len(elsewhere.asked)) == (1, 0)
    assert server.asked[0].headers["authorization"] == "Bearer mine"
    assert KEY not in repr(server.asked)


# ── the list of models ───────────────────────────────────────────────────────────────────────────────────────────


async def list_models(endpoint: Endpoint) -> list[str]:
    async with EndpointClient(endpoint, ApiKey(KEY, "SCRIPTED_KEY")) as client:
        return [model.name for model in await client.models()]


async def test_models_are_listed_by_name(serve: Serve) -> None:
    listed = {"object": "list", "data": [{"id": name, "object": "model", "created": 1} for name in ("b", "a")]}
    server = serve(as_json(listed))
    assert await list_models(server.endpoint) == ["a", "b"]
    assert [(asked.method, asked.path) for asked in server.asked] == [("GET", "/v1/models")]


@pytest.mark.parametrize(
    "answer",
    [refused(404), refused(500), refused(429), as_json({}), as_json({"data": None}), Answer(200, HTML, b"<html>")],
    ids=["404", "500", "429", "{}", "no data", "HTML"],
)
async def test_a_server_without_a_list_of_models_is_no_error(serve: Serve, answer: Answer) -> None:
    assert await list_models(serve(answer).endpoint) == []


@pytest.mark.parametrize("status", [401, 403])
async def test_a_key_that_is_refused_is_said_with_the_variable_that_holds_it(serve: Serve, status: int) -> None:
    server = serve(refused(status, "invalid_api_key", f"Incorrect API key provided: {KEY}"))
    with pytest.raises(EndpointError, match=r"127\.0\.0\.1 refuses the key in SCRIPTED_KEY") as raised:
        await list_models(server.endpoint)
    assert KEY not in str(raised.value)


async def test_an_address_where_nobody_answers_is_named(serve: Serve) -> None:
    nobody = Endpoint(name="vllm", base_url="http://127.0.0.1:9/v1")
    with pytest.raises(EndpointError, match=r"no server answers at http://127\.0\.0\.1:9/v1 .*start the server"):
        await list_models(nobody)


# ── size ─────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("status", [200, 500])
async def test_a_reply_without_end_is_read_up_to_a_bound(serve: Serve, status: int) -> None:
    server = serve(as_json(completion("x" * (MOST_REPLY_BYTES + 1)), status))
    reply = await ask(server)
    assert (reply.outcome, reply.fault) == (Outcome.FAILED, Fault.TRANSIENT)
    assert f"{MOST_REPLY_BYTES:,} bytes" in str(reply.error)


async def test_a_request_of_many_megabytes_is_sent_whole(serve: Serve) -> None:
    server = serve(as_json(completion()))
    frame = Frame(data=b"\xff" * 3_000_000, mime="image/jpeg", width_px=1, height_px=1, index=0)
    async with EndpointClient(server.endpoint, ApiKey(KEY)) as client:
        reply = await client.send(replace(REQUEST, parts=(ImagePart(frame), ImagePart(frame))))
    assert reply.outcome is Outcome.ANSWERED
    [first, second] = server.asked[0].body["messages"][0]["content"]
    assert len(first["image_url"]["url"]) == len(second["image_url"]["url"]) > 4_000_000
