"""A server on loopback that answers what it is told to answer, well-formed or not, and remembers who asked."""

import json
import socket
import struct
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from workbench.domain.endpoints import Endpoint

JSON = {"Content-Type": "application/json"}
HTML = {"Content-Type": "text/html"}


@dataclass(frozen=True)
class Answer:
    """What the server says to one request."""

    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    reset_after: int | None = None
    """Reset the connection after so many bytes of the body."""
    drips: bool = False
    """Send one byte now and then, and never come to an end."""


@dataclass(frozen=True)
class Asked:
    """One request as it arrived."""

    method: str
    path: str
    headers: Mapping[str, str]
    """By lower-case name."""
    body: Any


def as_json(value: object, status: int = 200, **headers: str) -> Answer:
    """An answer in JSON; `retry_after="1"` is the header `retry-after`."""
    named = {name.replace("_", "-"): text for name, text in headers.items()}
    return Answer(status, JSON | named, json.dumps(value).encode())


def completion(content: object = "ok", *, finish_reason: str = "stop", **changed: Any) -> dict[str, Any]:
    """A chat completion as a server would send it; `message` adds fields to the message."""
    message = {"role": "assistant", "content": content} | changed.pop("message", {})
    return {
        "id": "chatcmpl-1",
        "object": "chat.completion",
        "created": 1,
        "model": "served-model",
        "choices": [{"index": 0, "message": message, "finish_reason": finish_reason}],
        "usage": {"prompt_tokens": 11, "completion_tokens": 7, "total_tokens": 18},
    } | changed


def refused(status: int, code: str | None = None, message: str = "no", **headers: str) -> Answer:
    """An error in OpenAI's form."""
    return as_json(
        {"error": {"message": message, "type": "some_error", "param": None, "code": code}}, status, **headers
    )


Scripted = Answer | Callable[[Asked], Answer]
"""An answer, or what makes one from the request."""


class ScriptedServer(ThreadingHTTPServer):
    """Gives the answers in their order, the last one for ever."""

    daemon_threads = True
    block_on_close = False

    def __init__(self, *answers: Scripted) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.answers = list(answers)
        self.asked: list[Asked] = []
        self.was_asked = threading.Event()
        self.closing = threading.Event()

    @property
    def base_url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}/v1"

    @property
    def endpoint(self) -> Endpoint:
        return Endpoint(name="scripted", base_url=self.base_url, key_variables=("SCRIPTED_KEY",))

    def handle_error(self, *_: object) -> None:
        """A client that went away is no news."""


class _Handler(BaseHTTPRequestHandler):
    server: ScriptedServer

    def do_POST(self) -> None:
        length = int(self.headers.get("content-length", 0))
        self._answer(json.loads(self.rfile.read(length)) if length else None)

    def do_GET(self) -> None:
        self._answer(None)

    def _answer(self, body: object) -> None:
        headers = {name.lower(): value for name, value in self.headers.items()}
        asked = Asked(self.command, self.path, headers, body)
        self.server.asked.append(asked)
        self.server.was_asked.set()
        answers = self.server.answers
        scripted = answers.pop(0) if len(answers) > 1 else answers[0]
        answer = scripted if isinstance(scripted, Answer) else scripted(asked)
        self.send_response(answer.status)
        for name, value in answer.headers.items():
            self.send_header(name, value)
        if "Transfer-Encoding" not in answer.headers:
            self.send_header("Content-Length", "1000000" if answer.drips else str(len(answer.body)))
        self.end_headers()
        self.wfile.write(answer.body[: answer.reset_after])
        while answer.drips and not self.server.closing.wait(0.02):
            self.wfile.write(b" ")
        if answer.reset_after is not None:
            self.wfile.flush()
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self.connection.close()

    def log_message(self, *_: object) -> None:
        """Tests read `asked`."""


@contextmanager
def serving(*answers: Scripted) -> Iterator[ScriptedServer]:
    """A server with these answers, stopped at the end of the block."""
    server = ScriptedServer(*answers)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.closing.set()
        server.shutdown()
        server.server_close()
        thread.join()


@pytest.fixture
def serve() -> Iterator[Callable[..., ScriptedServer]]:
    """Start a server with these answers; all are stopped after the test."""
    with ExitStack() as started:
        yield lambda *answers: started.enter_context(serving(*answers))


Serve = Callable[..., ScriptedServer]
"""The type of fixture `serve`, for signatures."""
