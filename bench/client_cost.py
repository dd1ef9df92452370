"""What the openai client costs for a request of twenty pictures, by the way it is used: `python bench/client_cost.py`.

The same 500 requests to the same server that answers after 0.2 s, 100 on their way at once, each way in a fresh
process: built and validated by the client; prepared bytes through the client over its own HTTP; the same over aiohttp's
transport, as emowb does; and that transport by itself.
"""

import asyncio
import base64
import json
import os
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable
from statistics import median
from typing import Final

from bench.measured import TOP, serving

_REQUESTS: Final = 500
_AT_ONCE: Final = 100
_PICTURES: Final = [os.urandom(3_300) for _ in range(20)]
_REPEATS: Final = 3
WAYS: Final = {
    "built": "the client's own way: parameters in, a validated object out",
    "bytes": "prepared bytes, raw response",
    "aiohttp": "the same over aiohttp's transport (what emowb does)",
    "transport": "that transport without the client",
}


def _parts() -> list[dict[str, object]]:
    urls = ["data:image/jpeg;base64," + base64.b64encode(data).decode() for data in _PICTURES]
    words = {"type": "text", "text": "Categories: [happy, sad]. Sample s01: "}
    return [words, *({"type": "image_url", "image_url": {"url": url, "detail": "high"}} for url in urls)]


def _body() -> bytes:
    head, tail = b'{"model":"bench-model","messages":[{"role":"user","content":[', b"]}]}"
    words = b'{"type":"text","text":"Categories: [happy, sad]. Sample s01: "}'
    before, after = b',{"type":"image_url","image_url":{"url":"data:image/jpeg;base64,', b'","detail":"high"}}'
    return b"".join((head, words, *(before + base64.b64encode(data) + after for data in _PICTURES), tail))


async def _measured(way: str, base_url: str) -> float:
    """Milliseconds of processor time a request."""
    import httpx2
    import openai

    make = openai.DefaultAioHttpClient if way in ("aiohttp", "transport") else openai.DefaultAsyncHttpxClient
    http = make(limits=httpx2.Limits(max_connections=200, max_keepalive_connections=200), trust_env=False)
    client = openai.AsyncOpenAI(base_url=base_url, api_key="none", max_retries=0, http_client=http)
    url, headers = f"{base_url}/chat/completions", {"Content-Type": "application/json"}

    async def built() -> None:
        messages = [{"role": "user", "content": _parts()}]
        await client.chat.completions.create(model="bench-model", messages=messages)  # type: ignore[call-overload]  # plain dicts

    async def prepared() -> None:
        options = {"headers": headers}
        response = await client.post(url, content=_body(), cast_to=httpx2.Response, options=options)  # type: ignore[arg-type]  # headers only
        json.loads(response.content)

    async def alone() -> None:
        json.loads((await http.post(url, content=_body(), headers=headers)).content)

    ask: dict[str, Callable[[], Awaitable[None]]] = {"built": built, "transport": alone}
    turns = asyncio.Semaphore(_AT_ONCE)

    async def one() -> None:
        async with turns:
            await ask.get(way, prepared)()

    await one()
    began = time.process_time()
    await asyncio.gather(*(one() for _ in range(_REQUESTS)))
    took_ms = (time.process_time() - began) * 1_000 / _REQUESTS
    await client.close()
    return took_ms


def main() -> None:
    """Print a line for each way."""
    with serving(("--latency-s", "0.2")) as server:
        base_url = f"http://127.0.0.1:{server.port}/v1"
        took: dict[str, list[float]] = {way: [] for way in WAYS}
        for _ in range(_REPEATS):
            for way in WAYS:
                command = [sys.executable, __file__, way, base_url]
                done = subprocess.run(command, check=True, capture_output=True, text=True, cwd=TOP)
                took[way].append(float(done.stdout))
    print("| way | ms of CPU a request |\n|---|---|")
    for way, words in WAYS.items():
        print(f"| {words} | {median(took[way]):.2f} ({min(took[way]):.2f} to {max(took[way]):.2f}) |")


if __name__ == "__main__":
    if len(sys.argv) > 1:
        print(asyncio.run(_measured(sys.argv[1], sys.argv[2])))
    else:
        main()
