"""From a name in a table to a path: media are found by the last parts of their paths, whatever folders lie above.

This is the only way from a name to a path, and it passes the path guard. Owners pad numbers or not, publish videos or
their frames, and leave suffixes out of their lists, so a name is tried in several forms, the best first.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from workbench.domain.datasets.samples import MediaKind
from workbench.domain.visible import visible
from workbench.importers.files.dataset_tree import DatasetTree
from workbench.importers.files.path_guard import LEADS_OUT, PathGuard
from workbench.importers.import_result import MissingMedia, Unusable

PICTURE_SUFFIXES: Final = (".jpg", ".jpeg", ".png", ".bmp", ".tif", ".tiff")
VIDEO_SUFFIXES: Final = (".mp4", ".avi", ".mkv", ".flv")

Tail = tuple[str, ...]
"""The last parts of a path."""

_MOST_DIGITS: Final = 9


class MediaPaths:
    """Finds media by the last parts of their paths, also where these parts include the root's own name."""

    def __init__(
        self,
        root: Path,
        paths: Iterable[str],
        *,
        n_parts: int,
        prefer: tuple[str, ...] = (),
        avoid: tuple[str, ...] = (),
    ) -> None:
        """Index `paths` by their last `n_parts`.

        Of several paths with the same parts, the one without a word of `avoid` and with the earliest word of `prefer`
        is taken. The words are in lower case.
        """
        self._guard: Final = PathGuard(root)
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
        """The path of the first of `tails` that exists, in any case of letters.

        Raises MissingMedia where none exists, Unusable for one that leads out of the root or is no regular file.
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
            reason = self._guard.why_unusable(path, folder=folder)
            if reason:
                raise Unusable(reason)
            return path
        raise MissingMedia(f"no {'folder' if folder else 'file'} {visible('/'.join(tails[0]), longest=100)}")

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


@dataclass(frozen=True, slots=True)
class ListedName:
    """A medium's name in a list, split into its parts."""

    folders: Tail
    stem: str
    suffix: str
    """With its dot; empty where the list has none."""

    @classmethod
    def parse(cls, text: str) -> "ListedName":
        """Split a name. Raises Unusable for an empty name and for one that leads out of the root."""
        parts = [part for part in text.split("/") if part not in ("", ".")]
        if not parts:
            raise Unusable("it has no name")
        if ".." in parts or text.startswith("/"):
            raise Unusable(LEADS_OUT)
        stem, dot, ending = parts[-1].rpartition(".")
        return cls(tuple(parts[:-1]), stem, dot + ending) if stem else cls(tuple(parts[:-1]), ending, "")

    def without(self, ending: str) -> "ListedName":
        """The name without a suffix of its stem."""
        return replace(self, stem=self.stem.removesuffix(ending)) if ending else self

    @property
    def number(self) -> int:
        """The stem as a number. Raises Unusable where it is none."""
        if self.stem.isascii() and self.stem.isdigit() and len(self.stem) <= _MOST_DIGITS:
            return int(self.stem)
        raise Unusable("its name is no number")

    @property
    def top(self) -> str:
        """The first folder. Raises Unusable where there is none."""
        if not self.folders:
            raise Unusable("its name has no folder")
        return self.folders[0]

    @property
    def path(self) -> str:
        """The folders and the stem."""
        return "/".join((*self.folders, self.stem))


@dataclass(frozen=True, slots=True)
class MediaForm:
    """One form of a medium's name: a format with the ListedName as `{0}`, such as `{0.number:05}.avi`."""

    media: MediaKind
    name: str
    remark: str = ""
    """A remark about samples that are found in this form."""


AS_LISTED: Final = MediaForm(MediaKind.IMAGE, "{0.stem}{0.suffix}")


@dataclass(frozen=True, slots=True)
class MediaForms:
    """The forms in which a set's media may lie on disk, and which of several copies is better."""

    forms: tuple[MediaForm, ...]
    """The best first."""
    n_parts: int = 1
    """Parts of a path by which a medium is found: more than 1 where lists name folders too."""
    prefer: tuple[str, ...] = ()
    """Words in the path of the better copy, the best first; `{split}` is the owner's word for the imported split."""
    avoid: tuple[str, ...] = ()


LISTED_PICTURES: Final = MediaForms((AS_LISTED,))


class MediaFinder:
    """Finds the medium of a name in the first form that exists in a tree."""

    def __init__(self, forms: MediaForms, tree: DatasetTree, split: str) -> None:
        prefer = tuple(word.format(split=split.casefold()) for word in forms.prefer)
        self._forms: Final = forms.forms
        self._n_parts: Final = forms.n_parts
        self._places: Final = {
            is_folder: MediaPaths(tree.root, paths, n_parts=forms.n_parts, prefer=prefer, avoid=forms.avoid)
            for is_folder, paths in ((False, tree.files), (True, tree.folders))
            if any(is_folder == _is_folder(form) for form in forms.forms)
        }

    def find(self, name: ListedName) -> tuple[MediaForm, str]:
        """The form, and the path below the root. Raises MissingMedia, and Unusable for what must not be opened."""
        missing: MissingMedia | None = None
        for form in self._forms:
            tail = (*name.folders, form.name.format(name))[-self._n_parts :]
            places = self._places[_is_folder(form)]
            try:
                return form, places.folder(tail) if _is_folder(form) else places.file(tail)
            except MissingMedia as this:
                missing = missing or this
        raise missing or MissingMedia("no form")


def _is_folder(form: MediaForm) -> bool:
    return form.media is MediaKind.FRAMES
