"""A request as the body of a chat completion, in bytes. Pure.

The bytes are built here once, neither by `json` nor by the openai client: both go over every picture several times,
which would be most of the work of a request. The same bytes make a line of a file of jobs.
"""

import json
from binascii import b2a_base64
from collections.abc import Iterator
from typing import Any, Final, assert_never

from workbench.domain.endpoints import Endpoint, Structured
from workbench.domain.messages import ImagePart, Request, TextPart

_ENCODE: Final = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
_ENCODE_ASCII: Final = json.JSONEncoder(separators=(",", ":")).encode


def chat_body(request: Request, endpoint: Endpoint) -> bytes:
    """The JSON body in the endpoint's dialect.

    Pictures travel inside it as data URLs: no server is ever given an address to fetch.
    """
    pieces = [b'{"model":', _json(request.model), b',"messages":[{"role":"user","content":']
    detail = b'","detail":' + _json(request.detail) + b"}}" if endpoint.detail else b'"}}'
    between = b"["
    for part in request.parts:
        pieces.append(between)
        between = b","
        match part:
            case ImagePart(frame):
                pieces += (b'{"type":"image_url","image_url":{"url":"data:', frame.mime.encode(), b";base64,")
                pieces += (b2a_base64(frame.data, newline=False), detail)
            case TextPart(text):
                pieces += (b'{"type":"text","text":', _json(text), b"}")
            case _:
                assert_never(part)
    pieces.append(b"]}]" if request.parts else b"[]}]")
    pieces += (*_options(request, endpoint), b"}")
    return b"".join(pieces)


def _options(request: Request, endpoint: Endpoint) -> Iterator[bytes]:
    """The fields beside the messages, as the endpoint calls them."""
    if endpoint.token_field:
        yield b',"%b":%d' % (endpoint.token_field.encode(), request.max_tokens)
    if endpoint.temperature:
        yield b',"temperature":' + _json(request.temperature)
    if endpoint.seed:
        yield b',"seed":%d' % request.seed
    if request.answer_schema is not None and endpoint.structured is Structured.JSON_SCHEMA:
        yield b',"response_format":{"type":"json_schema","json_schema":{"name":"answers","strict":true,"schema":'
        yield _json(request.answer_schema)
        yield b"}}"
    elif request.answer_schema is not None and endpoint.structured is Structured.FLAT_SCHEMA:
        yield b',"response_format":{"type":"json_object","schema":' + _json(request.answer_schema) + b"}"
    elif request.answer_schema is not None and endpoint.structured is Structured.JSON_OBJECT:
        yield b',"response_format":{"type":"json_object"}'


def _json(value: Any) -> bytes:
    try:
        return _ENCODE(value).encode()
    except UnicodeEncodeError:  # half a surrogate pair, which JSON can hold only as an escape
        return _ENCODE_ASCII(value).encode()
