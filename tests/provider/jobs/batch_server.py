"""A Batch API on loopback: takes files, makes jobs of them, shuffles, expires and fails lines, and keeps account."""

import base64
import json
import random
import re
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from workbench.domain.endpoints import Endpoint

MODEL = "served-model"


@dataclass(frozen=True)
class Asked:
    """One line of a job's file."""

    custom_id: str
    body: dict[str, Any]

    @property
    def words(self) -> str:
        return "\n".join(part["text"] for part in self.body["messages"][0]["content"] if part["type"] == "text")

    @property
    def refs(self) -> list[str]:
        """The ids of its samples, by prompt `named`."""
        return re.findall(r"Sample (s\d+):", self.words)

    @property
    def labels(self) -> list[str]:
        found = re.search(r"Categories: \[(.*?)\]", self.words)
        return found[1].split(", ") if found else []

    @property
    def pictures(self) -> list[bytes]:
        urls = [part["image_url"]["url"] for part in self.body["messages"][0]["content"] if part["type"] == "image_url"]
        return [base64.b64decode(url.partition(",")[2]) for url in urls]


@dataclass(frozen=True)
class Said:
    """What becomes of one line."""

    text: str | None = None
    """The model's answer."""
    status: int = 200
    error: dict[str, Any] | None = None
    """With a status of its own: an error in the body, in the error file. Without: nobody looked at the request."""
    is_missing: bool = False
    """No file says anything of it."""


def answered(asked: Asked, label: str | None = None) -> Said:
    """A whole answer to prompt `named`, best label first."""
    labels = asked.labels
    best = label or labels[0]
    ranking = [best, *(one for one in labels if one != best)]
    return Said(json.dumps({"answers": [{"id": ref, "ranking": ranking} for ref in asked.refs]}))


EXPIRED = Said(error={"code": "batch_expired", "message": "This request could not be executed before it expired."})
MISSING = Said(is_missing=True)
BROKEN = Said(status=500, error={"code": "server_error", "message": "it broke", "type": "server_error"})
REJECTED = Said(status=400, error={"code": "invalid_value", "message": "not so", "type": "invalid_request_error"})
REFUSED = Said("I'm sorry, but I can't assist with that request.")


@dataclass
class End:
    """How a job ends."""

    status: str = "completed"
    errors: list[dict[str, Any]] = field(default_factory=list)


class BatchServer(ThreadingHTTPServer):
    """Answers the lines of jobs as `say` says."""

    daemon_threads = True
    block_on_close = False

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.say: Callable[[Asked], Said] = answered
        self.end: Callable[[int], End] = lambda _nth: End()
        """Of the n-th job, from 0."""
        self.looks_needed = 1
        """So often a job is looked at before it has ended."""
        self.files: dict[str, bytes] = {}
        self.jobs: dict[str, dict[str, Any]] = {}
        self.requests: list[str] = []
        self.bought: Counter[str] = Counter()
        """Lines that were answered and have to be paid for, by custom_id."""
        self.deleted: list[str] = []
        self.names: dict[str, str] = {}
        """Of uploads, by id."""
        self.keys: set[str] = set()
        self.organizations: set[str | None] = set()
        self.trouble: Callable[[str], tuple[int, Any] | str | None] = lambda _request: None
        """For a request like `POST /v1/batches`: a status and body instead; or `lost`: done, and the answer lost; or
        `cut`: half of the answer."""
        self.was_looked_at = threading.Event()
        self._lock = threading.Lock()
        self._looks: Counter[str] = Counter()
        self._n_files = 0

    @property
    def base_url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}/v1"

    @property
    def endpoint(self) -> Endpoint:
        return Endpoint(name="batches", base_url=self.base_url, key_variables=("BATCHES_KEY",), batch_api=True)

    def handle_error(self, *_: object) -> None:
        """A client that went away is no news."""

    def lines(self, job_id: str) -> list[dict[str, Any]]:
        """The requests of a job."""
        return [json.loads(line) for line in self.files[self.jobs[job_id]["input_file_id"]].splitlines()]

    # ── what it does ─────────────────────────────────────────────────────────────────────────────────────────────

    def keep(self, content: bytes, name: str = "") -> str:
        self._n_files += 1
        file_id = f"file-{self._n_files}"
        self.files[file_id] = content
        self.names[file_id] = name
        return file_id

    def create(self, asked: dict[str, Any]) -> dict[str, Any]:
        job_id = f"batch_{len(self.jobs) + 1}"
        self.jobs[job_id] = {
            "id": job_id,
            "object": "batch",
            "endpoint": asked["endpoint"],
            "completion_window": asked["completion_window"],
            "input_file_id": asked["input_file_id"],
            "metadata": asked.get("metadata"),
            "status": "validating",
            "created_at": 1_770_000_000 + len(self.jobs),
            "request_counts": {
                "total": len(self.files[asked["input_file_id"]].splitlines()),
                "completed": 0,
                "failed": 0,
            },
        }
        return self.jobs[job_id]

    def look(self, job_id: str) -> dict[str, Any]:
        """The job; it moves on by being looked at."""
        job = self.jobs[job_id]
        self._looks[job_id] += 1
        self.was_looked_at.set()
        if job["status"] in ("validating", "in_progress", "cancelling"):
            if self._looks[job_id] >= self.looks_needed:
                self._finish(job)
            elif job["status"] == "validating":
                job["status"] = "in_progress"
        return job

    def _finish(self, job: dict[str, Any]) -> None:
        end = self.end(list(self.jobs).index(job["id"]))
        job["status"] = "cancelled" if job["status"] == "cancelling" else end.status
        if end.errors:
            job["errors"] = {"object": "list", "data": end.errors}
        if job["status"] == "failed":
            return
        said = [(asked, self.say(asked)) for asked in self._asked(job)]
        good = [_line(asked, one) for asked, one in said if one.error is None and not one.is_missing]
        bad = [_line(asked, one) for asked, one in said if one.error is not None]
        self.bought.update(asked.custom_id for asked, one in said if one.error is None and not one.is_missing)
        for word, lines in (("output_file_id", good), ("error_file_id", bad)):
            random.Random(7).shuffle(lines)
            if lines:
                job[word] = self.keep("".join(json.dumps(line) + "\n" for line in lines).encode())
        job["request_counts"] |= {"completed": len(good), "failed": len(bad)}

    def _asked(self, job: dict[str, Any]) -> list[Asked]:
        lines = [json.loads(line) for line in self.files[job["input_file_id"]].splitlines()]
        assert all(set(line) == {"custom_id", "method", "url", "body"} for line in lines)
        assert all((line["method"], line["url"]) == ("POST", "/v1/chat/completions") for line in lines)
        return [Asked(line["custom_id"], line["body"]) for line in lines]


def completion(text: str | None) -> dict[str, Any]:
    """A chat completion as a server would send it."""
    return {
        "id": "chatcmpl-1",
        "object": "chat.completion",
        "model": MODEL,
        "choices": [{"index": 0, "message": {"role": "assistant", "content": text}, "finish_reason": "stop"}],
        "usage": {"prompt_tokens": 1_000, "completion_tokens": 100, "total_tokens": 1_100},
    }


def _line(asked: Asked, said: Said) -> dict[str, Any]:
    line: dict[str, Any] = {"id": f"batch_req_{asked.custom_id}", "custom_id": asked.custom_id}
    if said.error is not None and said.status == 200:
        return line | {"response": None, "error": said.error}
    body = completion(said.text) if said.error is None else {"error": said.error}
    return line | {"response": {"status_code": said.status, "request_id": "req_1", "body": body}, "error": None}


def run_batch(source: Path, target: Path, say: Callable[[Asked], Said] = answered) -> None:
    """What `vllm run-batch -i SOURCE -o TARGET` does: errors stand beside the response, and the order is kept."""
    with target.open("w") as file:
        for text in source.read_text(encoding="utf-8").split("\n")[:-1]:
            request = json.loads(text)
            asked = Asked(request["custom_id"], request["body"])
            said = say(asked)
            response = {
                "status_code": said.status,
                "request_id": "vllm-batch-1",
                "body": completion(said.text) if said.error is None else None,
            }
            error = None if said.error is None else {"error": said.error | {"code": said.status}}
            line = {"id": "vllm-1", "custom_id": asked.custom_id, "response": response, "error": error}
            if not said.is_missing:
                file.write(json.dumps(line) + "\n")


class _Handler(BaseHTTPRequestHandler):
    server: BatchServer
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        self._answer()

    def do_POST(self) -> None:
        self._answer()

    def do_DELETE(self) -> None:
        self._answer()

    def _answer(self) -> None:
        length = int(self.headers.get("content-length", 0))
        content = self.rfile.read(length)
        path = urlsplit(self.path)
        request = f"{self.command} {path.path}"
        with self.server._lock:
            self.server.requests.append(request)
            self.server.keys.add(self.headers.get("authorization", ""))
            self.server.organizations.add(self.headers.get("openai-organization"))
            trouble = self.server.trouble(request)
            if isinstance(trouble, tuple):
                return self._send(*trouble)
            status, said = self._said(request, content, parse_qs(path.query))
        if trouble == "lost":
            self.close_connection = True
            return None
        return self._send(status, said, is_cut=trouble == "cut")

    def _said(self, request: str, content: bytes, query: dict[str, list[str]]) -> tuple[int, Any]:
        server, last = self.server, request.rsplit("/", 1)[-1]
        if request == "GET /v1/models":
            return 200, {"object": "list", "data": [{"id": MODEL, "object": "model"}]}
        if request == "GET /v1/batches":
            return 200, self._page(query)
        if request.startswith("GET /v1/batches/"):
            return (200, server.look(last)) if last in server.jobs else (404, _error(f"No batch found with id {last}"))
        if request.startswith("GET /v1/files/"):
            file_id = request.split("/")[-2]
            return (200, server.files[file_id]) if file_id in server.files else (404, _error("No such File object"))
        if request.startswith("DELETE /v1/files/"):
            server.deleted.append(last)
            return 200, {"id": last, "object": "file", "deleted": server.files.pop(last, None) is not None}
        return self._done(request, content)

    def _done(self, request: str, content: bytes) -> tuple[int, Any]:
        server = self.server
        if request == "POST /v1/chat/completions":
            said = server.say(Asked("", json.loads(content)))
            server.bought["by request"] += 1
            return said.status, completion(said.text) if said.error is None else {"error": said.error}
        if request == "POST /v1/files":
            name, data = _upload(self.headers["content-type"], content)
            return 200, {"id": server.keep(data, name), "object": "file", "purpose": "batch", "bytes": len(data)}
        if request == "POST /v1/batches":
            asked = json.loads(content)
            known = asked["input_file_id"] in server.files
            return (200, server.create(asked)) if known else (404, _error("No such File object"))
        if request.endswith("/cancel"):
            job = server.jobs[request.split("/")[-2]]
            if job["status"] not in ("validating", "in_progress"):
                return 409, _error("it has ended")
            job["status"] = "cancelling"
            return 200, job
        return 404, _error(f"Unknown path {request}")

    def _page(self, query: dict[str, list[str]]) -> dict[str, Any]:
        """Two jobs on a page, the newest first."""
        listed = list(reversed(self.server.jobs.values()))
        after = query.get("after", [""])[0]
        start = next((at + 1 for at, job in enumerate(listed) if job["id"] == after), 0)
        page = listed[start : start + 2]
        return {"object": "list", "data": page, "has_more": start + 2 < len(listed)}

    def _send(self, status: int, said: Any, *, is_cut: bool = False) -> None:
        content = said if isinstance(said, bytes) else json.dumps(said).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content[: len(content) // 2] if is_cut else content)
        self.close_connection = is_cut

    def log_message(self, *_: object) -> None:
        """Tests read `requests`."""


def _error(message: str) -> dict[str, Any]:
    return {"error": {"message": message, "type": "invalid_request_error", "param": None, "code": None}}


def _upload(content_type: str, content: bytes) -> tuple[str, bytes]:
    """The name and content of the file in a form; its purpose must be right."""
    boundary = b"--" + content_type.partition("boundary=")[2].encode()
    fields: dict[str, tuple[str, bytes]] = {}
    for part in content.split(boundary)[1:-1]:
        head, _, data = part.partition(b"\r\n\r\n")
        named = dict(re.findall(r'(\w+)="([^"]*)"', head.decode()))
        fields[named["name"]] = named.get("filename", ""), data.removesuffix(b"\r\n")
    assert fields["purpose"][1] == b"batch"
    return fields["file"]


@contextmanager
def serving_batches() -> Iterator[BatchServer]:
    """A server, stopped at the end of the block."""
    server = BatchServer()
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
