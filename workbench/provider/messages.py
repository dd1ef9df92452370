"""A request as the body of a chat completion. Pure."""

import base64
from typing import Any

from workbench.domain.replies import ImagePart, Part, Request


def chat_body(request: Request, *, token_field: str) -> dict[str, Any]:
    """The JSON body. Pictures travel inside it as data URLs: no server is ever given an address to fetch."""
    body: dict[str, Any] = {
        "model": request.model,
        "messages": [{"role": "user", "content": [_part(part, request.detail) for part in request.parts]}],
        "temperature": request.temperature,
        "seed": request.seed,
        token_field: request.max_tokens,
    }
    if request.answer_schema is not None:
        schema = {"name": "answers", "strict": True, "schema": request.answer_schema}
        body["response_format"] = {"type": "json_schema", "json_schema": schema}
    return body


def _part(part: Part, detail: str) -> dict[str, Any]:
    if isinstance(part, ImagePart):
        data = base64.b64encode(part.frame.data).decode("ascii")
        return {"type": "image_url", "image_url": {"url": f"data:{part.frame.mime};base64,{data}", "detail": detail}}
    return {"type": "text", "text": part.text}
