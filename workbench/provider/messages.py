"""A request as the body of a chat completion, in bytes. Pure.

The bytes are built here, once, and neither by `json` as a whole nor by the openai client: both walk over every picture
several times, which would be most of the work of a request. The same bytes make a line of a job's file.
"""

import json
from binascii import b2a_base64
from collections.abc import Iterator
from typing import Any, Final

from workbench.domain.replies import ImagePart, Part, Request
from workbench.provider.endpoints import Endpoint, Structured

_ENCODE: Final = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
_ENCODE_ASCII: Final = json.JSONEncoder(separators=(",", ":")).encode
_SCHEMA_NAME: Final = "answers"


def chat_body(request: Request, endpoint: Endpoint) -> bytes:
    """The JSON body in the endpoint's dialect.

    Pictures travel inside it as data URLs: no server is ever given an address to fetch.
    """
    pieces = [b'{"model":', _json(request.model), b',"messages":[{"role":"user","content":[']
    detail = b'","detail":' + _json(request.detail) + b"}}" if endpoint.detail else b'"}}'
    for place, part in enumerate(request.parts):
        pieces.append(b"," if place else b"")
        pieces.extend(_part(part, detail))
    pieces.append(b"]}]")
    for name, value in _options(request, endpoint).items():
        pieces += (b',"', name.encode(), b'":', _json(value))
    pieces.append(b"}")
    return b"".join(pieces)


def _part(part: Part, detail: bytes) -> Iterator[bytes]:
    if isinstance(part, ImagePart):
        yield b'{"type":"image_url","image_url":{"url":"data:'
        yield part.frame.mime.encode()
        yield b";base64,"
        yield b2a_base64(part.frame.data, newline=False)
        yield detail
    else:
        yield b'{"type":"text","text":'
        yield _json(part.text)
        yield b"}"


def _options(request: Request, endpoint: Endpoint) -> dict[str, Any]:
    """What stands beside the messages, in the words of the endpoint."""
    options: dict[str, Any] = {endpoint.token_field: request.max_tokens}
    if endpoint.temperature:
        options["temperature"] = request.temperature
    if endpoint.seed:
        options["seed"] = request.seed
    if request.answer_schema is not None and endpoint.structured is Structured.JSON_SCHEMA:
        schema = {"name": _SCHEMA_NAME, "strict": True, "schema": request.answer_schema}
        options["response_format"] = {"type": "json_schema", "json_schema": schema}
    elif request.answer_schema is not None and endpoint.structured is Structured.FLAT_SCHEMA:
        options["response_format"] = {"type": "json_object", "schema": request.answer_schema}
    return options


def _json(value: Any) -> bytes:
    try:
        return _ENCODE(value).encode()
    except UnicodeEncodeError:  # half a surrogate pair, which JSON can hold only as an escape
        return _ENCODE_ASCII(value).encode()
