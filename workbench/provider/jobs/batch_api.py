"""A provider's offline Batch API: upload files of requests, make jobs of them, download files of answers.

What may succeed later is tried again with growing waits. Before each try to make a job, the job is looked for: an
answer may have been lost. Files stream from and to the disk. Every error is an `EndpointError` with keys masked;
errors of the disk are `DataError`.
"""

import asyncio
import os
import random
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Final, Self, TypeVar

from workbench.domain.endpoints import Endpoint
from workbench.domain.messages import Fault
from workbench.errors import DataError, EndpointError
from workbench.provider.api_keys import ApiKey
from workbench.provider.error_bodies import read_error
from workbench.provider.faults import classify_error, retry_after_s
from workbench.provider.jobs.job_files import URL, reporting_disk_errors
from workbench.provider.jobs.remote_jobs import RemoteJob, read_id, read_job, read_object, read_page
from workbench.provider.transport import error_text, openai_client

if TYPE_CHECKING:  # for annotations; openai loads with the first client
    import httpx2
    import openai

T = TypeVar("T")

_MOST_CONNECTIONS: Final = 8
_WAITS_S: Final = (1.0, 2.0, 4.0, 8.0, 15.0, 30.0, 60.0)
"""Waits before further tries."""
_JITTER: Final = 0.25
_SLOWEST_BYTES_PER_S: Final = 50_000
"""An upload that is slower than this counts as stopped."""
_LARGEST_FILE_BYTES: Final = 2_000_000_000
"""Fifty thousand answers of a model that shows its reasoning take a few hundred megabytes."""
_PAGE: Final = 100
_MOST_PAGES: Final = 50
_LONGEST_ERROR_CHARS: Final = 1_000


class Unreachable(EndpointError):
    """The provider did not answer in any try; it may answer later."""


class Rejected(EndpointError):
    """The provider rejects this request, or does not have what it names."""


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
        self._client = openai_client(endpoint, key, timeout_s=timeout_s, most_connections=_MOST_CONNECTIONS)
        self._downloads = openai_client(
            endpoint, key, timeout_s=timeout_s, most_connections=_MOST_CONNECTIONS, most_reply_bytes=_LARGEST_FILE_BYTES
        )

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._client.close()
        await self._downloads.close()

    async def upload(self, path: Path, name: str) -> str:
        """Upload a file of requests; returns the provider's id of it. Raises DataError where it cannot be read."""
        try:
            file = path.open("rb")
        except OSError as error:
            raise DataError(f"{path} cannot be read: {error.strerror}") from error
        with file:
            timeout_s = self._timeout_s + os.fstat(file.fileno()).st_size / _SLOWEST_BYTES_PER_S

            async def once() -> str:
                file.seek(0)
                async with asyncio.timeout(timeout_s):
                    raw = await self._client.files.with_raw_response.create(
                        file=(name, file, "application/jsonl"), purpose="batch"
                    )
                return read_id(read_object(raw.http_response.content))

            return await self._tried(once)

    async def create(self, input_file: str, metadata: Mapping[str, str]) -> RemoteJob:
        """The job of a file: the one that exists already, or a new one.

        It is looked for before every try, so that a lost answer does not make it twice.
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
        """The job of a file, known by the file or by its metadata; None where there is none."""
        return await self._tried(lambda: self._find(input_file, metadata))

    async def retrieve(self, job_id: str) -> RemoteJob:
        """A job's present state. Raises Rejected where the provider does not know it."""

        async def once() -> RemoteJob:
            async with asyncio.timeout(self._timeout_s):
                raw = await self._client.batches.with_raw_response.retrieve(job_id)
            return self._job(raw.http_response)

        return await self._tried(once)

    async def cancel(self, job_id: str) -> None:
        """Ask the provider to stop working on a job. What it has answered by then stays."""
        from openai import ConflictError

        async def once() -> None:
            with suppress(ConflictError):  # the job has ended already
                async with asyncio.timeout(self._timeout_s):
                    await self._client.batches.with_raw_response.cancel(job_id)

        await self._tried(once)

    async def download(self, file_id: str, path: Path) -> None:
        """Fetch a file to `path`, readable by its owner alone. Raises Rejected for a file that is gone."""

        async def once() -> None:
            with reporting_disk_errors(path.parent):
                target = os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb")
            with target:
                async with self._downloads.files.with_streaming_response.content(file_id) as response:
                    async for chunk in response.iter_bytes():
                        with reporting_disk_errors(path.parent):
                            target.write(chunk)
                with reporting_disk_errors(path.parent):
                    target.flush()

        await self._tried(once)

    async def delete(self, file_id: str) -> None:
        """Delete a file at the provider."""

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
        from openai import Omit, omit

        after: str | Omit = omit
        for _ in range(_MOST_PAGES):
            async with asyncio.timeout(self._timeout_s):
                raw = await self._client.batches.with_raw_response.list(limit=_PAGE, after=after)
            jobs, has_more = read_page(read_object(raw.http_response.content))
            for job in jobs:
                yield job
            if not has_more:
                return
            after = jobs[-1].id

    def _job(self, response: "httpx2.Response") -> RemoteJob:
        job = read_job(read_object(response.content))
        return replace(job, error=None if job.error is None else self._key.masked(job.error)[:_LONGEST_ERROR_CHARS])

    # ── errors ───────────────────────────────────────────────────────────────────────────────────────────────────

    async def _tried(self, once: Callable[[], Awaitable[T]]) -> T:
        """Try `once`, and again after a wait where that may help."""
        import httpx2
        import openai

        waits_s = iter(_WAITS_S)
        while True:
            try:
                return await once()
            except openai.APIStatusError as error:
                self._raise_if_final(error)
                asked_s, words = retry_after_s(error.response.headers), self._words(error)
            # ValueError: also an answer that is no JSON, or strange. OSError: the network's; the disk's are DataError.
            except (openai.OpenAIError, httpx2.HTTPError, OSError, ValueError) as error:
                asked_s, words = None, self._words(error)
            wait_s = next(waits_s, None)
            if wait_s is None:
                raise Unreachable(f"{self._endpoint.host} does not answer: {words}")
            jitter = 1.0 + _JITTER * random.random()  # noqa: S311 (spreads requests)
            await self._sleep(max(wait_s * jitter, asked_s or 0.0))

    def _raise_if_final(self, error: "openai.APIStatusError") -> None:
        """Raise EndpointError or Rejected for an answer that another try would not change."""
        words = self._words(error)
        _, fault = classify_error(error.status_code, read_error(error.response.content))
        if fault in (Fault.RATE_LIMITED, Fault.TRANSIENT):
            return
        if fault is Fault.STOP and error.status_code in (401, 402, 403, 429):
            raise EndpointError(f"{self._endpoint.host} refuses access: {words}") from error
        raise Rejected(f"{self._endpoint.host} rejects the request: {words}") from error

    def _words(self, error: Exception) -> str:
        return error_text(error, self._key, _LONGEST_ERROR_CHARS)
