"""The embedded endpoint as an HTTP/1.1 server on loopback only."""

import errno
import socket
import socketserver
import sys
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Final, Self
from urllib.parse import unquote
from uuid import uuid4

from workbench.embedded.chat_endpoint import ChatEndpoint, Served
from workbench.embedded.fault_injection import FaultRates
from workbench.embedded.openai_replies import HttpReply, RequestError, error_reply
from workbench.errors import EndpointError

HOST: Final = "127.0.0.1"
BODY_LIMIT_BYTES: Final = 64 * 1024 * 1024
_DISCARD_LIMIT_BYTES: Final = 4 * BODY_LIMIT_BYTES
_CHUNK_BYTES: Final = 1024 * 1024

__all__ = ["BODY_LIMIT_BYTES", "HOST", "EndpointServer", "Served"]


class EndpointServer:
    """The embedded endpoint, served from a thread (`start`) or from the caller's (`serve_forever`)."""

    def __init__(
        self, *, port: int = 0, faults: FaultRates | None = None, observer: Callable[[Served], None] | None = None
    ) -> None:
        self._lock = threading.Lock()
        self._is_serving = False
        self._stopping = threading.Event()
        # Waiting on the event instead of sleeping lets `stop` end a slow reply at once.
        endpoint = ChatEndpoint(faults or FaultRates(), observer, pause=self._stopping.wait)
        try:
            self._server = _LoopbackServer(port, endpoint)
        except OSError as error:
            raise EndpointError(_bind_message(port, error)) from error
        self._thread: threading.Thread | None = None
        self.base_url = f"http://{HOST}:{self._server.server_address[1]}/v1"

    def start(self) -> None:
        """Serve from a daemon thread."""
        if self._begin():
            self._thread = threading.Thread(target=self._serve, name="embedded endpoint", daemon=True)
            self._thread.start()

    def serve_forever(self) -> None:
        """Serve until `stop` is called from another thread, or the caller is interrupted."""
        if self._begin():
            self._serve()

    def stop(self) -> None:
        """Close the port and every open connection. Stopping again does nothing."""
        with self._lock:
            if self._stopping.is_set():
                return
            self._stopping.set()
        if self._is_serving:
            self._server.shutdown()
        if self._thread is not None:
            self._thread.join()
        self._server.close_all()

    def _begin(self) -> bool:
        """Whether serving may begin: once, and not after `stop`, also when called from several threads."""
        with self._lock:
            begins = not (self._is_serving or self._stopping.is_set())
            self._is_serving = self._is_serving or begins
        return begins

    def _serve(self) -> None:
        self._server.serve_forever(poll_interval=0.05)

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()


def _bind_message(port: int, error: OSError) -> str:
    if error.errno == errno.EADDRINUSE:
        return f"port {port} on {HOST} is taken by another program; choose another port, or 0 for any free one"
    return f"cannot listen on {HOST}, port {port}: {error.strerror or error}; choose another port"


class _LoopbackServer(ThreadingHTTPServer):
    """A threading server that keeps its open connections, so that it can close them."""

    daemon_threads = True
    request_queue_size = 128
    """Connections that may wait to be accepted; the default of 5 refuses a burst of clients."""
    block_on_close = False

    def __init__(self, port: int, endpoint: ChatEndpoint) -> None:
        self.endpoint = endpoint
        self._connections: set[socket.socket] = set()
        self._lock = threading.Lock()
        try:
            super().__init__((HOST, port), _Handler)
        except OverflowError as error:
            raise OSError(errno.EINVAL, "a port is a number from 0 to 65535") from error

    def server_bind(self) -> None:
        """Bind without HTTPServer's look-up of the host's name, which can take seconds."""
        socketserver.TCPServer.server_bind(self)
        self.server_name, self.server_port = HOST, self.server_address[1]

    def process_request(self, request: Any, client_address: Any) -> None:
        """Remember the connection, then serve it in its thread."""
        with self._lock:
            self._connections.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        """Forget and close a connection."""
        with self._lock:
            self._connections.discard(request)
        super().shutdown_request(request)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Ignore clients that disconnect in the middle; report everything else."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)

    def close_all(self) -> None:
        """Close the port, and wake every thread that waits on a connection."""
        self.server_close()
        with self._lock:
            connections = list(self._connections)
        for connection in connections:
            try:
                connection.shutdown(socket.SHUT_RDWR)
            except OSError:
                continue


class _Handler(BaseHTTPRequestHandler):
    """Reads a request, hands it to the endpoint, writes the reply."""

    server: _LoopbackServer
    protocol_version = "HTTP/1.1"
    server_version = "emowb"
    disable_nagle_algorithm = True
    wbufsize = -1

    def do_GET(self) -> None:
        """The list of models and its one entry; everything else is unknown."""
        if self.path == "/v1/models":
            reply = self.server.endpoint.models()
        elif self.path.startswith("/v1/models/"):
            reply = self.server.endpoint.model(unquote(self.path.removeprefix("/v1/models/")))
        else:
            reply = _unknown(self.path)
        self._send(reply)

    def do_POST(self) -> None:
        """A chat request; everything else is unknown."""
        try:
            body = self._body()
        except RequestError as error:
            self.close_connection = True
            self._send(error_reply(error))
            return
        known = self.path == "/v1/chat/completions"
        self._send(self.server.endpoint.complete(body) if known else _unknown(self.path))

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the name is BaseHTTPRequestHandler's
        """Write nothing: the terminal belongs to the workbench."""

    def _body(self) -> bytes:
        length = self.headers.get("content-length", "")
        if not length.isdecimal():
            raise RequestError(411, "a request needs a content-length")
        if int(length) > BODY_LIMIT_BYTES:
            self._discard(int(length))
            raise RequestError(413, f"the body of {length} bytes is larger than {BODY_LIMIT_BYTES} bytes")
        return self.rfile.read(int(length))

    def _discard(self, length: int) -> None:
        """Read on, so that a client that sends before it reads gets to see the reply."""
        left = min(length, _DISCARD_LIMIT_BYTES)
        while left > 0 and (chunk := self.rfile.read(min(left, _CHUNK_BYTES))):
            left -= len(chunk)

    def _send(self, reply: HttpReply) -> None:
        self.send_response(reply.status)
        headers = {"content-type": "application/json", "x-request-id": f"req_{uuid4().hex}", **reply.headers}
        for name, text in headers.items():
            self.send_header(name, text)
        self.send_header("content-length", str(len(reply.body)))
        if self.close_connection:
            self.send_header("connection", "close")
        self.end_headers()
        if reply.is_dropped:
            self.wfile.write(reply.body[: len(reply.body) // 2])
            self.close_connection = True
        else:
            self.wfile.write(reply.body)


def _unknown(path: str) -> HttpReply:
    message = f"Unknown path {path}: this endpoint has GET /v1/models and POST /v1/chat/completions."
    return error_reply(RequestError(404, message, "unknown_url"))
