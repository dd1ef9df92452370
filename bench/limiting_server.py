"""An endpoint that enforces limits and counts: `python -m bench.limiting_server --kind bucket --per-minute 1200`.

Speaks chat completions on loopback, answers after a fixed latency, prints its port. It shares the machine with the
client that is measured, so it does as little as it can: one thread, no library, no look into a body but for its
fingerprint, the count of samples and the labels.

`GET /stats` is what it counted, as JSON. `GET /reset` starts its limits and counts anew; what follows a `?` are the
flags of the command, `/reset?kind=sliding&per-minute=300&charge-rejected`.
"""

import argparse
import asyncio
import json
import resource
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from hashlib import blake2b
from typing import Final, cast
from urllib.parse import parse_qsl

from bench.limiter_shapes import Kind, Limits, Shape, limits_of
from bench.server_answers import (
    MODEL,
    completion,
    error,
    http_reply,
    limit_headers,
    prompt_tokens,
    rejection,
    retry_headers,
)
from bench.server_counts import Counts

HOST: Final = "127.0.0.1"
_WAITING_CONNECTIONS: Final = 4096
_READ_BYTES: Final = 256 * 1024
_MODELS: Final = json.dumps(
    {"object": "list", "data": [{"id": MODEL, "object": "model", "created": 1, "owned_by": "bench"}]}
).encode()


class Told(StrEnum):
    """What an answer's headers say of the limits."""

    NOW = "now"
    """How they stand when the answer leaves."""
    ARRIVAL = "arrival"
    """How they stood when the request came: stale by the latency."""
    NOTHING = "nothing"
    """Not a word, also none of when to come back."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Manner:
    """How the server behaves."""

    shape: Shape
    latency_s: float
    told: Told
    per_key: bool
    """Whether each API key has limits of its own."""


class Served:
    """The limits and counts since the last reset."""

    def __init__(self, manner: Manner, clock: Callable[[], float]) -> None:
        self.manner = manner
        self.counts = Counts(clock)
        self._clock = clock
        self._limits: dict[bytes, Limits] = {}

    def limits(self, head: bytes) -> Limits:
        """Those of the key in a request's head."""
        key = _field(head, b"authorization") if self.manner.per_key else b""
        if key not in self._limits:
            self._limits[key] = limits_of(self.manner.shape, self._clock)
        return self._limits[key]


class Connection(asyncio.BufferedProtocol):
    """One client's connection, kept alive; one request at a time."""

    _incoming = memoryview(bytearray(_READ_BYTES))
    """Shared by all connections: what is read is copied out before the loop reads the next."""

    def __init__(self, server: "Server") -> None:
        self._server = server
        self._received = bytearray()
        self._wanted = 0
        """Bytes of head and body of the request that is arriving; 0 while the head is incomplete."""
        self._head = b""
        self._transport: asyncio.WriteTransport

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin."""
        self._transport = cast("asyncio.WriteTransport", transport)

    def get_buffer(self, sizehint: int) -> memoryview:  # noqa: ARG002 (asyncio's signature)
        """Where the loop puts what arrives."""
        return self._incoming

    def buffer_updated(self, nbytes: int) -> None:
        """Take what arrived; serve every request that is complete."""
        self._received += self._incoming[:nbytes]
        while self._is_complete():
            body = bytes(memoryview(self._received)[len(self._head) : self._wanted])
            del self._received[: self._wanted]
            self._wanted = 0
            self._server.serve(self._head, body, self._transport)

    def _is_complete(self) -> bool:
        if not self._wanted:
            end = self._received.find(b"\r\n\r\n")
            if end < 0:
                return False
            self._head = bytes(self._received[: end + 4])
            self._wanted = len(self._head) + int(_field(self._head, b"content-length") or 0)
        return len(self._received) >= self._wanted


class Server:
    """Answers requests; everything happens in the loop's thread."""

    def __init__(self, manner: Manner, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._served = Served(manner, clock)

    async def listen(self, port: int = 0) -> asyncio.Server:
        """Accept connections; 0 is any free port."""
        loop = asyncio.get_running_loop()
        return await loop.create_server(lambda: Connection(self), HOST, port, backlog=_WAITING_CONNECTIONS)

    def serve(self, head: bytes, body: bytes, transport: asyncio.WriteTransport) -> None:
        """Answer one complete request, now or after the latency."""
        method, path, _ = head.split(b" ", 2)
        if (method, path) == (b"POST", b"/v1/chat/completions"):
            self._complete(head, body, transport)
        elif path == b"/v1/models":
            transport.write(http_reply(200, _MODELS))
        elif path == b"/stats":
            transport.write(http_reply(200, json.dumps(self._served.counts.as_json()).encode()))
        elif path.startswith(b"/reset"):
            transport.write(self._reset(path.partition(b"?")[2].decode()))
        else:
            transport.write(http_reply(404, error("unknown path", "unknown_url")))

    def _reset(self, query: str) -> bytes:
        pairs = parse_qsl(query, keep_blank_values=True)
        words = [f"--{name}={value}" if value else f"--{name}" for name, value in pairs]
        try:
            self._served = Served(manner_of(words) if words else self._served.manner, self._clock)
        except SystemExit:
            return http_reply(400, error("these are no flags of the server", "unknown_flag"))
        return http_reply(200, b"{}")

    def _complete(self, head: bytes, body: bytes, transport: asyncio.WriteTransport) -> None:
        if not _field(head, b"content-length"):
            transport.write(http_reply(411, error("a request needs a content-length", "no_length")))
            transport.close()
            return
        counts, limits, told = self._served.counts, self._served.limits(head), self._served.manner.told
        samples = body.count(b"Sample s")  # as prompt `named` introduces them; no base64 has a blank
        counts.arrived(len(body))
        wait_s = limits.admit(prompt_tokens(samples))
        said = limit_headers(limits) if told is not Told.NOTHING else ""
        if wait_s:
            counts.rejected()
            said += retry_headers(wait_s) if told is not Told.NOTHING else ""
            transport.write(http_reply(429, rejection(wait_s), said))
            return
        counts.admitted(blake2b(body, digest_size=16).digest())
        content = completion(samples, _labels(body))

        def answer() -> None:
            counts.answered(heard=not transport.is_closing())
            transport.write(http_reply(200, content, limit_headers(limits) if told is Told.NOW else said))

        asyncio.get_running_loop().call_later(self._served.manner.latency_s, answer)


def _field(head: bytes, name: bytes) -> bytes:
    """A header's value; empty where it is missing."""
    lines = head.lower()
    start = lines.find(b"\r\n" + name + b":")
    if start < 0:
        return b""
    start += len(name) + 3
    return head[start : lines.index(b"\r\n", start)].strip()


def _labels(body: bytes) -> tuple[str, ...]:
    start = body.find(b"Categories: [")
    if start < 0:
        return ("neutral",)
    start += len(b"Categories: [")
    return _split(body[start : body.index(b"]", start)])


@lru_cache
def _split(labels: bytes) -> tuple[str, ...]:
    return tuple(labels.decode().split(", "))


def manner_of(words: Sequence[str]) -> Manner:
    """Read flags. Raises SystemExit for those that are none."""
    return _read(words)[0]


def _read(words: Sequence[str] | None) -> tuple[Manner, int]:
    parser = argparse.ArgumentParser(prog="limiting_server")
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--kind", type=Kind, default=Kind.NONE, choices=list(Kind))
    parser.add_argument("--per-minute", type=int, default=1200)
    parser.add_argument("--capacity", type=int, help="of a bucket; default: a minute's worth")
    parser.add_argument("--tokens-per-minute", type=int)
    parser.add_argument("--charge-rejected", action="store_true")
    parser.add_argument("--latency-s", type=float, default=0.2)
    parser.add_argument("--per-key", action="store_true", help="each API key has limits of its own")
    parser.add_argument("--told", type=Told, default=Told.NOW, choices=list(Told), help="by headers, of the limits")
    parser.add_argument("--no-headers", dest="told", action="store_const", const=Told.NOTHING)
    given = parser.parse_args(words)
    shape = Shape(
        kind=given.kind,
        per_minute=given.per_minute,
        capacity=given.capacity,
        tokens_per_minute=given.tokens_per_minute,
        charge_rejected=given.charge_rejected,
    )
    manner = Manner(shape=shape, latency_s=given.latency_s, told=given.told, per_key=given.per_key)
    return manner, given.port


async def _serve(manner: Manner, port: int) -> None:
    listening = await Server(manner).listen(port)
    print(listening.sockets[0].getsockname()[1], flush=True)
    await listening.serve_forever()


def main() -> None:
    """Listen, print the port, serve until killed."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    manner, port = _read(None)
    asyncio.run(_serve(manner, port))


if __name__ == "__main__":
    main()
