"""Questions about pictures: whether they are seen, how many, in what order, and whether expressions of faces are seen.

A model that guesses must not pass: the prompts do not name the colours, nor the order of the faces.
"""

import re
from dataclasses import replace
from typing import Final

from workbench.domain.datasets.labels import LabelSet
from workbench.domain.datasets.tasks import Modality, Task
from workbench.domain.messages import ImagePart, Outcome, Reply, SampleMedia
from workbench.domain.predictions import PredictionStatus
from workbench.domain.probe_findings import Finding, FindingMark
from workbench.domain.prompts import NAMED, refs, render_prompt
from workbench.domain.replies.matching import MatchBy
from workbench.domain.replies.parsing import parse_reply
from workbench.domain.replies.refusals import is_refusal
from workbench.provider.probing.probe_session import ProbePictures, ProbeSession, is_rejected, quoted

_FEELINGS: Final = ("happy", "sad")
_COLOUR_WORDS: Final = ("red", "green", "blue", "yellow", "orange", "black", "white", "grey", "gray", "brown")
_PURPLE: Final = ("purple", "violet", "magenta", "lilac", "indigo", "紫")
_MANY: Final = 8
_BLUR: Final = re.compile(r"\b(?:blur|pixel+at|obscured|censored|anonymi[sz]ed)", re.IGNORECASE)
_AT_MOST: Final = re.compile(r"\b(?:at most|up to|max(?:imum)?|limit)\b\D{0,20}(\d+)", re.IGNORECASE)


async def ask_pictures(session: ProbeSession, pictures: ProbePictures) -> Finding:
    """Whether the model sees a picture."""
    reply = await session.ask("What colour is this? One word.", ImagePart(pictures.square("purple")))
    name, blind = "pictures", f"{session.model} does not see pictures here; choose a vision model with --model"
    if is_rejected(reply):
        session.takes_pictures = False
        return Finding(name=name, mark=FindingMark.NO, says=f"rejected: {quoted(reply)}", warning=blind)
    if reply.outcome is Outcome.FAILED:
        return Finding(name=name, mark=FindingMark.UNCLEAR, says=quoted(reply))
    session.most_images = 1
    text = _folded(reply)
    if any(word in text for word in _PURPLE):
        session.has_seen = True
        return Finding(name=name, mark=FindingMark.YES, says="names the colour of a square")
    if any(word in text.split() for word in _COLOUR_WORDS) or is_refusal(text):
        return Finding(name=name, mark=FindingMark.NO, says=f"a purple square: {quoted(reply)}", warning=blind)
    return Finding(name=name, mark=FindingMark.UNCLEAR, says=f"names no colour: {quoted(reply)}")


async def ask_order(session: ProbeSession, pictures: ProbePictures) -> Finding:
    """Whether the model knows the first picture from the second."""
    if not session.takes_pictures:
        return _without_pictures("order")
    if session.endpoint.images_per_request == 1:
        return Finding(name="order", mark=FindingMark.SKIPPED, says="one picture in a request, by the settings")
    first, second = "yellow", "green"
    words = "Two pictures follow, each of one colour. Name the colour of the first, then of the second: two words."
    reply = await session.ask(words, ImagePart(pictures.square(first)), ImagePart(pictures.square(second)))
    if is_rejected(reply):
        return Finding(name="order", mark=FindingMark.UNCLEAR, says=f"two pictures are rejected: {quoted(reply)}")
    if reply.outcome is Outcome.FAILED:
        return Finding(name="order", mark=FindingMark.UNCLEAR, says=quoted(reply))
    session.most_images = 2
    text = _folded(reply)
    if first not in text or second not in text:
        return Finding(name="order", mark=FindingMark.UNCLEAR, says=f"does not name both colours: {quoted(reply)}")
    session.has_seen = True
    if text.index(first) < text.index(second):
        return Finding(name="order", mark=FindingMark.YES, says="tells the first picture from the second")
    warning = "it mixes up the order of pictures; send one sample at a time (--batch-size 1)"
    return Finding(name="order", mark=FindingMark.NO, says=f"{first}, {second}: {quoted(reply)}", warning=warning)


async def ask_several(session: ProbeSession, pictures: ProbePictures) -> Finding:
    """How many pictures a request may have. The number that the model counts is no proof, but a low one is a hint."""
    name = "several pictures"
    if not session.takes_pictures:
        return _without_pictures(name)
    limit = session.endpoint.images_per_request or session.wanted_images
    counts = [n for n in dict.fromkeys((2, _MANY, session.wanted_images)) if session.most_images < n <= limit]
    says, warning = f"takes {session.most_images}, no more were sent", None
    for count in counts:
        squares = (ImagePart(pictures.square(("red", "blue")[place % 2])) for place in range(count))
        reply = await session.ask("How many pictures are in this message? Answer with a number alone.", *squares)
        if is_rejected(reply):
            return _too_many(session, count, reply)
        if reply.outcome is Outcome.FAILED:
            return Finding(name=name, mark=FindingMark.UNCLEAR, says=f"{says}; of {count}: {quoted(reply)}")
        session.most_images = count
        counted = re.search(r"\d{1,4}", reply.text or "")
        says = f"takes {count}" + (f" and counts {counted[0]}" if counted else "")
        if counted and int(counted[0]) < count / 2:  # some servers cut off what is longer than their context
            warning = f"it was sent {count} pictures and speaks of {counted[0]}: give the server a longer context, or "
            warning += "choose a smaller --batch-size"
    return Finding(name=name, mark=FindingMark.YES, says=says, warning=warning, value=session.most_images)


def _too_many(session: ProbeSession, count: int, reply: Reply) -> Finding:
    """The finding after a rejection, which often names the limit."""
    told = _AT_MOST.search(reply.error or "")
    limit = int(told[1]) if told and session.most_images <= int(told[1]) < count else max(session.most_images, 1)
    session.most_images = limit
    return Finding(
        name="several pictures",
        mark=FindingMark.NO if limit == 1 else FindingMark.YES,
        says=f"takes {limit}; {count} are rejected: {quoted(reply)}",
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
        return replace(_without_pictures("faces"), warning=known)
    shown = ("sad", "happy", "happy", "sad")[: max(session.most_images, 1)]
    faces = [SampleMedia((pictures.face(one),)) for one in shown]
    words = render_prompt(NAMED, task=Task.FACIAL, modality=Modality.IMAGE, labels=_FEELINGS, shown=faces)
    finding = _judged(session, shown, await session.ask(*words))
    return replace(finding, warning=known or finding.warning)


def _judged(session: ProbeSession, shown: tuple[str, ...], reply: Reply) -> Finding:
    """The finding from answers about drawn faces."""
    name = "faces"
    if reply.outcome is Outcome.FAILED:
        return Finding(name=name, mark=FindingMark.UNCLEAR, says=quoted(reply))
    parsed = parse_reply(reply, refs(len(shown)), LabelSet(_FEELINGS), MatchBy.ID)
    best = [said.ranking[0] if said.ranking else None for said in parsed.predictions]
    right = sum(a == b for a, b in zip(best, shown, strict=True))
    says = f"{right} of {len(shown)} drawn faces told smiling or sad"
    if right == len(shown) > 1:
        session.has_seen = True
        return Finding(name=name, mark=FindingMark.YES, says=says, value=right)
    if _BLUR.search(reply.text or ""):
        warning = "it speaks of blurred faces; do not score facial expressions with it"
        says = f"{says}: {quoted(reply)}"
        return Finding(name=name, mark=FindingMark.NO, says=says, warning=warning, changes={"blurs_faces": True})
    if any(said.status is PredictionStatus.REFUSED for said in parsed.predictions):
        warning = "it refuses to judge faces, even drawn ones; expect many refusals"
        return Finding(name=name, mark=FindingMark.UNCLEAR, says=f"{says}: {quoted(reply)}", warning=warning)
    if None not in best and len(shown) > 1:
        warning = "it does not tell a smiling face from a sad one; scores of expressions would mean little"
        return Finding(name=name, mark=FindingMark.NO, says=f"{says}: {quoted(reply)}", warning=warning, value=right)
    blind = None if session.has_seen else f"nothing shows that {session.model} sees pictures"
    return Finding(name=name, mark=FindingMark.UNCLEAR, says=f"{says}: {quoted(reply)}", warning=blind, value=right)


def _without_pictures(name: str) -> Finding:
    return Finding(name=name, mark=FindingMark.SKIPPED, says="it takes no pictures")


def _folded(reply: Reply) -> str:
    return re.sub(r"[^\w' ]+", " ", (reply.text or "").casefold())
