"""A provider's offline Batch API: files of requests up, jobs made of them, files of answers down.

The client's own retries are off here too: it would make a job a second time when the first answer got lost. What may
pass is tried again by us, with growing waits, and before a job is made again it is looked for. Files stream from and
to the disk. Every error is an `EndpointError` with keys masked, but for those of the disk.
"""

import asyncio
import os
import random
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Final, Self, TypeVar

import httpx2
import openai

from workbench.domain.endpoints import Endpoint
from workbench.domain.messages import Fault
from workbench.errors import DataError, EndpointError
from workbench.provider.api_keys import ApiKey
from workbench.provider.faults import classify_error, error_code, error_param, retry_after_s
from workbench.provider.jobs.job_files import URL, written
from workbench.provider.jobs.remote_jobs import RemoteJob, read_id, read_job, read_object, read_page
from workbench.provider.transport import MOST_REPLY_BYTES, http_client

T = TypeVar("T")

_CONNECT_S: Final = 10.0
_MOST_CONNECTIONS: Final = 8
_WAITS_S: Final = (1.0, 2.0, 4.0, 8.0, 15.0, 30.0, 60.0)
"""Before further tries of what may pass."""
_JITTER: Final = 0.25
_SLOWEST_BYTES_PER_S: Final = 50_000
"""An upload that is slower than this has come to a stop."""
_LARGEST_FILE_BYTES: Final = 2_000_000_000
"""Fifty thousand answers of a model that thinks aloud take a few hundred megabytes."""
_PAGE: Final = 100
_MOST_PAGES: Final = 50
_LONGEST_ERROR_CHARS: Final = 1_000


class Unreachable(EndpointError):
    """It did not answer, however often it was asked: a matter of time."""


class Rejected(EndpointError):
    """It does not take this very request, or has not what the request names."""


class BatchApi:
    """The files and jobs of one account. Use it as an async context manager, in one event loop."""

    def __init__(
        self,
        endpoint: Endpoint,
        key: ApiKey,
        *,
        timeout_s: float = 300.0,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._endpoint = endpoint
        self._key = key
        self._timeout_s = timeout_s
        self._sleep = sleep
        self._client = self._made(MOST_REPLY_BYTES)
        self._downloads = self._made(_LARGEST_FILE_BYTES)

    def _made(self, most_reply_bytes: int) -> openai.AsyncOpenAI:
        endpoint, timeout = self._endpoint, openai.Timeout(self._timeout_s, connect=_CONNECT_S)
        return openai.AsyncOpenAI(
            base_url=endpoint.base_url,
            api_key=self._key.reveal(),
            max_retries=0,
            timeout=timeout,
            default_query={"api-version": endpoint.api_version} if endpoint.api_version else None,
            http_client=http_client(
                most_connections=_MOST_CONNECTIONS,
                trust_env=not endpoint.is_local,
                timeout=timeout,
                most_reply_bytes=most_reply_bytes,
            ),
        )

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._client.close()
        await self._downloads.close()

    async def upload(self, path: Path, name: str) -> str:
        """Upload a file of requests; returns the provider's name of it. Raises DataError where it cannot be read."""
        try:
            file = path.open("rb")
        except OSError as error:
            raise DataError(f"{path} cannot be read: {error.strerror}") from error
        with file:
            most_s = self._timeout_s + os.fstat(file.fileno()).st_size / _SLOWEST_BYTES_PER_S

            async def once() -> str:
                file.seek(0)
                async with asyncio.timeout(most_s):
                    raw = await self._client.files.with_raw_response.create(
                        file=(name, file, "application/jsonl"), purpose="batch"
                    )
                return read_id(read_object(raw.http_response.content))

            return await self._tried(once)

    async def create(self, input_file: str, metadata: Mapping[str, str]) -> RemoteJob:
        """The job of a file: the one that was made of it before, where there is one, else a new one.

        It is looked for before every try: an answer that got lost does not make it twice.
        """

        async def once() -> RemoteJob:
            found = await self._find(input_file, metadata)
            if found is not None:
                return found
            async with asyncio.timeout(self._timeout_s):
                raw = await self._client.batches.with_raw_response.create(
                    input_file_id=input_file, endpoint=URL, completion_window="24h", metadata=dict(metadata)
                )
            return self._job(raw.http_response)

        return await self._tried(once)

    async def find(self, input_file: str, metadata: Mapping[str, str]) -> RemoteJob | None:
        """The job that was made of a file, by what was written on it; None where there is none."""
        return await self._tried(lambda: self._find(input_file, metadata))

    async def retrieve(self, job_id: str) -> RemoteJob:
        """How a job stands. Raises Rejected where nobody knows of it."""

        async def once() -> RemoteJob:
            async with asyncio.timeout(self._timeout_s):
                raw = await self._client.batches.with_raw_response.retrieve(job_id)
            return self._job(raw.http_response)

        return await self._tried(once)

    async def cancel(self, job_id: str) -> None:
        """Ask the provider to stop working on a job; what it has answered by then stays."""

        async def once() -> None:
            with suppress(openai.ConflictError):  # it has ended already
                async with asyncio.timeout(self._timeout_s):
                    await self._client.batches.with_raw_response.cancel(job_id)

        await self._tried(once)

    async def download(self, file_id: str, path: Path) -> None:
        """Fetch a file to `path`, readable by its owner alone. Raises Rejected for one that is gone."""

        async def once() -> None:
            with written(path.parent):
                target = os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb")
            with target:
                async with self._downloads.files.with_streaming_response.content(file_id) as response:
                    async for chunk in response.iter_bytes():
                        with written(path.parent):
                            target.write(chunk)
                with written(path.parent):
                    target.flush()

        await self._tried(once)

    async def delete(self, file_id: str) -> None:
        """Have the provider forget a file."""

        async def once() -> None:
            async with asyncio.timeout(self._timeout_s):
                await self._client.files.with_raw_response.delete(file_id)

        await self._tried(once)

    async def _find(self, input_file: str, metadata: Mapping[str, str]) -> RemoteJob | None:
        async for job in self._listed():
            if job.input_file == input_file or all(job.metadata.get(name) == said for name, said in metadata.items()):
                return job
        return None

    async def _listed(self) -> AsyncIterator[RemoteJob]:
        """The jobs of the account, the newest first."""
        after: str | openai.Omit = openai.omit
        for _ in range(_MOST_PAGES):
            async with asyncio.timeout(self._timeout_s):
                raw = await self._client.batches.with_raw_response.list(limit=_PAGE, after=after)
            jobs, has_more = read_page(read_object(raw.http_response.content))
            for job in jobs:
                yield job
            if not has_more:
                return
            after = jobs[-1].id

    def _job(self, response: httpx2.Response) -> RemoteJob:
        job = read_job(read_object(response.content))
        return replace(job, error=None if job.error is None else self._safe(job.error))

    # ── what may go wrong ────────────────────────────────────────────────────────────────────────────────────────

    async def _tried(self, once: Callable[[], Awaitable[T]]) -> T:
        """Do it, and again after a wait where that may help."""
        waits_s = iter(_WAITS_S)
        while True:
            try:
                return await once()
            except openai.APIStatusError as error:
                self._refuse(error)
                asked_s, words = retry_after_s(error.response.headers), self._words(error)
            # ValueError: also an answer that is no JSON, or strange. OSError: the network's; the disk's has been told.
            except (openai.OpenAIError, httpx2.HTTPError, OSError, ValueError) as error:
                asked_s, words = None, self._words(error)
            wait_s = next(waits_s, None)
            if wait_s is None:
                raise Unreachable(f"{self._endpoint.host} does not answer: {words}")
            jitter = 1.0 + _JITTER * random.random()  # noqa: S311 (spreads requests)
            await self._sleep(max(wait_s * jitter, asked_s or 0.0))

    def _refuse(self, error: openai.APIStatusError) -> None:
        """Raise what no further try would change."""
        words = self._words(error)
        _, fault = classify_error(error.status_code, error_code(error.body), words, error_param(error.body))
        if fault in (Fault.RATE_LIMITED, Fault.TRANSIENT):
            return
        if fault is Fault.STOP and error.status_code in (401, 402, 403, 429):
            raise EndpointError(f"{self._endpoint.host} turns us away: {words}") from error
        raise Rejected(f"{self._endpoint.host} does not take it: {words}") from error

    def _words(self, error: Exception) -> str:
        cause = f" ({error.__cause__})" if error.__cause__ and str(error.__cause__) else ""
        return self._safe(f"{error}{cause}" if str(error) else type(error).__name__)

    def _safe(self, text: str) -> str:
        """Masked before it is cut, so that no part of a key is left at the end."""
        return self._key.masked(text)[:_LONGEST_ERROR_CHARS]
