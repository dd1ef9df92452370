"""An endpoint on loopback that knows which samples it was asked about, and keeps count of what it gave away.

What it says is a function of what it was asked, so that a run meets the same trouble however often it is killed.
"""

import asyncio
import json
import socket
import threading
from collections import Counter
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Final, Self, TypeVar

from tests.waiting import PATIENCE_S
from workbench.domain.endpoints import Endpoint
from workbench.embedded.chat_requests import read_question

T = TypeVar("T")

MODEL: Final = "scripted"
_JSON: Final = {"content-type": "application/json"}


@dataclass(frozen=True)
class Asked:
    """One request as it arrived."""

    number: int
    """Of all, from 1."""
    names: tuple[str, ...]
    """The samples asked about, known by their pictures."""
    refs: tuple[str, ...]
    """What the request calls them."""
    labels: tuple[str, ...]
    nth: int
    """How often exactly these samples have been asked about, from 1."""
    key: str
    """The key that it came with."""
    options: frozenset[str] = frozenset()
    """The words of its body, and of its pictures."""


@dataclass(frozen=True)
class Said:
    """What goes back."""

    status: int = 200
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=lambda: _JSON)
    cut_after: int | None = None
    """The connection is dropped after so many bytes of the body."""
    drips: bool = False
    """A byte now and then, and never an end."""

    @property
    def is_answer(self) -> bool:
        """Whether somebody pays for it and gets it."""
        return self.status == 200 and self.cut_after is None and not self.drips


Say = Callable[[Asked], Said]
_MODELS: Final = Said(body=json.dumps({"object": "list", "data": [{"id": MODEL, "object": "model"}]}).encode())


def ranking(name: str, labels: tuple[str, ...]) -> list[str]:
    """The answer about a sample: always the same."""
    start = sum(name.encode()) % len(labels)
    return [*labels[start:], *labels[:start]]


def answer(asked: Asked, *, leave_out: int | None = None, blanks: int = 0) -> Said:
    """About every sample, but for the one at a place that is left out; so many blanks behind it."""
    answers = [
        {"id": ref, "ranking": ranking(name, asked.labels)}
        for place, (ref, name) in enumerate(zip(asked.refs, asked.names, strict=True))
        if place != leave_out
    ]
    return completion(json.dumps({"answers": answers}) + " " * blanks)


def completion(content: str | None, *, refusal: str | None = None) -> Said:
    """A chat completion with this content."""
    message = {"role": "assistant", "content": content, "refusal": refusal}
    return Said(
        body=json.dumps(
            {
                "object": "chat.completion",
                "model": MODEL,
                "choices": [{"index": 0, "message": message, "finish_reason": "stop"}],
                "usage": {"prompt_tokens": 100, "completion_tokens": 20, "total_tokens": 120},
            }
        ).encode()
    )


def error(
    status: int, message: str = "no", *, code: str | None = None, param: str | None = None, **headers: str
) -> Said:
    """An error in OpenAI's form; `retry_after="1"` is the header `retry-after`."""
    named = {name.replace("_", "-"): text for name, text in headers.items()}
    body = json.dumps({"error": {"message": message, "type": "x", "code": code, "param": param}}).encode()
    return Said(status, body, {**_JSON, **named})


def at_request(number: int, then: Callable[[], object]) -> Say:
    """To answer all, and let something happen at the n-th request."""

    def say(asked: Asked) -> Said:
        if asked.number == number:
            then()
        return answer(asked)

    return say


class CountingEndpoint:
    """Serves from a thread of its own. Use it as a context manager."""

    def __init__(self, pictures: Mapping[bytes, str], say: Say = answer, *, latency_s: float = 0.0) -> None:
        self._pictures = pictures
        self._say = say
        self._latency_s = latency_s
        self._loop = asyncio.new_event_loop()
        self._changed = threading.Condition()
        self._open = asyncio.Event()
        self._connections = 0
        self._nth: Counter[tuple[str, ...]] = Counter()
        self.asked: list[Asked] = []
        self.answered: dict[str, tuple[str, ...]] = {}
        """By request id, the samples of every answer that was given away, whether anybody was there to take it."""
        self.failures: list[Exception] = []
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        self._server = self._do(asyncio.start_server(self._serve, "127.0.0.1", 0, backlog=512))
        self.base_url = f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}/v1"
        self.release()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._do(self._end())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(PATIENCE_S)
        self._loop.close()
        if self.failures:
            raise self.failures[0]

    def endpoint(self, name: str = "counting") -> Endpoint:
        """How a client finds it."""
        return Endpoint(name=name, base_url=self.base_url)

    def begin(self, say: Say) -> None:
        """Forget everything and say something else from now on."""
        with self._changed:
            self._say = say
            self._nth.clear()
            self.asked.clear()
            self.answered.clear()

    def hold(self) -> None:
        """Answer nothing until `release`."""
        self._loop.call_soon_threadsafe(self._open.clear)

    def release(self) -> None:
        """Answer what was held."""
        self._loop.call_soon_threadsafe(self._open.set)

    def wait_for(self, asked: int) -> None:
        """Until so many requests have arrived."""
        with self._changed:
            assert self._changed.wait_for(lambda: len(self.asked) >= asked, PATIENCE_S), f"{len(self.asked)} came"

    def wait_until_alone(self) -> None:
        """Until every client has gone: all that they sent has arrived then."""
        with socket.create_connection(self._server.sockets[0].getsockname(), PATIENCE_S) as last:
            last.sendall(b"GET /v1/models HTTP/1.1\r\n\r\n")  # accepted after all that connected before it
            assert last.recv(4096)
        with self._changed:
            assert self._changed.wait_for(lambda: self._connections == 0, PATIENCE_S)

    def _do(self, work: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(PATIENCE_S)

    async def _end(self) -> None:
        self._server.close()
        others = asyncio.all_tasks() - {asyncio.current_task()}
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._count_connections(1)
        try:
            while await self._exchange(reader, writer):
                pass
        except (asyncio.IncompleteReadError, asyncio.CancelledError, ConnectionError):
            pass  # the client has gone, as it may, or the endpoint goes
        except Exception as error:  # noqa: BLE001  (a test's own mistake: it hears of it at the end)
            self.failures.append(error)
        finally:
            writer.transport.abort()
            self._count_connections(-1)

    async def _exchange(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        """One request and what it gets; False when the connection is at its end."""
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
        fields = {name.lower(): text for name, _, text in (line.partition(": ") for line in head.splitlines()[1:])}
        body = await reader.readexactly(int(fields.get("content-length", 0)))
        if head.startswith("GET"):
            writer.write(_http(_MODELS, "none"))
            return True
        asked, said = self._decide(body, fields.get("authorization", "").removeprefix("Bearer "))
        await asyncio.sleep(self._latency_s)
        await self._open.wait()
        writer.write(_http(said, request_id(asked)))
        while said.drips:
            await writer.drain()
            await asyncio.sleep(0.02)
            writer.write(b" ")
        await writer.drain()
        return said.cut_after is None

    def _decide(self, body: bytes, key: str) -> tuple[Asked, Said]:
        """From here on it is paid for."""
        question = read_question(json.loads(body)["messages"])
        names = tuple(self._pictures[sample.images[0]] for sample in question.samples)
        refs = tuple(sample.id or "" for sample in question.samples)
        with self._changed:
            self._nth[names] += 1
            asked = Asked(len(self.asked) + 1, names, refs, question.labels, self._nth[names], key, _options(body))
            said = self._say(asked)
            self.asked.append(asked)
            if said.is_answer:
                self.answered[request_id(asked)] = names
            self._changed.notify_all()
        return asked, said

    def _count_connections(self, more: int) -> None:
        with self._changed:
            self._connections += more
            self._changed.notify_all()


def _options(body: bytes) -> frozenset[str]:
    asked = json.loads(body)
    content = asked["messages"][0]["content"]
    pictures = [part["image_url"] for part in content if part["type"] == "image_url"]
    return frozenset(asked) | {word for picture in pictures for word in picture}


def request_id(asked: Asked) -> str:
    """As it stands in the header of the reply."""
    return f"req_{asked.number}"


def _http(said: Said, request_id: str) -> bytes:
    n_bytes = 1_000_000 if said.drips else len(said.body)
    fields = {**said.headers, "content-length": str(n_bytes), "x-request-id": request_id}
    head = f"HTTP/1.1 {said.status} X\r\n" + "".join(f"{name}: {text}\r\n" for name, text in fields.items())
    return head.encode() + b"\r\n" + said.body[: said.cut_after]
