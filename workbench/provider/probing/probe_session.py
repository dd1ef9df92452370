"""The session of a probe: minimal requests to one endpoint, and what was learned so far.

Every parameter that a server may reject (`seed`, `temperature`, `detail`, a schema) is left out unless the question is
about it, so that one rejection does not spoil the other questions.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Any, Final, Protocol

from workbench.domain.datasets.samples import Frame
from workbench.domain.endpoints import Endpoint
from workbench.domain.messages import Fault, Outcome, Part, Reply, Request, TextPart
from workbench.domain.probe_findings import Finding
from workbench.provider.request_body import chat_body

NO_PICTURES: Final = "it takes no pictures"
ANSWER_TOKENS: Final = 1_000
"""Models that reason spend hundreds before the first word of an answer."""
_QUOTED_CHARS: Final = 160
_TRY_AGAIN: Final = frozenset({429, 500, 502, 503, 504, 529})
"""Busy, broken, or still loading its model: tried once more after a wait."""
_NO_SUCH_THING: Final = 404
"""Usually for an unknown model; routers also use it where none of their models takes pictures."""
_WAIT_S: Final = 5.0
_LONGEST_WAIT_S: Final = 60.0
_NOTHING: Final[Mapping[str, Any]] = MappingProxyType({})

Send = Callable[[bytes], Awaitable[Reply]]
"""Send the body of a chat completion once; `EndpointClient.send_body` is one."""


class Unclear(Exception):  # nothing broke here
    """A request got neither an answer nor a rejection; the message quotes the reply."""


class ProbeStopped(Exception):
    """Nothing more can be asked; the message says why. Ends the probe."""


@dataclass(slots=True)
class ProbeSession:
    """A probe of one model. What was learned so far decides how the next question is asked."""

    endpoint: Endpoint
    """As in the settings."""
    model: str
    send: Send
    sleep: Callable[[float], Awaitable[None]]
    pace_s: float = 0.0
    """Seconds between two requests, where their number is limited."""
    token_field: str = ""
    """The name of the token limit that works; empty: the one in the settings."""
    wanted_images: int = 20
    """The most pictures in one request that any data set sends."""
    takes_pictures: bool = True
    most_images: int = 0
    """The most pictures in one request that were accepted."""
    has_seen: bool = False
    """Whether an answer has shown that the model saw something."""
    replies: list[Reply] = field(default_factory=list)

    async def ask(
        self, *parts: Part | str, schema: Mapping[str, Any] | None = None, carry: Mapping[str, Any] = _NOTHING
    ) -> Reply:
        """Ask the model; `carry` sets fields of `Endpoint` for this one request.

        Raises ProbeStopped where no request can succeed (key, quota, model).
        """
        plain: dict[str, Any] = {"seed": False, "temperature": False, "detail": False}
        plain["token_field"] = self.token_field or self.endpoint.token_field
        request = Request(
            model=self.model,
            parts=tuple(TextPart(part) if isinstance(part, str) else part for part in parts),
            answer_schema=schema,
            detail="low",
            temperature=0.0,
            max_tokens=ANSWER_TOKENS,
            seed=1,
        )
        body = chat_body(request, replace(self.endpoint, **(plain | dict(carry))))
        reply = await self._sent(body)
        if reply.fault is not None and reply.status_code in _TRY_AGAIN:
            await self.sleep(min(reply.retry_after_s or _WAIT_S, _LONGEST_WAIT_S))
            reply = await self._sent(body)
        if (
            reply.fault is Fault.STOP
            and not reply.option
            and not (self._has_answered() and reply.status_code == _NO_SUCH_THING)
        ):
            raise ProbeStopped(reply.error or f"status {reply.status_code}")
        return reply

    async def ask_clearly(
        self, *parts: Part | str, schema: Mapping[str, Any] | None = None, carry: Mapping[str, Any] = _NOTHING
    ) -> Reply:
        """As `ask`, for an answer or a rejection. Raises Unclear for any other reply."""
        reply = await self.ask(*parts, schema=schema, carry=carry)
        if reply.outcome is Outcome.FAILED and not is_rejected(reply):
            raise Unclear(quoted(reply))
        return reply

    def _has_answered(self) -> bool:
        return any(reply.outcome is not Outcome.FAILED for reply in self.replies)

    async def _sent(self, body: bytes) -> Reply:
        if self.replies and self.pace_s:
            await self.sleep(self.pace_s)
        reply = await self.send(body)
        self.replies.append(reply)
        return reply


class ProbePictures(Protocol):
    """Drawn pictures to ask about."""

    def square(self, colour: str) -> Frame:
        """A picture of one colour."""
        ...

    def face(self, emotion: str) -> Frame:
        """A drawn face, `happy` or `sad`."""
        ...


@dataclass(frozen=True, slots=True)
class ProbeQuestion:
    """One question of a probe."""

    name: str
    most_requests: int
    ask: Callable[[ProbeSession, ProbePictures], Awaitable[Finding]]
    needs_pictures: bool = False
    """Skipped where the endpoint takes no pictures."""


def is_rejected(reply: Reply) -> bool:
    """Whether the server seems to reject this very request.

    Some local servers answer 500 to what they cannot do. A request without any answer was not rejected.
    """
    return reply.fault in (Fault.BAD_REQUEST, Fault.TOO_LARGE) or (
        reply.outcome is Outcome.FAILED and bool(reply.option or reply.status_code in (_NO_SUCH_THING, 500, 501))
    )


def quoted(reply: Reply) -> str:
    """The answer or the error as a quotation in one short line. It may hold control characters."""
    said = reply.error if reply.outcome is Outcome.FAILED else reply.refusal or reply.text
    if not said or not said.strip():
        return f"nothing ({reply.finish_reason or reply.outcome})"
    words = " ".join(said.split())
    cut = words if len(words) <= _QUOTED_CHARS else words[: _QUOTED_CHARS - 1] + "…"
    return f"“{cut}”"
