"""From a question to the text of the answer: rank the labels of every sample, write them in the requested form."""

import json
import warnings
from collections.abc import Sequence
from io import BytesIO
from typing import Final

from PIL import Image

from workbench.embedded import MODEL_NAME
from workbench.embedded.chat_requests import ChatQuestion, QuestionSample, Style
from workbench.embedded.fault_injection import InjectedFault, chance
from workbench.embedded.model import rank
from workbench.embedded.openai_replies import Completion, RequestError, text_tokens

Answer = tuple[str, tuple[str, ...]]
"""A sample's name and its ranking."""

NOTHING_TO_RANK: Final = (
    f"I am {MODEL_NAME}, a small classifier. I can only rank emotion categories for images, videos and texts; "
    "I found no categories and samples in this message."
)
_PROSE: Final = "These are interesting pictures. The people in them seem to feel a number of things at once."
_FORMATS: Final = ("JPEG", "PNG", "WEBP", "GIF")
_PATCH_PX: Final = 32

Pictures = tuple[tuple[Image.Image, ...], ...]
"""The decoded frames of each sample."""


def open_pictures(samples: Sequence[QuestionSample]) -> Pictures:
    """Decode all pictures of a request. Raises RequestError with the number (from 1) of one that cannot be decoded."""
    place = 0
    opened = []
    for sample in samples:
        frames = []
        for encoded in sample.images:
            place += 1
            frames.append(_opened(encoded, place))
        opened.append(tuple(frames))
    return tuple(opened)


def _opened(encoded: bytes, place: int) -> Image.Image:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(BytesIO(encoded), formats=_FORMATS) as image:
                return image.convert("RGB")
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        message = f"image {place}: cannot be decoded as JPEG, PNG, WebP or GIF"
        raise RequestError(400, message, "invalid_image", "messages") from error


def answers(question: ChatQuestion, pictures: Pictures) -> list[Answer]:
    """Every sample's name in the answer and its ranking."""
    return [
        (sample.id or f"{question.noun}{place}", rank(question.labels, frames, sample.text))
        for place, (sample, frames) in enumerate(zip(question.samples, pictures, strict=True), start=1)
    ]


def miscounted(given: list[Answer], seed: int, number: int) -> list[Answer]:
    """The answers with one missing or doubled."""
    place = int(chance(seed, "miscounted", number) * len(given))
    copies = 0 if chance(seed, "missing", number) < 0.5 else 2
    return given[:place] + given[place : place + 1] * copies + given[place + 1 :]


def answer_text(given: Sequence[Answer], style: Style) -> str:
    """The answers in the form that the prompt asks for."""
    if style is Style.NONE:
        return NOTHING_TO_RANK
    if style is Style.NAMED:
        entries = [{"id": name, "ranking": list(ranking)} for name, ranking in given]
        return json.dumps({"answers": entries}, ensure_ascii=False)
    return "\n".join(str({"name": name, "result": list(ranking)}) for name, ranking in given)


def completion_of(text: str, fault: InjectedFault, seed: int, number: int, *, token_limit: int | None) -> Completion:
    """The completion: garbled if that is the fault, and cut at the request's own limit of tokens."""
    if fault is InjectedFault.GARBLE:
        if chance(seed, "prose", number) < 0.5:
            return Completion(_PROSE)
        return Completion(text[: len(text) // 2], finish_reason="length")
    if token_limit is not None and text_tokens(text) > token_limit:
        return Completion(text[: token_limit * 4], finish_reason="length")
    return Completion(text)


def prompt_tokens(question: ChatQuestion, pictures: Pictures) -> int:
    """An estimate: a token for every four characters and for every 32 x 32 pixels."""
    patches = sum(
        -(-frame.width // _PATCH_PX) * -(-frame.height // _PATCH_PX) for frames in pictures for frame in frames
    )
    return -(-question.text_chars // 4) + patches
