"""Finds out what one endpoint can do, by a dozen small questions about drawn pictures.

Presets describe kinds of servers; one server was started with its own options and has its own model. Everything that
goes wrong is a finding, never an error.
"""

import re
from collections.abc import Callable, Sequence
from datetime import date
from typing import Final

from workbench.domain.endpoints import OfferedModel
from workbench.domain.messages import Outcome
from workbench.domain.probe_findings import Finding, FindingMark, ProbeReport
from workbench.provider.probing.probe_questions import (
    ask_answers,
    ask_detail,
    ask_faces,
    ask_order,
    ask_pictures,
    ask_seed,
    ask_several,
    ask_structured,
    ask_temperature,
)
from workbench.provider.probing.probe_session import (
    ANSWER_TOKENS,
    NO_PICTURES,
    ProbePictures,
    ProbeQuestion,
    ProbeSession,
    ProbeStopped,
    Unclear,
)

__all__ = ["ANSWER_TOKENS", "MOST_REQUESTS", "N_FINDINGS", "QUESTIONS", "ProbeSession", "probe"]

QUESTIONS: Final = (
    ProbeQuestion("answers", 2, ask_answers),
    ProbeQuestion("temperature", 1, ask_temperature),
    ProbeQuestion("seed", 1, ask_seed),
    ProbeQuestion("structured", 2, ask_structured),
    ProbeQuestion("pictures", 1, ask_pictures),
    ProbeQuestion("detail", 1, ask_detail, needs_pictures=True),
    ProbeQuestion("order", 1, ask_order, needs_pictures=True),
    ProbeQuestion("several pictures", 3, ask_several, needs_pictures=True),
    ProbeQuestion("faces", 1, ask_faces),
)
"""In the order of asking: later questions use what earlier ones found out."""
N_FINDINGS: Final = len(QUESTIONS) + 3
"""One for each question, and those of the list of models, the model's name and the limits."""
MOST_REQUESTS: Final = sum(question.most_requests for question in QUESTIONS)
"""Without requests that are sent again because the endpoint was busy."""
_LIMIT: Final = re.compile(r"(?:x-)?ratelimit-")


async def probe(
    session: ProbeSession,
    pictures: ProbePictures,
    offered: Sequence[OfferedModel],
    *,
    probed_at: str,
    on_finding: Callable[[Finding], None] = lambda _: None,
) -> ProbeReport:
    """Ask every question of the table. `on_finding` gets each finding as it comes. An endpoint's errors never raise.

    `offered` is the endpoint's own list of models; `probed_at` is the time now, as it is stored.
    """
    findings: list[Finding] = []

    def keep(finding: Finding) -> None:
        findings.append(finding)
        on_finding(finding)

    keep(_listed(offered, session.model, date.fromisoformat(probed_at[:10])))
    stopped: str | None = None
    for question in QUESTIONS:
        if stopped is not None:
            keep(Finding(question.name, FindingMark.SKIPPED, "nothing more could be asked"))
            continue
        if question.needs_pictures and not session.takes_pictures:
            keep(Finding(question.name, FindingMark.SKIPPED, NO_PICTURES))
            continue
        try:
            keep(await question.ask(session, pictures))
        except Unclear as reason:
            keep(Finding(question.name, FindingMark.UNCLEAR, str(reason)))
        except ProbeStopped as reason:
            stopped = str(reason)
            keep(Finding(question.name, FindingMark.NO, stopped))
    keep(_named(session))
    keep(_limited(session))
    return ProbeReport(
        endpoint=session.endpoint,
        model=session.model,
        probed_at=probed_at,
        findings=findings,
        replies=session.replies,
        stopped=stopped,
    )


def _listed(offered: Sequence[OfferedModel], model: str, today: date) -> Finding:
    """The list of models, and which of them will be shut down."""
    if not offered:
        return Finding("models", FindingMark.UNCLEAR, "it does not list its models")
    ending = {one.name: str(one.shuts_down_on) for one in offered if one.notice(today)}
    notice = next((one.notice(today) for one in offered if one.name == model), None)
    says = f"lists {len(offered)}"
    if ending:
        says += "; shut down or soon to be: " + ", ".join(f"{name} ({day})" for name, day in ending.items())
    warning = f"{notice}; choose another with --model" if notice else None
    return Finding("models", FindingMark.YES, says, warning=warning, value=ending)


def _named(session: ProbeSession) -> Finding:
    """The model that answered, by its own name. An alias can change to a new release in the middle of a study."""
    names = list(dict.fromkeys(reply.model for reply in session.replies if reply.model))
    if not names:
        return Finding("model", FindingMark.UNCLEAR, "answers do not say which model they are from")
    if names == [session.model]:
        return Finding("model", FindingMark.YES, f"answers are from {session.model}", value=names)
    says = f"asked for {session.model}, answered by {', '.join(names)}"
    is_alias = all(name.casefold().startswith(session.model.casefold()) for name in names)
    warning = None if is_alias else f"{says}: figures would be those of another model than the one asked for"
    return Finding("model", FindingMark.NO, says, warning=warning, value=names)


def _limited(session: ProbeSession) -> Finding:
    """What the endpoint reports about its limits."""
    reported: dict[str, str] = {}
    for reply in session.replies:
        reported |= {_LIMIT.sub("", name): value for name, value in reply.headers.items() if _LIMIT.match(name)}
    if reported:
        says = ", ".join(f"{name} {value}" for name, value in reported.items())
        return Finding("limits", FindingMark.YES, says, value=reported)
    busy = any(reply.outcome is Outcome.FAILED and reply.status_code == 429 for reply in session.replies)
    says = "not reported, but there are some" if busy else "not reported"
    return Finding("limits", FindingMark.NO, f"{says}; set --rpm where you know them")
