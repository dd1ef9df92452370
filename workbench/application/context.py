"""What every use case works with: the settings, the environment, the time, and the way to the workspace."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

from workbench.pipeline.planning import utc_now
from workbench.settings import Settings
from workbench.storage.workspace.database import Database, open_workspace


def ignore(_: str) -> None:
    """Tell nobody."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """Passed to every use case. It holds no open file and belongs to no thread."""

    settings: Settings
    environment: Mapping[str, str]
    now: Callable[[], str] = utc_now
    """The time as UTC ISO 8601 text."""
    tell: Callable[[str], None] = ignore
    """Called with what a person may want to know, such as that an older workspace was brought up to date."""

    @contextmanager
    def workspace(self, *, create: bool = False) -> Iterator[Database]:
        """Open the workspace for the calling thread, and close it at the end of the block.

        With `create`, a missing file is made. Raises DatabaseError for a file that cannot be opened.
        """
        db = open_workspace(self.settings.db, create=create, say=self.tell)
        try:
            yield db
        finally:
            db.close()
