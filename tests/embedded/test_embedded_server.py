"""The endpoint answers the real client over real HTTP, and says clearly what it cannot do."""

import ast
import asyncio
import http.client
import json
from collections.abc import Callable, Sequence
from typing import Any
from urllib.parse import urlsplit

import pytest
from openai import AsyncOpenAI, BadRequestError, NotFoundError, OpenAI
from PIL import Image
from pydantic import BaseModel

from tests.waiting import PATIENCE_S
from workbench.domain.prompts import answer_schema
from workbench.embedded.fault_injection import FaultRates
from workbench.embedded.server import BODY_LIMIT_BYTES, EndpointServer, Served
from workbench.errors import EndpointError

Part = dict[str, Any]
Client = Callable[[FaultRates], OpenAI]
Messages = Callable[[Sequence[str]], Any]
MODEL = "schematic-baseline"
LABELS = ("happy", "sad", "angry", "fearful", "disgusted", "surprised", "neutral")


@pytest.fixture
def portraits(
    text_part: Callable[[str], Part],
    image_part: Callable[[Image.Image], Part],
    portrait: Callable[[str, int], Image.Image],
) -> Any:
    """Seven faces in layout `paper`, one of each emotion."""
    head = f"We provide 7 images. Here are the optional categories: [{', '.join(LABELS)}]. The output format should"
    faces = [image_part(portrait(emotion, 900 + place)) for place, emotion in enumerate(LABELS)]
    return [{"role": "user", "content": [text_part(head), *faces]}]


def test_the_list_of_models_names_the_one_model(client_for: Client) -> None:
    assert [model.id for model in client_for(FaultRates()).models.list()] == [MODEL]


def test_prompt_paper_is_answered_with_one_dict_a_line(
    client_for: Client, portraits: Any, served: list[Served]
) -> None:
    reply = client_for(FaultRates()).chat.completions.create(model=MODEL, messages=portraits)
    answers = [ast.literal_eval(line) for line in (reply.choices[0].message.content or "").splitlines()]
    assert [answer["name"] for answer in answers] == [f"image{n}" for n in range(1, 8)]
    assert all(sorted(answer["result"]) == sorted(LABELS) for answer in answers)
    assert served[0].sample_ids == (None,) * 7
    assert served[0].labels == LABELS


def test_usage_counts_text_and_patches(client_for: Client, portraits: Any) -> None:
    reply = client_for(FaultRates()).chat.completions.create(model=MODEL, messages=portraits)
    assert reply.usage is not None
    head_chars = len(portraits[0]["content"][0]["text"])
    assert reply.usage.prompt_tokens == -(-head_chars // 4) + 7 * 9
    assert reply.usage.completion_tokens == -(-len(reply.choices[0].message.content or "") // 4)


def test_prompt_named_is_answered_as_the_asked_schema_says(client_for: Client, named_texts: Messages) -> None:
    schema = answer_schema(("happy", "sad", "angry"), ("s01", "s02"))
    response_format: Any = {"type": "json_schema", "json_schema": {"name": "answers", "strict": True, "schema": schema}}
    reply = client_for(FaultRates()).chat.completions.create(
        model=MODEL, messages=named_texts(["I am so angry", "what a joyful day"]), response_format=response_format
    )
    answers = json.loads(reply.choices[0].message.content or "")["answers"]
    assert [(answer["id"], answer["ranking"][0]) for answer in answers] == [("s01", "angry"), ("s02", "happy")]


def test_small_talk_is_answered_with_what_the_model_can_do(client_for: Client) -> None:
    reply = client_for(FaultRates()).chat.completions.create(
        model=MODEL, messages=[{"role": "user", "content": "hello"}]
    )
    assert "only rank emotion categories" in (reply.choices[0].message.content or "")


def test_a_short_token_limit_cuts_the_reply(client_for: Client, portraits: Any) -> None:
    choice = client_for(FaultRates()).chat.completions.create(model=MODEL, messages=portraits, max_tokens=10).choices[0]
    assert (choice.finish_reason, len(choice.message.content or "")) == ("length", 40)


def test_another_schema_is_not_supported(client_for: Client, named_texts: Messages) -> None:
    response_format: Any = {"type": "json_schema", "json_schema": {"name": "x", "schema": {"type": "object"}}}
    with pytest.raises(BadRequestError, match="unsupported response_format"):
        client_for(FaultRates()).chat.completions.create(
            model=MODEL, messages=named_texts(["a"]), response_format=response_format
        )


def test_a_picture_that_cannot_be_decoded_is_named(client_for: Client, portraits: Any) -> None:
    portraits[0]["content"][3]["image_url"]["url"] = "data:image/jpeg;base64,AAAA"
    with pytest.raises(BadRequestError, match="image 3: cannot be decoded") as refused:
        client_for(FaultRates()).chat.completions.create(model=MODEL, messages=portraits)
    assert refused.value.code == "invalid_image"


def test_an_unknown_model_is_not_found(client_for: Client, named_texts: Messages) -> None:
    with pytest.raises(NotFoundError, match="schematic-baseline") as missing:
        client_for(FaultRates()).chat.completions.create(model="gpt-4", messages=named_texts(["a"]))
    assert missing.value.code == "model_not_found"


def test_a_stream_says_what_the_whole_answer_says(client_for: Client, named_texts: Messages) -> None:
    client, messages = client_for(FaultRates()), named_texts(["I am happy", "I am sad"])
    whole = client.chat.completions.create(model=MODEL, messages=messages)
    chunks = list(
        client.chat.completions.create(
            model=MODEL, messages=messages, stream=True, stream_options={"include_usage": True}
        )
    )
    said = "".join(choice.delta.content or "" for chunk in chunks for choice in chunk.choices)
    assert said == whole.choices[0].message.content
    assert [choice.finish_reason for chunk in chunks for choice in chunk.choices][-1] == "stop"
    assert (chunks[-1].choices, chunks[-1].usage) == ([], whole.usage)


class _Answer(BaseModel):
    id: str
    ranking: list[str]


class _Answers(BaseModel):
    answers: list[_Answer]


def test_a_schema_of_pydantic_is_kept(client_for: Client, named_texts: Messages) -> None:
    client = client_for(FaultRates())
    parsed = client.chat.completions.parse(model=MODEL, messages=named_texts(["a", "b"]), response_format=_Answers)
    found = parsed.choices[0].message.parsed
    assert found is not None
    assert len(found.answers) == 2


def test_several_choices_are_given_where_they_are_asked_for(client_for: Client, named_texts: Messages) -> None:
    answer = client_for(FaultRates()).chat.completions.create(model=MODEL, messages=named_texts(["a"]), n=3)
    assert [choice.index for choice in answer.choices] == [0, 1, 2]


TOOL: Any = {"type": "function", "function": {"name": "rank", "parameters": {"type": "object"}}}


def test_tools_are_left_alone_and_a_call_that_must_be_is_refused(client_for: Client, named_texts: Messages) -> None:
    completions, messages = client_for(FaultRates()).chat.completions, named_texts(["a"])
    assert completions.create(model=MODEL, messages=messages, tools=[TOOL]).choices[0].message.content
    with pytest.raises(BadRequestError, match="calls no tools"):
        completions.create(model=MODEL, messages=messages, tools=[TOOL], tool_choice="required")


def test_the_one_model_is_found_by_its_name_and_no_other(client_for: Client) -> None:
    models = client_for(FaultRates()).models
    assert models.retrieve(MODEL).id == MODEL
    with pytest.raises(NotFoundError, match="does not exist here"):
        models.retrieve("gpt-4")


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("/v1/chat/completions", b"{", 400),
        ("/v1/chat/completions", b"[]", 400),
        ("/v1/chat/completions", b'{"model": "schematic-baseline"}', 400),
        ("/v1/chat/completions", b'{"model": "schematic-baseline", "messages": [], "max_tokens": -1}', 400),
        ("/v1/embeddings", b"{}", 404),
    ],
)
def test_every_wrong_request_gets_an_error_in_openais_form(path: str, body: bytes, status: int) -> None:
    with EndpointServer() as server:
        connection = http.client.HTTPConnection(urlsplit(server.base_url).netloc, timeout=PATIENCE_S)
        connection.request("POST", path, body)
        reply = connection.getresponse()
        assert reply.status == status
        assert set(json.loads(reply.read())["error"]) == {"message", "type", "param", "code"}
        connection.close()


def test_a_body_that_is_too_large_is_refused_before_it_is_kept() -> None:
    with EndpointServer() as server:
        connection = http.client.HTTPConnection(urlsplit(server.base_url).netloc, timeout=PATIENCE_S)
        connection.request("POST", "/v1/chat/completions", bytes(BODY_LIMIT_BYTES + 1))
        assert connection.getresponse().status == 413
        connection.close()


async def test_many_requests_at_once_are_all_answered(named_texts: Messages) -> None:
    served: list[Served] = []
    with EndpointServer(observer=served.append) as server:
        async with AsyncOpenAI(base_url=server.base_url, api_key="none", max_retries=0) as client:
            asking = (client.chat.completions.create(model=MODEL, messages=named_texts(["a"])) for _ in range(40))
            replies = await asyncio.gather(*asking)
    assert len({reply.id for reply in replies}) == 40
    assert sorted(one.number for one in served) == list(range(1, 41))


def test_a_port_that_is_taken_is_said_so() -> None:
    with EndpointServer() as first:
        port = urlsplit(first.base_url).port
        assert port is not None
        with pytest.raises(EndpointError, match=f"port {port} .* is taken"):
            EndpointServer(port=port)


@pytest.mark.parametrize("port", [-1, 70_000])
def test_a_port_that_cannot_be_is_said_so(port: int) -> None:
    with pytest.raises(EndpointError, match="from 0 to 65535"):
        EndpointServer(port=port)


def test_stopping_twice_or_before_starting_does_nothing() -> None:
    server = EndpointServer()
    server.stop()
    server.stop()
    server.start()
