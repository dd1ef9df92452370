"""The questions of a probe: which parameters requests may have, and what the model sees in pictures.

Each function asks an endpoint and returns a finding. A model that guesses must not pass: the prompts do not name the
colours of pictures, nor the order of the faces.
"""

import json
import re
from dataclasses import replace
from typing import Final

from workbench.domain.datasets.labels import LabelSet
from workbench.domain.datasets.tasks import Modality, Task
from workbench.domain.endpoints import Structured
from workbench.domain.messages import ImagePart, Outcome, Part, Reply, SampleMedia
from workbench.domain.predictions import PredictionStatus
from workbench.domain.probe_findings import Finding, FindingMark
from workbench.domain.prompts import NAMED, PAPER, answer_schema, refs, render_prompt
from workbench.domain.replies.matching import MatchBy
from workbench.domain.replies.parsing import parse_reply
from workbench.domain.replies.refusals import is_refusal
from workbench.provider.probing.probe_session import (
    NO_PICTURES,
    ProbePictures,
    ProbeSession,
    ProbeStopped,
    is_rejected,
    quoted,
)

_READY: Final = "Reply with this one word: ready"
_LABELS: Final = ("happy", "sad")
_COLOUR_WORDS: Final = ("red", "green", "blue", "yellow", "orange", "black", "white", "grey", "gray", "brown")
_PURPLE: Final = ("purple", "violet", "magenta", "lilac", "indigo", "紫")
_MANY: Final = 8
_BLUR: Final = re.compile(r"\b(?:blur|pixel+at|obscured|censored|anonymi[sz]ed)", re.IGNORECASE)
_AT_MOST: Final = re.compile(r"\b(?:at most|up to|max(?:imum)?|limit)\b\D{0,20}(\d+)", re.IGNORECASE)


async def ask_answers(session: ProbeSession, _: ProbePictures) -> Finding:
    """Whether it answers, and what it calls the limit of the answer's length."""
    reply = await session.ask(_READY)
    wanted = session.endpoint.token_field
    if is_rejected(reply):
        other = "max_completion_tokens" if wanted == "max_tokens" else "max_tokens"
        if (await session.ask(_READY, carry={"token_field": other})).outcome is not Outcome.FAILED:
            session.token_field = other
            says = f"with {other}; {wanted} is rejected: {quoted(reply)}"
            return Finding("answers", FindingMark.YES, says, value=other, changes={"token_field": other})
    if reply.outcome is Outcome.FAILED:
        raise ProbeStopped(f"no answer to a chat request: {quoted(reply)}; is the address right? (most end in /v1)")
    if reply.outcome is not Outcome.ANSWERED:
        return Finding("answers", FindingMark.UNCLEAR, f"takes {wanted}, but said {quoted(reply)}", value=wanted)
    return Finding("answers", FindingMark.YES, f"takes {wanted}", value=wanted)


async def ask_temperature(session: ProbeSession, _: ProbePictures) -> Finding:
    """Whether a request may set the temperature."""
    return await _carried(session, "temperature", _READY)


async def ask_seed(session: ProbeSession, _: ProbePictures) -> Finding:
    """Whether a request may set a seed."""
    return await _carried(session, "seed", _READY)


async def ask_detail(session: ProbeSession, pictures: ProbePictures) -> Finding:
    """Whether a picture may have the parameter `detail`."""
    return await _carried(session, "detail", "Name the colour.", ImagePart(pictures.square("purple")))


async def _carried(session: ProbeSession, word: str, *parts: Part | str) -> Finding:
    """Whether a request may have a parameter. That it is accepted does not show that it has an effect."""
    if not getattr(session.endpoint, word):
        return Finding(word, FindingMark.SKIPPED, "such servers are not sent it")
    reply = await session.ask_clearly(*parts, carry={word: True})
    if is_rejected(reply):
        says = f"rejected, so requests will go without it: {quoted(reply)}"
        return Finding(word, FindingMark.NO, says, changes={word: False})
    return Finding(word, FindingMark.YES, "accepted")


async def ask_structured(session: ProbeSession, _: ProbePictures) -> Finding:
    """Whether the server enforces a JSON schema.

    The prompt asks for another form than the schema: only a server that enforces the schema answers in its form.
    """
    set_to = session.endpoint.structured
    if set_to is Structured.NONE:
        return Finding("structured", FindingMark.SKIPPED, "switched off in the settings")
    shown = [SampleMedia(text=text) for text in ("What a lovely day!", "I lost.")]
    words = render_prompt(PAPER, task=Task.MULTIMODAL, modality=Modality.TEXT, labels=_LABELS, shown=shown)
    schema = answer_schema(_LABELS, refs(2))
    failed = []
    for form in sorted((Structured.JSON_SCHEMA, Structured.FLAT_SCHEMA), key=lambda one: one is not set_to):
        reply = await session.ask_clearly(*words, schema=schema, carry={"structured": form})
        if _has_form(reply):
            changes = {} if form is set_to else {"structured": form}
            return Finding("structured", FindingMark.YES, f"{form} is kept", value=form, changes=changes)
        failed.append(f"{form} {'rejected' if is_rejected(reply) else 'not kept'}: {quoted(reply)}")
    says = f"{'; '.join(failed)}; the prompt asks for the form in words"
    return Finding("structured", FindingMark.NO, says, changes={"structured": Structured.NONE})


def _has_form(reply: Reply) -> bool:
    try:
        answers = json.loads(reply.text or "")["answers"]
        return isinstance(answers, list) and all(set(entry) == {"id", "ranking"} for entry in answers)
    except (ValueError, TypeError, KeyError, RecursionError):
        return False


async def ask_pictures(session: ProbeSession, pictures: ProbePictures) -> Finding:
    """Whether the model sees a picture."""
    reply = await session.ask_clearly("What colour is this? One word.", ImagePart(pictures.square("purple")))
    name, blind = "pictures", f"{session.model} does not see pictures here; choose a vision model with --model"
    if is_rejected(reply):
        session.takes_pictures = False
        return Finding(name, FindingMark.NO, f"rejected: {quoted(reply)}", warning=blind)
    session.most_images = 1
    text = _folded(reply)
    if any(word in text for word in _PURPLE):
        session.has_seen = True
        return Finding(name, FindingMark.YES, "names the colour of a square")
    if any(word in text.split() for word in _COLOUR_WORDS) or is_refusal(text):
        return Finding(name, FindingMark.NO, f"a purple square: {quoted(reply)}", warning=blind)
    return Finding(name, FindingMark.UNCLEAR, f"names no colour: {quoted(reply)}")


async def ask_order(session: ProbeSession, pictures: ProbePictures) -> Finding:
    """Whether the model knows the first picture from the second."""
    if session.endpoint.images_per_request == 1:
        return Finding("order", FindingMark.SKIPPED, "one picture in a request, by the settings")
    first, second = "yellow", "green"
    words = "Two pictures follow, each of one colour. Name the colour of the first, then of the second: two words."
    reply = await session.ask_clearly(words, ImagePart(pictures.square(first)), ImagePart(pictures.square(second)))
    if is_rejected(reply):
        return Finding("order", FindingMark.UNCLEAR, f"two pictures are rejected: {quoted(reply)}")
    session.most_images = 2
    text = _folded(reply)
    if first not in text or second not in text:
        return Finding("order", FindingMark.UNCLEAR, f"does not name both colours: {quoted(reply)}")
    session.has_seen = True
    if text.index(first) < text.index(second):
        return Finding("order", FindingMark.YES, "tells the first picture from the second")
    warning = "it mixes up the order of pictures; send one sample at a time (--batch-size 1)"
    return Finding("order", FindingMark.NO, f"{first}, {second}: {quoted(reply)}", warning=warning)


async def ask_several(session: ProbeSession, pictures: ProbePictures) -> Finding:
    """How many pictures a request may have. The number that the model counts is no proof, but a low one is a hint."""
    name = "several pictures"
    limit = session.endpoint.images_per_request or session.wanted_images
    counts = [n for n in dict.fromkeys((2, _MANY, session.wanted_images)) if session.most_images < n <= limit]
    says, warning = f"takes {session.most_images}, no more were sent", None
    for count in counts:
        squares = (ImagePart(pictures.square(("red", "blue")[place % 2])) for place in range(count))
        reply = await session.ask("How many pictures are in this message? Answer with a number alone.", *squares)
        if is_rejected(reply):
            return _too_many(session, count, reply)
        if reply.outcome is Outcome.FAILED:
            return Finding(name, FindingMark.UNCLEAR, f"{says}; of {count}: {quoted(reply)}")
        session.most_images = count
        counted = re.search(r"\d{1,4}", reply.text or "")
        says = f"takes {count}" + (f" and counts {counted[0]}" if counted else "")
        if counted and int(counted[0]) < count / 2:  # some servers cut off what is longer than their context
            warning = f"it was sent {count} pictures and speaks of {counted[0]}: give the server a longer context, or "
            warning += "choose a smaller --batch-size"
    return Finding(name, FindingMark.YES, says, warning=warning, value=session.most_images)


def _too_many(session: ProbeSession, count: int, reply: Reply) -> Finding:
    """The finding after a rejection, which often names the limit."""
    named = _AT_MOST.search(reply.error or "")
    limit = int(named[1]) if named and session.most_images <= int(named[1]) < count else max(session.most_images, 1)
    session.most_images = limit
    return Finding(
        "several pictures",
        FindingMark.NO if limit == 1 else FindingMark.YES,
        f"takes {limit}; {count} are rejected: {quoted(reply)}",
        warning=f"some data sets send {session.wanted_images} pictures in a request, it takes {limit}: "
        "choose a smaller --batch-size, or fewer --frames",
        value=limit,
        changes={"images_per_request": limit},
    )


async def ask_faces(session: ProbeSession, pictures: ProbePictures) -> Finding:
    """Whether expressions are seen, asked as in a run. Guessing four faces right has a chance of one in sixteen."""
    known = None
    if session.endpoint.blurs_faces:
        known = (
            f"{session.endpoint.name} is known to blur faces before the model sees them; do not score facial "
            "expressions with it (a drawn face may pass where a photograph does not)"
        )
    if not session.takes_pictures:
        return Finding("faces", FindingMark.SKIPPED, NO_PICTURES, warning=known)
    shown = ("sad", "happy", "happy", "sad")[: max(session.most_images, 1)]
    faces = [SampleMedia((pictures.face(one),)) for one in shown]
    words = render_prompt(NAMED, task=Task.FACIAL, modality=Modality.IMAGE, labels=_LABELS, shown=faces)
    finding = _judged(session, shown, await session.ask(*words))
    return replace(finding, warning=known or finding.warning)


def _judged(session: ProbeSession, shown: tuple[str, ...], reply: Reply) -> Finding:
    """The finding from answers about drawn faces."""
    name = "faces"
    if reply.outcome is Outcome.FAILED:
        return Finding(name, FindingMark.UNCLEAR, quoted(reply))
    parsed = parse_reply(reply, refs(len(shown)), LabelSet(_LABELS), MatchBy.ID)
    best = [one.ranking[0] if one.ranking else None for one in parsed.predictions]
    right = sum(a == b for a, b in zip(best, shown, strict=True))
    says = f"{right} of {len(shown)} drawn faces recognized as smiling or sad"
    if right == len(shown) > 1:
        session.has_seen = True
        return Finding(name, FindingMark.YES, says, value=right)
    if _BLUR.search(reply.text or ""):
        warning = "it speaks of blurred faces; do not score facial expressions with it"
        says = f"{says}: {quoted(reply)}"
        return Finding(name, FindingMark.NO, says, warning=warning, changes={"blurs_faces": True})
    if any(one.status is PredictionStatus.REFUSED for one in parsed.predictions):
        warning = "it refuses to judge faces, even drawn ones; expect many refusals"
        return Finding(name, FindingMark.UNCLEAR, f"{says}: {quoted(reply)}", warning=warning)
    if None not in best and len(shown) > 1:
        warning = "it does not tell a smiling face from a sad one; scores of expressions would mean little"
        return Finding(name, FindingMark.NO, f"{says}: {quoted(reply)}", warning=warning, value=right)
    blind = None if session.has_seen else f"nothing shows that {session.model} sees pictures"
    return Finding(name, FindingMark.UNCLEAR, f"{says}: {quoted(reply)}", warning=blind, value=right)


def _folded(reply: Reply) -> str:
    return re.sub(r"[^\w' ]+", " ", (reply.text or "").casefold())
