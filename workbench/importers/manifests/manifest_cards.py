"""The card of a user's own data set: from the settings of its manifest, from flags, and from what its rows hold."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields
from types import MappingProxyType
from typing import Any, Final, Self

from workbench.domain.datasets.cards import CARDS, DatasetCard
from workbench.domain.datasets.labels import LabelSet
from workbench.domain.datasets.samples import MediaKind, Sample
from workbench.domain.datasets.tasks import FramePolicy, FrameRule, Modality, Task
from workbench.domain.visible import visible
from workbench.errors import UsageError, unknown_name
from workbench.importers.manifests.manifest_gold import label_set, nearest

MOST_PER_REQUEST: Final = 1000
_LONGEST_TITLE_CHARS: Final = 100
_IN_A_LIST: Final = re.compile(r"[,;]")
_NUMBER: Final = re.compile(r"[0-9]{1,9}")
_KEY: Final = re.compile(r"[a-z0-9][a-z0-9_-]{0,39}")
_SCORED: Final = CARDS["cmumosi"]
"""A set whose gold labels are the signs of scores, as in a manifest without the column `gold`."""
_STILLS: Final = (Task.FACIAL, Task.SENTIMENT, Task.MICRO)
_FEW, _MANY = 6, 20  # samples in one request: of clips, of pictures or texts alone


def require_own_key(key: str) -> None:
    """Raise UsageError for a key that cannot be a data set's, or is that of a built-in one."""
    if key in CARDS:
        raise UsageError(f"{key} is a built-in data set ({CARDS[key].title}); choose another key for your own")
    if not _KEY.fullmatch(key):
        raise UsageError(
            f"{visible(key, longest=60)!r} cannot be the key of a data set; use up to 40 lower-case letters, digits, "
            "- and _, the first a letter or digit"
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class ManifestSettings:
    """What a user says of the data set; None or empty where nothing is said."""

    title: str | None = None
    labels: LabelSet | None = None
    task: Task | None = None
    frames: FramePolicy | None = None
    batch_size: int | None = None
    folds: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))

    @classmethod
    def parse(cls, written: Mapping[str, object]) -> Self:
        """Read settings as a manifest or flags give them; empty ones say nothing. Raises ValueError."""
        readers: Mapping[str, Callable[[object], Any]] = {
            "title": _title,
            "labels": lambda value: label_set(_words(value)),
            "task": _task,
            "frames": lambda value: FramePolicy.parse(str(value)),
            "batch_size": _batch_size,
            "folds": _folds,
        }
        return cls(**{name: readers[name](value) for name, value in written.items() if value not in (None, "", [])})

    def over(self, other: Self) -> Self:
        """These settings, and those of `other` where these say nothing."""
        said = {one.name: getattr(self, one.name) or getattr(other, one.name) for one in fields(self)}
        return type(self)(**said)


@dataclass(slots=True)
class Contents:
    """What the samples of one manifest hold, counted while it is read."""

    by_media: dict[MediaKind, int] = field(default_factory=dict)
    with_text: int = 0
    with_word: int = 0
    """Whose gold label is written; the others' is the sign of their score."""
    with_subject: int = 0

    def count(self, sample: Sample, *, has_word: bool) -> None:
        """Count one sample."""
        self.by_media[sample.media] = self.by_media.get(sample.media, 0) + 1
        self.with_text += sample.text is not None
        self.with_word += has_word
        self.with_subject += sample.cluster is not None

    @property
    def total(self) -> int:
        """All samples."""
        return sum(self.by_media.values())

    @property
    def pictured(self) -> set[MediaKind]:
        """The kinds of media, words alone left out."""
        return set(self.by_media) - {MediaKind.NONE}

    def notes(self, card: DatasetCard) -> Iterator[str]:
        """What samples lack of that which the card has sent."""
        words_alone = self.by_media.get(MediaKind.NONE, 0)
        if card.modality.has_pictures and words_alone:
            yield f"{words_alone:,} with words alone, since no path is given"
        if card.modality.has_text and self.with_text < self.total:
            yield f"{self.total - self.with_text:,} without a text"


def own_card(key: str, said: ManifestSettings, found: LabelSet, contents: Contents) -> DatasetCard:
    """The card of a set of one's own; `found` are the labels of its rows. Raises ValueError for folds of no label."""
    by_sign = said.labels is None and contents.with_word == 0
    labels = _SCORED.labels if by_sign else found
    task = said.task or _usual_task(contents)
    modality = _modality(task, contents)
    return DatasetCard(
        key=key,
        title=said.title or key,
        task=task,
        modality=modality,
        labels=labels,
        folds=_resolved(said.folds, labels) or (_SCORED.folds if by_sign else MappingProxyType({})),
        unscored_gold=_SCORED.unscored_gold if by_sign else (),
        frames=said.frames or _usual_frames(modality, contents),
        batch_size=said.batch_size or (_MANY if modality in (Modality.IMAGE, Modality.TEXT) else _FEW),
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
    """One picture as it is, one frame of a clip where a single picture is judged, else three as in the paper."""
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
    """A task by its name, or by the first word of it: `micro` will do."""
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
