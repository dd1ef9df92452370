"""The only way from a name in a table to a path: media are found by the last parts of their paths."""

from collections.abc import Iterable
from pathlib import Path
from typing import Final

from workbench.domain.visible import visible
from workbench.importers.files.path_guard import LEADS_OUT, PathGuard
from workbench.importers.ledger import Missing, Unusable

Tail = tuple[str, ...]
"""The last parts of a path."""


class MediaPaths:
    """Finds media whatever folders lie above them, also where a name speaks of the root itself."""

    def __init__(
        self,
        root: Path,
        paths: Iterable[str],
        *,
        n_parts: int,
        prefer: tuple[str, ...] = (),
        avoid: tuple[str, ...] = (),
    ) -> None:
        """Know `paths` by their last `n_parts`.

        Of equals the one is taken whose path holds no word of `avoid` and the earliest word of `prefer`, all of them
        in lower case.
        """
        self._reach: Final = PathGuard(root)
        self._exact: Final[dict[Tail, str]] = {}
        self._folded: Final[dict[Tail, str]] = {}
        above = root.parts[1:]
        for path in sorted(paths, key=lambda path: _rank(path, prefer, avoid)):  # stable: shallow first among equals
            parts = path.split("/")
            tail = (*above, *parts)[-n_parts:] if len(parts) < n_parts else tuple(parts[-n_parts:])
            self._exact.setdefault(tail, path)
            folded = _folded(tail)
            if folded != tail:
                self._folded.setdefault(folded, path)

    def file(self, *tails: Tail) -> str:
        """The path of the first of `tails` that exists, as written or in another case.

        Raises Missing where none does, and Unusable for one that leads out of the root or is no regular file.
        """
        return self._find(tails, folder=False)

    def folder(self, *tails: Tail) -> str:
        """As `file`, for a folder."""
        return self._find(tails, folder=True)

    def _find(self, tails: tuple[Tail, ...], *, folder: bool) -> str:
        for tail in tails:
            if ".." in tail or any(part.startswith("/") for part in tail):
                raise Unusable(LEADS_OUT)
            path = self._known(tail)
            if path is None:
                continue
            reason = self._reach.why_unusable(path, folder=folder)
            if reason:
                raise Unusable(reason)
            return path
        raise Missing(f"no {'folder' if folder else 'file'} {visible('/'.join(tails[0]), longest=100)}")

    def _known(self, tail: Tail) -> str | None:
        if tail in self._exact:
            return self._exact[tail]
        folded = _folded(tail)
        return self._exact.get(folded) or self._folded.get(folded)


def _folded(tail: Tail) -> Tail:
    return tuple([part.casefold() for part in tail])


def _rank(path: str, prefer: tuple[str, ...], avoid: tuple[str, ...]) -> tuple[bool, int]:
    folded = path.casefold()
    liked = next((rank for rank, word in enumerate(prefer) if word in folded), len(prefer))
    return any(word in folded for word in avoid), liked
