"""Questions about the dialect: which parameters a request may have, and whether answers keep to a schema.

Each function asks an endpoint and returns a finding.
"""

import json
from typing import Final

from workbench.domain.datasets.tasks import Modality, Task
from workbench.domain.endpoints import Structured
from workbench.domain.messages import ImagePart, Outcome, Part, Reply, SampleMedia
from workbench.domain.probe_findings import Finding, FindingMark
from workbench.domain.prompts import PAPER, answer_schema, refs, render_prompt
from workbench.provider.probing.probe_session import ProbePictures, ProbeSession, ProbeStopped, is_rejected, quoted

_READY: Final = "Reply with this one word: ready"
_LABELS: Final = ("happy", "sad")


async def ask_answers(session: ProbeSession, _: ProbePictures) -> Finding:
    """Whether it answers, and what it calls the limit of the answer's length."""
    reply = await session.ask(_READY)
    told = session.endpoint.token_field
    if is_rejected(reply):
        other = "max_completion_tokens" if told == "max_tokens" else "max_tokens"
        if (await session.ask(_READY, carry={"token_field": other})).outcome is not Outcome.FAILED:
            session.token_field = other
            says = f"with {other}; {told} is rejected: {quoted(reply)}"
            return Finding(name="answers", mark=FindingMark.YES, says=says, value=other, changes={"token_field": other})
    if reply.outcome is Outcome.FAILED:
        raise ProbeStopped(f"no answer to a chat request: {quoted(reply)}; is the address right? (most end in /v1)")
    if reply.outcome is not Outcome.ANSWERED:
        return Finding(
            name="answers", mark=FindingMark.UNCLEAR, says=f"takes {told}, but said {quoted(reply)}", value=told
        )
    return Finding(name="answers", mark=FindingMark.YES, says=f"takes {told}", value=told)


async def ask_temperature(session: ProbeSession, _: ProbePictures) -> Finding:
    """Whether a request may set the temperature."""
    return await _carried(session, "temperature", _READY)


async def ask_seed(session: ProbeSession, _: ProbePictures) -> Finding:
    """Whether a request may set a seed."""
    return await _carried(session, "seed", _READY)


async def ask_detail(session: ProbeSession, pictures: ProbePictures) -> Finding:
    """Whether a picture may have the parameter `detail`."""
    if not session.takes_pictures:
        return Finding(name="detail", mark=FindingMark.SKIPPED, says="it takes no pictures")
    return await _carried(session, "detail", "Name the colour.", ImagePart(pictures.square("purple")))


async def _carried(session: ProbeSession, word: str, *parts: Part | str) -> Finding:
    """Whether a request may have a parameter. That it is accepted does not show that it has an effect."""
    if not getattr(session.endpoint, word):
        return Finding(name=word, mark=FindingMark.SKIPPED, says="such servers are not sent it")
    reply = await session.ask(*parts, carry={word: True})
    if is_rejected(reply):
        says = f"rejected, so requests will go without it: {quoted(reply)}"
        return Finding(name=word, mark=FindingMark.NO, says=says, changes={word: False})
    if reply.outcome is Outcome.FAILED:
        return Finding(name=word, mark=FindingMark.UNCLEAR, says=quoted(reply))
    return Finding(name=word, mark=FindingMark.YES, says="accepted")


async def ask_structured(session: ProbeSession, _: ProbePictures) -> Finding:
    """Whether the server enforces a JSON schema.

    The prompt asks for another form than the schema: only a server that enforces the schema answers in its form.
    """
    set_to = session.endpoint.structured
    if set_to is Structured.NONE:
        return Finding(name="structured", mark=FindingMark.SKIPPED, says="switched off in the settings")
    shown = [SampleMedia(text=text) for text in ("What a lovely day!", "I lost.")]
    words = render_prompt(PAPER, task=Task.MULTIMODAL, modality=Modality.TEXT, labels=_LABELS, shown=shown)
    schema = answer_schema(_LABELS, refs(2))
    said = []
    for form in sorted((Structured.JSON_SCHEMA, Structured.FLAT_SCHEMA), key=lambda one: one is not set_to):
        reply = await session.ask(*words, schema=schema, carry={"structured": form})
        if _has_form(reply):
            changes = {} if form is set_to else {"structured": form}
            return Finding(name="structured", mark=FindingMark.YES, says=f"{form} is kept", value=form, changes=changes)
        if reply.outcome is Outcome.FAILED and not is_rejected(reply):
            return Finding(name="structured", mark=FindingMark.UNCLEAR, says=quoted(reply))
        said.append(f"{form} {'rejected' if is_rejected(reply) else 'not kept'}: {quoted(reply)}")
    says = f"{'; '.join(said)}; the prompt asks for the form in words"
    return Finding(name="structured", mark=FindingMark.NO, says=says, changes={"structured": Structured.NONE})


def _has_form(reply: Reply) -> bool:
    try:
        answers = json.loads(reply.text or "")["answers"]
        return isinstance(answers, list) and all(set(entry) == {"id", "ranking"} for entry in answers)
    except (ValueError, TypeError, KeyError, RecursionError):
        return False
