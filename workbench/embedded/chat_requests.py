"""Reads the question from the messages of a chat request: samples, labels, and the form of the answer.

Two prompts are understood. In prompt `paper` only their order distinguishes samples; in prompt `named` a line
`Sample <id>:` stands before each. Both give the labels in square brackets after the word "categories".
"""

import base64
import binascii
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any, Final

from workbench.embedded.openai_replies import RequestError


class Style(StrEnum):
    """The expected form of the answer."""

    PAPER = "paper"
    """One Python-like dict a line, named by position."""
    NAMED = "named"
    """One JSON object with ids of samples."""
    NONE = "none"
    """No ranking was asked for."""


@dataclass(frozen=True, slots=True)
class QuestionSample:
    """One sample of a request."""

    id: str | None
    """None in prompt `paper`, which has no ids."""
    images: tuple[bytes, ...]
    """Encoded pictures, in order."""
    text: str = ""


@dataclass(frozen=True, slots=True)
class ChatQuestion:
    """The question of a request."""

    labels: tuple[str, ...]
    samples: tuple[QuestionSample, ...]
    style: Style
    noun: str = "image"
    """The word for a sample in prompt `paper`: image, video or text."""
    text_chars: int = 0
    """The length of all texts of the request, for the usage."""


@dataclass(frozen=True, slots=True)
class _Part:
    """One part of a message: text or a picture."""

    text: str | None = None
    image: bytes | None = None


_LABELS: Final = re.compile(r"categories:\s*\[([^\]]+)\]", re.IGNORECASE)
_PROVIDED: Final = re.compile(r"we provide \d+ (image|video|text)s?\b", re.IGNORECASE)
_FRAMES: Final = re.compile(r"\b(\d+) temporally", re.IGNORECASE)
_SAMPLE: Final = re.compile(r"\s*Sample ([^\s:]+):[^\n]*(?:\n|$)")
_TEXT: Final = re.compile(r"^Text:[ \t]*", re.MULTILINE)
_DATA_URL: Final = re.compile(r"data:image/[\w.+-]+;base64,", re.IGNORECASE)


def read_question(messages: Sequence[Mapping[str, Any]]) -> ChatQuestion:
    """The question in the last user message. Raises RequestError for unreadable content."""
    parts = _parts(_last_user_content(messages))
    text_chars = sum(len(part.text or "") for part in parts)
    head = parts[0].text if parts else None
    offered = _LABELS.search(head) if head else None
    if head is None or offered is None or len(parts) < 2:
        return ChatQuestion((), (), Style.NONE, text_chars=text_chars)
    labels = tuple(dict.fromkeys(label.strip(" '\"") for label in offered[1].split(",") if label.strip(" '\"")))
    provided, frames = _PROVIDED.search(head), _FRAMES.search(head)
    # Prompt `paper` is recognized by its head: a speaker's words may look like a line `Sample <id>:`.
    if provided is None and any(part.text is not None and _SAMPLE.match(part.text) for part in parts[1:]):
        return ChatQuestion(labels, _named_samples(parts[1:]), Style.NAMED, text_chars=text_chars)
    samples = _placed_samples(parts[1:], int(frames[1]) if frames else 1)
    noun = provided[1].lower() if provided else "image"
    return ChatQuestion(labels, samples, Style.PAPER, noun=noun, text_chars=text_chars)


def _last_user_content(messages: Sequence[Mapping[str, Any]]) -> object:
    contents = [message.get("content") for message in messages if message.get("role") == "user"]
    if not contents:
        raise RequestError(400, "messages must hold a user message", param="messages")
    return contents[-1]


def _parts(content: object) -> list[_Part]:
    if isinstance(content, str):
        return [_Part(text=content)]
    if not isinstance(content, list):
        raise RequestError(400, "a user message's content must be text or a list of parts", param="messages")
    parts: list[_Part] = []
    images = 0
    for part in content:
        match part:
            case {"type": "text", "text": str(text)}:
                parts.append(_Part(text=text))
            case {"type": "image_url", "image_url": {"url": str(url)}}:
                images += 1
                parts.append(_Part(image=_image_bytes(url, images)))
            case _:
                raise RequestError(400, "a part must be of type text or image_url", param="messages")
    return parts


def _image_bytes(url: str, place: int) -> bytes:
    head = _DATA_URL.match(url)
    if head is None:
        message = f"image {place}: only data:image/...;base64 URLs are read; this endpoint fetches nothing"
        raise RequestError(400, message, "invalid_image", "messages")
    try:
        return base64.b64decode(url[head.end() :], validate=True)
    except binascii.Error as error:
        raise RequestError(400, f"image {place}: not base64 ({error})", "invalid_image", "messages") from error


def _named_samples(parts: Sequence[_Part]) -> tuple[QuestionSample, ...]:
    """A line `Sample <id>:` begins a sample; the pictures and texts up to the next one belong to it."""
    samples: list[QuestionSample] = []
    for part in parts:
        introduction = _SAMPLE.match(part.text) if part.text is not None else None
        if part.text is not None and introduction is not None:
            samples.append(QuestionSample(introduction[1], (), _own_text(part.text[introduction.end() :])))
        elif samples:
            samples[-1] = _with_part(samples[-1], part)
    return tuple(samples)


def _own_text(rest: str) -> str:
    """The sample's text after `Text:`, as a JSON string or as it is."""
    start = _TEXT.search(rest)
    if start is None:
        return rest.strip()
    text = rest[start.end() :].strip()
    try:
        quoted = json.loads(text)
    except ValueError:
        return text
    return quoted if isinstance(quoted, str) else text


def _placed_samples(parts: Sequence[_Part], frames: int) -> tuple[QuestionSample, ...]:
    """Every text begins a sample; without texts, every `frames` pictures are a sample."""
    if any(part.text is not None for part in parts):
        samples: list[QuestionSample] = []
        for part in parts:
            if part.text is not None or not samples:
                samples.append(QuestionSample(None, ()))
            samples[-1] = _with_part(samples[-1], part)
        return tuple(samples)
    images = [part.image for part in parts if part.image is not None]
    step = max(1, frames)
    return tuple(QuestionSample(None, tuple(images[i : i + step])) for i in range(0, len(images), step))


def _with_part(sample: QuestionSample, part: _Part) -> QuestionSample:
    if part.image is not None:
        return replace(sample, images=(*sample.images, part.image))
    return replace(sample, text="\n".join(line for line in (sample.text, part.text) if line))
