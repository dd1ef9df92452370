"""In what forms the medium of a listed name may lie on disk: which kind, and how the name is written there.

Owners pad numbers or not, hand out videos or their frames, and leave suffixes out of their lists, so a name is tried
in several forms, the best first.
"""

from dataclasses import dataclass, replace
from typing import Final

from workbench.domain.datasets.samples import MediaKind
from workbench.importers.files.dataset_tree import Tree
from workbench.importers.files.media_paths import MediaPaths, Tail
from workbench.importers.files.path_guard import LEADS_OUT
from workbench.importers.ledger import Missing, Unusable

_MOST_DIGITS: Final = 9


@dataclass(frozen=True, slots=True)
class Name:
    """A medium's name in a list, taken apart."""

    folders: Tail
    stem: str
    suffix: str
    """With its dot; empty where the list has none."""

    @classmethod
    def parse(cls, text: str) -> "Name":
        """Take a name apart. Raises Unusable for one that names nothing."""
        parts = [part for part in text.split("/") if part not in ("", ".")]
        if not parts:
            raise Unusable("it has no name")
        if ".." in parts or text.startswith("/"):
            raise Unusable(LEADS_OUT)
        stem, dot, ending = parts[-1].rpartition(".")
        return cls(tuple(parts[:-1]), stem, dot + ending) if stem else cls(tuple(parts[:-1]), ending, "")

    def without(self, ending: str) -> "Name":
        """The name without an ending of its stem."""
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
        """All of it but the suffix."""
        return "/".join((*self.folders, self.stem))


@dataclass(frozen=True, slots=True)
class MediaForm:
    """One form, as a template of `{0}`, a Name: `{0.stem}{0.suffix}`, `{0.number:05}.avi`."""

    media: MediaKind
    name: str
    remark: str = ""
    """What is noted about samples that are taken in this form."""


AS_LISTED: Final = MediaForm(MediaKind.IMAGE, "{0.stem}{0.suffix}")


@dataclass(frozen=True, slots=True)
class MediaForms:
    """The forms of a set's media, and which of several copies is the better one."""

    forms: tuple[MediaForm, ...]
    """The best first."""
    n_parts: int = 1
    """Parts of a path by which a medium is known: more than 1 where lists name folders too."""
    prefer: tuple[str, ...] = ()
    """Words in the path of the better copy, the best first; `{part}` is the word of the part that is imported."""
    avoid: tuple[str, ...] = ()


LISTED_PICTURES: Final = MediaForms((AS_LISTED,))


class Media:
    """Finds the medium of a name in the first form that lies in a tree."""

    def __init__(self, forms: MediaForms, tree: Tree, part: str) -> None:
        prefer = tuple(word.format(part=part.casefold()) for word in forms.prefer)
        self._forms: Final = forms.forms
        self._n_parts: Final = forms.n_parts
        self._places: Final = {
            is_folder: MediaPaths(tree.root, paths, n_parts=forms.n_parts, prefer=prefer, avoid=forms.avoid)
            for is_folder, paths in ((False, tree.files), (True, tree.folders))
            if any(is_folder == _is_folder(form) for form in forms.forms)
        }

    def find(self, name: Name) -> tuple[MediaForm, str]:
        """The form, and the path relative to the root. Raises Missing, and Unusable for what must not be opened."""
        missing: Missing | None = None
        for form in self._forms:
            tail = (*name.folders, form.name.format(name))[-self._n_parts :]
            places = self._places[_is_folder(form)]
            try:
                return form, places.folder(tail) if _is_folder(form) else places.file(tail)
            except Missing as this:
                missing = missing or this
        raise missing or Missing("no form")


def _is_folder(form: MediaForm) -> bool:
    return form.media is MediaKind.FRAMES
