import base64
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.domain.datasets.samples import Frame
from workbench.domain.endpoints import Endpoint, Structured
from workbench.domain.messages import ImagePart, Part, Request, TextPart
from workbench.provider.request_body import chat_body

PLAIN = Endpoint(name="x", base_url="http://127.0.0.1/v1")
SCHEMA = {"type": "object", "properties": {"喜": {"enum": ["a", "b"]}}}


def picture(data: bytes, mime: str = "image/png") -> ImagePart:
    return ImagePart(Frame(data=data, mime=mime, width_px=1, height_px=1, index=0))


def request_of(*parts: Part, **changed: Any) -> Request:
    given: dict[str, Any] = {
        "model": "m",
        "answer_schema": None,
        "detail": "high",
        "temperature": 0.5,
        "max_tokens": 9,
        "seed": 1,
    }
    return Request(parts=parts, **(given | changed))


def body(request: Request, **dialect: Any) -> dict[str, Any]:
    sent: dict[str, Any] = json.loads(chat_body(request, Endpoint(name="x", base_url="", **dialect)))
    return sent


def test_parts_keep_their_order_and_pictures_travel_as_data() -> None:
    [message] = body(request_of(TextPart("one"), picture(b"\x00\xff"), TextPart("two")))["messages"]
    assert message == {
        "role": "user",
        "content": [
            {"type": "text", "text": "one"},
            {"type": "image_url", "image_url": {"url": "data:image/png;base64,AP8=", "detail": "high"}},
            {"type": "text", "text": "two"},
        ],
    }


def test_a_plain_endpoint_gets_everything() -> None:
    assert body(request_of(answer_schema=SCHEMA)) == {
        "model": "m",
        "messages": [{"role": "user", "content": []}],
        "max_tokens": 9,
        "temperature": 0.5,
        "seed": 1,
        "response_format": {
            "type": "json_schema",
            "json_schema": {"name": "answers", "strict": True, "schema": SCHEMA},
        },
    }


@pytest.mark.parametrize("word", ["seed", "temperature"])
def test_an_endpoint_that_rejects_a_word_does_not_get_it(word: str) -> None:
    assert word not in body(request_of(), **{word: False})


def test_the_token_limit_has_the_servers_name_for_it() -> None:
    sent = body(request_of(), token_field="max_completion_tokens")
    assert sent["max_completion_tokens"] == 9
    assert "max_tokens" not in sent


def test_no_detail_is_asked_for_where_it_is_not_known() -> None:
    [message] = body(request_of(picture(b"\x00\xff")), detail=False)["messages"]
    assert message["content"] == [{"type": "image_url", "image_url": {"url": "data:image/png;base64,AP8="}}]


def test_llamacpp_gets_its_schema_where_it_looks_for_it() -> None:
    sent = body(request_of(answer_schema=SCHEMA), structured=Structured.FLAT_SCHEMA)
    assert sent["response_format"] == {"type": "json_object", "schema": SCHEMA}


@pytest.mark.parametrize(("schema", "structured"), [(None, Structured.JSON_SCHEMA), (SCHEMA, Structured.NONE)])
def test_no_form_is_asked_for_without_a_schema_or_of_a_server_without_forms(
    schema: Any, structured: Structured
) -> None:
    assert "response_format" not in body(request_of(answer_schema=schema), structured=structured)


def test_words_of_any_script_go_out_as_they_are_and_in_no_more_bytes_than_needed() -> None:
    sent = chat_body(request_of(TextPart("喜 é")), PLAIN)
    assert "喜 é".encode() in sent
    assert b": " not in sent
    assert b", " not in sent


TEXTS = st.text(st.characters())  # with halves of surrogate pairs
PARTS = st.one_of(
    st.builds(TextPart, TEXTS),
    st.builds(picture, st.binary(max_size=200), st.sampled_from(["image/jpeg", "image/png"])),
)
REQUESTS = st.builds(
    Request,
    model=TEXTS,
    parts=st.lists(PARTS, max_size=5).map(tuple),
    answer_schema=st.none() | st.dictionaries(TEXTS, TEXTS, max_size=3),
    detail=st.sampled_from(["low", "high"]),
    temperature=st.floats(0, 2),
    max_tokens=st.integers(1, 10**6),
    seed=st.integers(0, 2**40),
)
ENDPOINTS = st.builds(
    Endpoint,
    name=st.just("x"),
    base_url=st.just(""),
    token_field=st.sampled_from(["max_tokens", "max_completion_tokens"]),
    structured=st.sampled_from(Structured),
    detail=st.booleans(),
    seed=st.booleans(),
    temperature=st.booleans(),
)


def straightforward(request: Request, endpoint: Endpoint) -> dict[str, Any]:
    """The body as one would write it down without a thought for speed."""
    content: list[dict[str, Any]] = []
    for part in request.parts:
        if isinstance(part, TextPart):
            content.append({"type": "text", "text": part.text})
        else:
            url = f"data:{part.frame.mime};base64,{base64.b64encode(part.frame.data).decode()}"
            detail = {"detail": request.detail} if endpoint.detail else {}
            content.append({"type": "image_url", "image_url": {"url": url} | detail})
    schema = request.answer_schema
    forms: dict[Structured, Any] = {
        Structured.JSON_SCHEMA: {
            "type": "json_schema",
            "json_schema": {"name": "answers", "strict": True, "schema": schema},
        },
        Structured.FLAT_SCHEMA: {"type": "json_object", "schema": schema},
        Structured.JSON_OBJECT: {"type": "json_object"},
    }
    sent = {
        "model": request.model,
        "messages": [{"role": "user", "content": content}],
        endpoint.token_field: request.max_tokens,
        "temperature": request.temperature if endpoint.temperature else None,
        "seed": request.seed if endpoint.seed else None,
        "response_format": forms.get(endpoint.structured) if schema is not None else None,
    }
    return {name: value for name, value in sent.items() if value is not None}


@given(REQUESTS, ENDPOINTS)
def test_the_bytes_say_what_the_straightforward_body_says(request: Request, endpoint: Endpoint) -> None:
    plain = json.dumps(straightforward(request, endpoint))
    assert json.loads(chat_body(request, endpoint)) == json.loads(plain)  # `json` joins two halves of a pair
