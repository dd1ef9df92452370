"""The card of a user's own data set: from the manifest's settings, from command-line flags, and from the rows.

A gold label in a spelling that the label set does not have would make every answer to it wrong, silently. So other
spellings of a label are resolved and noted, and an unknown word is refused with a hint at the nearest label.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields
from difflib import get_close_matches
from types import MappingProxyType
from typing import Any, Final, Self

from workbench.domain.datasets.cards import CARDS, DatasetCard
from workbench.domain.datasets.labels import LabelSet, fold
from workbench.domain.datasets.samples import MediaKind, Sample
from workbench.domain.datasets.tasks import FramePolicy, FrameRule, Modality, Task
from workbench.domain.visible import visible
from workbench.errors import DataError, UsageError, unknown_name
from workbench.importers.import_result import Unusable

MOST_PER_REQUEST: Final = 1000
_LONGEST_TITLE_CHARS: Final = 100
_IN_A_LIST: Final = re.compile(r"[,;]")
_NUMBER: Final = re.compile(r"[0-9]{1,9}")
_KEY: Final = re.compile(r"[a-z0-9][a-z0-9_-]{0,39}")
_SCORED: Final = CARDS["cmumosi"]
"""A set with the signs of scores as gold labels, like a manifest without the column `gold`."""
_STILLS: Final = (Task.FACIAL, Task.SENTIMENT, Task.MICRO)
_FEW, _MANY = 6, 20  # samples in one request: of clips, of pictures or texts alone

MOST_LABELS: Final = 50
"""Most labels found in rows; with more, the column holds something else."""
HOW_TO_GIVE_LABELS: Final = "give the labels: --labels, or a line `# labels: happy, sad` above the header"

_LONGEST_CHARS: Final = 60
_PART_LISTS: Final = frozenset(",;|[]{}")
"""Characters that would split a label in a list of labels or in a reply."""
_MOST_ADVISED: Final = 1000
"""Unknown words for which the nearest label is looked up, which is slow; with more, the column is wrong."""


class GoldLabels:
    """Resolves the gold labels of one manifest while it is read."""

    def __init__(self, given: LabelSet | None) -> None:
        self._given: Final = given
        self._labels = given or LabelSet(())
        self._known: Final[dict[str, str]] = {}
        self._refused: Final[dict[str, str]] = {}

    @property
    def labels(self) -> LabelSet:
        """The labels given, or those found so far, in order of first appearance."""
        return self._labels

    def resolve(self, word: str) -> str:
        """The label for a word of the manifest.

        Raises Unusable for a word that is not among the given labels or cannot be a label, DataError where too many
        labels are found.
        """
        label = self._known.get(word) or self._labels.resolve(word)
        if label is None:
            label = self._found(word)
        self._known[word] = label
        return label

    def _found(self, word: str) -> str:
        if self._given is not None:
            raise Unusable(self._why_refused(word))
        if reason := why_no_label(word):
            raise Unusable(reason)
        if len(self._labels.names) == MOST_LABELS:
            raise DataError(f"the manifest has more than {MOST_LABELS} different gold labels; {HOW_TO_GIVE_LABELS}")
        self._labels = LabelSet((*self._labels.names, word))
        return word

    def _why_refused(self, word: str) -> str:
        shown = f"unknown label {visible(word, longest=_LONGEST_CHARS)!r}"
        if word not in self._refused and len(self._refused) < _MOST_ADVISED:
            near = nearest(word, self._labels.names)
            self._refused[word] = f"{shown}; the nearest is {near!r}" if near else shown
        return self._refused.get(word, shown)


def label_set(words: Iterable[str]) -> LabelSet:
    """The label set from a user's words. Raises ValueError for fewer than two labels and for an invalid one."""
    names = tuple(dict.fromkeys(word.strip() for word in words if word.strip()))
    for name in names:
        if reason := why_no_label(name):
            raise ValueError(reason)
    if len(names) < 2:
        raise ValueError("a model must have two labels or more to choose from")
    return LabelSet(names)


def why_no_label(word: str) -> str:
    """Why a word cannot be a label; empty where it can."""
    shown = f"{visible(word, longest=_LONGEST_CHARS)!r} cannot be a label"
    if not fold(word):
        return f"{shown}: it has no letters"
    if visible(word) != word:
        return f"{shown}: it holds control characters"
    if len(word) > _LONGEST_CHARS:
        return f"{shown}: it is longer than {_LONGEST_CHARS} characters"
    if _PART_LISTS & {*word}:
        return f"{shown}: it holds one of {' '.join(sorted(_PART_LISTS))}"
    return ""


def nearest(word: str, names: Sequence[str]) -> str | None:
    """The name that is most like a word; None where none is similar."""
    folded = {fold(name): name for name in names}
    near = get_close_matches(fold(word)[:_LONGEST_CHARS], folded, n=1, cutoff=0.5)
    return folded[near[0]] if near else None


def require_own_key(key: str) -> None:
    """Raise UsageError for an invalid key and for the key of a built-in data set."""
    if key in CARDS:
        raise UsageError(f"{key} is a built-in data set ({CARDS[key].title}); choose another key for your own")
    if not _KEY.fullmatch(key):
        raise UsageError(
            f"{visible(key, longest=60)!r} cannot be the key of a data set; use up to 40 lower-case letters, digits, "
            "- and _, the first a letter or digit"
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class ManifestSettings:
    """What a user sets for the data set; None or empty where nothing is set."""

    title: str | None = None
    labels: LabelSet | None = None
    task: Task | None = None
    frames: FramePolicy | None = None
    batch_size: int | None = None
    folds: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))

    @classmethod
    def parse(cls, given: Mapping[str, object]) -> Self:
        """Read settings from a manifest or flags; empty values count as not set. Raises ValueError."""
        readers: Mapping[str, Callable[[object], Any]] = {
            "title": _title,
            "labels": lambda value: label_set(_words(value)),
            "task": _task,
            "frames": lambda value: FramePolicy.parse(str(value)),
            "batch_size": _batch_size,
            "folds": _folds,
        }
        return cls(**{name: readers[name](value) for name, value in given.items() if value not in (None, "", [])})

    def over(self, other: Self) -> Self:
        """These settings, and those of `other` where these are not set."""
        merged = {one.name: getattr(self, one.name) or getattr(other, one.name) for one in fields(self)}
        return type(self)(**merged)


@dataclass(slots=True)
class Contents:
    """What the samples of a manifest contain, counted while they are read."""

    by_media: dict[MediaKind, int] = field(default_factory=dict)
    with_text: int = 0
    with_word: int = 0
    """Samples with a written gold label; the label of the others is the sign of their score."""
    with_subject: int = 0

    def count(self, sample: Sample, *, has_word: bool) -> None:
        """Count one sample."""
        self.by_media[sample.media] = self.by_media.get(sample.media, 0) + 1
        self.with_text += sample.text is not None
        self.with_word += has_word
        self.with_subject += sample.cluster is not None

    @property
    def total(self) -> int:
        """The number of samples."""
        return sum(self.by_media.values())

    @property
    def pictured(self) -> set[MediaKind]:
        """The kinds of media, without samples of words alone."""
        return set(self.by_media) - {MediaKind.NONE}

    def notes(self, card: DatasetCard) -> Iterator[str]:
        """Notes about samples without a medium or text although the card sends one."""
        words_alone = self.by_media.get(MediaKind.NONE, 0)
        if card.modality.has_pictures and words_alone:
            yield f"{words_alone:,} with words alone, since no path is given"
        if card.modality.has_text and self.with_text < self.total:
            yield f"{self.total - self.with_text:,} without a text"


def own_card(key: str, settings: ManifestSettings, found: LabelSet, contents: Contents) -> DatasetCard:
    """The card of a user's own data set; `found` are the labels of its rows. Raises ValueError for unknown folds."""
    by_sign = settings.labels is None and contents.with_word == 0
    labels = _SCORED.labels if by_sign else found
    task = settings.task or _usual_task(contents)
    modality = _modality(task, contents)
    return DatasetCard(
        key=key,
        title=settings.title or key,
        task=task,
        modality=modality,
        labels=labels,
        folds=_resolved(settings.folds, labels) or (_SCORED.folds if by_sign else MappingProxyType({})),
        unscored_gold=_SCORED.unscored_gold if by_sign else (),
        frames=settings.frames or _usual_frames(modality, contents),
        batch_size=settings.batch_size or (_MANY if modality in (Modality.IMAGE, Modality.TEXT) else _FEW),
        metrics=_SCORED.metrics if by_sign else ("accuracy", "uar"),
        expected=None,
        cluster="subject" if contents.with_subject else None,
        licence="your own",
    )


def _usual_task(contents: Contents) -> Task:
    if contents.with_text or not contents.pictured:
        return Task.MULTIMODAL
    return Task.FACIAL if contents.pictured == {MediaKind.IMAGE} else Task.DYNAMIC


def _modality(task: Task, contents: Contents) -> Modality:
    if not contents.pictured:
        return Modality.TEXT
    if task in _STILLS:
        return Modality.IMAGE
    return Modality.MULTI if task is Task.MULTIMODAL and contents.with_text else Modality.VIDEO


def _usual_frames(modality: Modality, contents: Contents) -> FramePolicy:
    """All pictures as they are; of clips one frame for tasks of single pictures, else three, as in the paper."""
    if contents.pictured <= {MediaKind.IMAGE}:
        return FramePolicy(FrameRule.ALL)
    return FramePolicy(FrameRule.APEX) if modality is Modality.IMAGE else FramePolicy(FrameRule.UNIFORM, 3)


def _resolved(folds: Mapping[str, str], labels: LabelSet) -> Mapping[str, str]:
    by_label: dict[str, str] = {}
    for word, kind in folds.items():
        label = labels.resolve(word)
        if label is None:
            near = nearest(word, labels.names)
            hint = f"the nearest is {near!r}" if near else f"there are: {', '.join(labels.names)}"
            raise ValueError(f"folds: {visible(word, longest=60)!r} is no label; {hint}")
        by_label[label] = kind
    return MappingProxyType(by_label)


def _words(value: object) -> Sequence[str]:
    if isinstance(value, str):
        return _IN_A_LIST.split(value)
    if isinstance(value, list | tuple):
        return [str(word) for word in value]
    raise ValueError("labels are a list of words")


def _title(value: object) -> str:
    title = str(value).strip()
    if not title or visible(title, longest=_LONGEST_TITLE_CHARS) != title:
        raise ValueError(f"a title is one line of up to {_LONGEST_TITLE_CHARS} characters")
    return title


def _task(value: object) -> Task:
    """A task by its name or by the name of its enum member, such as `micro`."""
    asked = str(value).strip().casefold().replace("_", " ")
    by_name = {name: task for task in Task for name in (task.value, task.name.casefold())}
    if asked not in by_name:
        raise ValueError(str(unknown_name("task", visible(asked, longest=60), list(Task))))
    return by_name[asked]


def _batch_size(value: object) -> int:
    text = str(value).strip()
    if not _NUMBER.fullmatch(text) or not 1 <= int(text) <= MOST_PER_REQUEST:
        raise ValueError(f"batch_size is a number of samples from 1 to {MOST_PER_REQUEST:,}")
    return int(text)


def _folds(value: object) -> Mapping[str, str]:
    """Label to class, from `amused=positive, sad=negative` or from an object."""
    pairs: Any = value.items() if isinstance(value, Mapping) else (part.partition("=")[::2] for part in _words(value))
    folds = {str(label).strip(): str(kind).strip() for label, kind in pairs if str(label).strip()}
    for kind in folds.values():
        if not kind or visible(kind, longest=60) != kind:
            raise ValueError("folds are written label=class, label=class")
    return folds
