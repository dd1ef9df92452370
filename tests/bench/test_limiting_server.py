"""The benchmark's server over loopback, its clock standing still: what it says, and what it counts."""

import asyncio
import json
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from bench.bare_client import LABELS, body_pieces, request_bytes
from bench.limiting_server import HOST, Server, manner_of
from bench.server_answers import go_duration
from bench.server_counts import Counts, by_second, most_within
from workbench.domain.datasets.cards import CARDS
from workbench.domain.datasets.samples import Frame
from workbench.domain.endpoints import Endpoint
from workbench.domain.messages import Outcome, Reply, SampleMedia
from workbench.domain.predictions import PredictionStatus
from workbench.domain.prompts import build_request, refs
from workbench.domain.replies.matching import MatchBy
from workbench.domain.replies.parsing import parse_reply
from workbench.domain.runs import RunSpec
from workbench.provider.request_body import chat_body

Answer = tuple[int, dict[str, str], Any]
"""Status, headers, JSON."""


class Clock:
    """Stands still until it is set."""

    def __init__(self) -> None:
        self.now_s = 1000.0

    def __call__(self) -> float:
        return self.now_s


class Caller:
    """One kept-alive connection."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer

    async def call(self, method: str, path: str, body: bytes = b"", key: str = "none") -> Answer:
        """Ask, and wait for the answer."""
        head = f"{method} {path} HTTP/1.1\r\nAuthorization: Bearer {key}\r\nContent-Length: {len(body)}\r\n\r\n"
        self._writer.write(head.encode() + body)
        return await self.answer()

    async def send_in_pieces(self, request: bytes, size: int) -> Answer:
        """The same, a request arriving bit by bit."""
        for at in range(0, len(request), size):
            self._writer.write(request[at : at + size])
            await self._writer.drain()
        return await self.answer()

    async def answer(self) -> Answer:
        """The next answer."""
        first, *lines = (await self._reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
        headers = dict(line.split(": ", 1) for line in lines if line)
        body = await self._reader.readexactly(int(headers["content-length"]))
        return int(first.split()[1]), headers, json.loads(body)

    async def ask(self, text: str = "Categories: [happy, sad]", key: str = "none") -> Answer:
        """A completion about no sample in particular."""
        return await self.call("POST", "/v1/chat/completions", text.encode(), key)

    async def stats(self) -> dict[str, Any]:
        """What the server counted."""
        _, _, said = await self.call("GET", "/stats")
        assert isinstance(said, dict)
        return said


@asynccontextmanager
async def served(flags: Sequence[str], clock: Clock | None = None) -> AsyncIterator[Caller]:
    """A server of that manner, answering at once, and a connection to it."""
    listening = await Server(manner_of(("--latency-s", "0", *flags)), clock or Clock()).listen()
    async with listening:
        reader, writer = await asyncio.open_connection(HOST, listening.sockets[0].getsockname()[1])
        yield Caller(reader, writer)
        writer.close()
        await writer.wait_closed()


TWO_AT_ONCE = ("--kind", "bucket", "--per-minute", "60", "--capacity", "2")


async def test_the_one_model_is_listed() -> None:
    async with served(()) as caller:
        status, _, models = await caller.call("GET", "/v1/models")
    assert status == 200
    assert [model["id"] for model in models["data"]] == ["bench-model"]


@pytest.fixture
def pictures(tmp_path: Path) -> list[Path]:
    """Twenty files whose bytes differ."""
    paths = [tmp_path / f"{at:02}.jpg" for at in range(20)]
    for at, path in enumerate(paths):
        path.write_bytes(bytes([at, 255, 216]) * 1000)
    return paths


async def test_the_workbench_reads_a_prediction_for_every_sample(pictures: list[Path]) -> None:
    request = request_bytes(body_pieces(20), pictures)
    async with served(()) as caller:
        status, headers, said = await caller.send_in_pieces(request, 1000)
    assert status == 200
    assert headers["x-request-id"].startswith("req_")
    reply = Reply(outcome=Outcome.ANSWERED, text=said["choices"][0]["message"]["content"])
    predictions = parse_reply(reply, refs(20), CARDS["rafdb"].labels, MatchBy.ID).predictions
    assert {one.status for one in predictions} == {PredictionStatus.RANKED}
    assert len({one.ranking for one in predictions}) == len(LABELS)


def test_the_bare_client_sends_what_the_workbench_sends(pictures: list[Path]) -> None:
    card = CARDS["rafdb"]
    spec = RunSpec(
        dataset="rafdb",
        endpoint="bench",
        model="bench-model",
        prompt="named/1",
        modality="image",
        frames="apex",
        labels=LABELS,
        batch_size=20,
    )
    frames = [Frame(picture.read_bytes(), "image/jpeg", 100, 100, 0, None) for picture in pictures]
    shown = [SampleMedia((frame,)) for frame in frames]
    ours = chat_body(build_request(card, spec, shown), Endpoint(name="bench", base_url=f"http://{HOST}/v1"))
    bare = request_bytes(body_pieces(20), pictures).partition(b"\r\n\r\n")[2]
    assert json.loads(bare) == json.loads(ours)
    assert len(bare) == len(ours)


async def test_headers_tell_the_level_and_a_429_when_to_come_back() -> None:
    clock = Clock()
    async with served(TWO_AT_ONCE, clock) as caller:
        _, headers, _ = await caller.ask()
        assert headers["x-ratelimit-limit-requests"] == "60"
        assert headers["x-ratelimit-remaining-requests"] == "1"
        assert headers["x-ratelimit-reset-requests"] == "1s"
        await caller.ask()
        clock.now_s += 0.25
        status, headers, said = await caller.ask()
        assert status == 429
        assert said["error"]["code"] == "rate_limit_exceeded"
        assert (headers["retry-after"], headers["retry-after-ms"]) == ("1", "750")
        clock.now_s += 0.75
        status, _, _ = await caller.ask()
        assert status == 200


async def test_a_silent_server_tells_nothing_of_its_limits() -> None:
    async with served((*TWO_AT_ONCE, "--no-headers")) as caller:
        answers = [await caller.ask() for _ in range(3)]
    assert [status for status, _, _ in answers] == [200, 200, 429]
    assert not any("rate" in name or "retry" in name for _, headers, _ in answers for name in headers)


async def test_every_key_has_limits_of_its_own_where_it_is_asked_for() -> None:
    async with served((*TWO_AT_ONCE, "--per-key")) as caller:
        statuses = [(await caller.ask(key=key))[0] for key in ("one", "one", "one", "two", "two", "two")]
    assert statuses == [200, 200, 429, 200, 200, 429]


async def test_it_counts_what_was_asked_rejected_and_bought_twice() -> None:
    async with served(TWO_AT_ONCE) as caller:
        for text in ("one", "one", "two"):
            await caller.ask(text)
        stats = await caller.stats()
    assert (stats["requests"], stats["answered"], stats["rejected"]) == (3, 2, 1)
    assert (stats["distinct"], stats["bought_twice"]) == (1, 1)
    assert (stats["most_arrivals"]["1s"], stats["most_admitted"]["60s"]) == (3, 2)


async def test_a_reset_forgets_and_takes_the_flags_of_the_command() -> None:
    async with served(TWO_AT_ONCE) as caller:
        for _ in range(3):
            await caller.ask()
        await caller.call("GET", "/reset")
        assert [(await caller.ask())[0] for _ in range(3)] == [200, 200, 429]
        status, _, _ = await caller.call("GET", "/reset?kind=sliding&per-minute=1&charge-rejected&latency-s=0")
        assert status == 200
        assert [(await caller.ask())[0] for _ in range(2)] == [200, 429]
        assert (await caller.stats())["requests"] == 2


async def test_what_it_does_not_know_is_an_error() -> None:
    async with served(()) as caller:
        assert (await caller.call("GET", "/v1/embeddings"))[0] == 404
        assert (await caller.call("GET", "/reset?kinds=sliding"))[0] == 400


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0, "0s"), (0.041, "41ms"), (1, "1s"), (1.5, "1.5s"), (2.081, "2.081s"), (360, "6m0s"), (21030, "5h50m30s")],
)
def test_durations_are_written_as_openai_writes_them(seconds: float, text: str) -> None:
    assert go_duration(seconds) == text


def test_an_answer_that_nobody_hears_is_bought_all_the_same() -> None:
    clock = Clock()
    counts = Counts(clock)
    for _ in range(2):
        counts.arrived(10)
        counts.admitted(b"body")
    clock.now_s += 20.0
    counts.answered(heard=False)
    counts.answered(heard=True)
    said = counts.as_json()
    assert (said["answered"], said["unheard"], said["bought_twice"]) == (1, 1, 1)
    assert (said["most_in_flight"], said["span_s"]) == (2, 20.0)


def test_windows_slide() -> None:
    assert most_within([0.0, 0.9, 1.0, 1.8, 5.0], 1.0) == 3
    assert most_within([], 1.0) == 0
    assert by_second([10.0, 10.9, 12.0], 10.0) == [2, 0, 1]
