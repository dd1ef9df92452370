"""The nineteen data sets of the benchmark, as one table of values.

Sources: Tables 1 and 2 of arXiv 2312.04293 for tasks, labels and counts; owners' pages and public loaders for the
rest. A data set is a card here and a reader in `importers`; nothing else in the package knows one from another.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields
from types import MappingProxyType
from typing import Any, Final, Self

from workbench.domain.datasets.labels import LabelSet
from workbench.domain.datasets.tasks import FramePolicy, FrameRule, Modality, Task
from workbench.domain.json_values import json_value
from workbench.errors import UsageError, unknown_name


@dataclass(frozen=True, slots=True, kw_only=True)
class DatasetCard:
    """What is known of a data set before it is imported."""

    key: str
    title: str
    task: Task
    modality: Modality
    labels: LabelSet
    """The words offered in the prompt."""
    scored: tuple[str, ...] = ()
    """The gold labels kept at import where these are fewer than `labels`; empty: all."""
    folds: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    """Label to the class it is scored as, where these differ (eight emotions judged as two polarities)."""
    unscored_gold: tuple[str, ...] = ()
    """Gold labels that are imported and shown but leave the scores (the zeros of the sentiment sets)."""
    misspelt: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    """Gold labels that the paper's files spell otherwise than its prompt does, with the spelling of the files.
    Compared letter by letter, no answer matches them."""
    intensity_scale: float | None = None
    """The owner's score of the strongest sentiment; None where samples have no score."""
    frames: FramePolicy
    batch_size: int
    """Samples in one request."""
    metrics: tuple[str, ...] = ("accuracy",)
    """Names of the metrics that the paper reports for it; the first is the headline."""
    expected: int | None = None
    """Test samples in the paper's Table 1; None for a data set of the user's own."""
    expected_note: str = ""
    """Why a complete copy may hold another number."""
    other_sizes: tuple[int, ...] = ()
    """Numbers of samples that complete copies hold otherwise."""
    cluster: str | None = None
    """What samples of one cluster share; None where nothing is known."""
    licence: str
    """In a phrase, for people; the owner's agreement is what binds."""
    open_licence: bool = False
    """Whether the pictures may be shown and handed on (with attribution, where the licence says so)."""

    @property
    def gold_labels(self) -> tuple[str, ...]:
        """The gold labels that an import keeps."""
        return self.scored or self.labels.names

    @property
    def classes(self) -> tuple[str, ...]:
        """The classes of every metric: the gold labels as they are scored, each once, in card order."""
        scored = (label for label in self.gold_labels if label not in self.unscored_gold)
        return tuple(dict.fromkeys(self.scored_as(label) for label in scored))

    def scored_as(self, label: str) -> str:
        """The class that a label counts as."""
        return self.folds.get(label, label)

    @property
    def modalities(self) -> tuple[Modality, ...]:
        """The modalities in which it can be asked about; its own is the default."""
        return tuple(Modality)[1:] if self.modality is Modality.MULTI else (self.modality,)

    def require_modality(self, modality: Modality) -> None:
        """Raise UsageError for a modality that the data set does not have."""
        if modality not in self.modalities:
            raise UsageError(f"{self.key} cannot be asked as {modality}; it can as {', '.join(self.modalities)}")

    def as_json(self) -> dict[str, Any]:
        """The card as plain values, for storage: the card of a user's own data set is nowhere else."""
        return {**json_value(self), "labels": list(self.labels.names), "frames": str(self.frames)}

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> Self:
        """Read what `as_json` wrote."""
        read: dict[str, Any] = {
            "task": Task(values["task"]),
            "modality": Modality(values["modality"]),
            "labels": LabelSet(tuple(values["labels"])),
            "folds": MappingProxyType(dict(values["folds"])),
            "misspelt": MappingProxyType(dict(values.get("misspelt", {}))),  # cards of earlier versions have none
            "frames": FramePolicy.parse(values["frames"]),
        }
        lists = {name: tuple(values.get(name, ())) for name in ("scored", "unscored_gold", "metrics", "other_sizes")}
        known = {one.name for one in fields(cls)}
        return cls(**{name: value for name, value in values.items() if name in known} | read | lists)


_SIX: Final = ("happy", "sad", "angry", "fearful", "disgusted", "surprised")
_SEVEN: Final = LabelSet((*_SIX, "neutral"))
_EIGHT: Final = LabelSet((*_SIX, "neutral", "contempt"))
_EVOKED: Final = LabelSet(("amused", "sad", "angry", "fearful", "disgusted", "awed", "content", "excited"))
_POLARITIES: Final = LabelSet(("positive", "negative"))
_INTENSITIES: Final = LabelSet(("negative", "weakly negative", "neutral", "weakly positive", "positive"))

_BY_VALENCE: Final = MappingProxyType(
    dict.fromkeys(("amused", "awed", "content", "excited"), "positive")
    | dict.fromkeys(("sad", "angry", "fearful", "disgusted"), "negative")
)
# An answer "neutral" counts as negative: the paper's rule, found from its published figures.
_BY_SIGN: Final = MappingProxyType(
    {"weakly negative": "negative", "weakly positive": "positive", "neutral": "negative"}
)

_WAR_UAR: Final = ("accuracy", "uar")
_WEIGHTED_F1: Final = ("weighted_f1",)

_AGREEMENT: Final = "signed agreement with the owner; research only; no redistribution"
_WEB_PHOTOS: Final = "research use; the photos belong to their authors; do not show"

_FORM_OF_TASK: Final = MappingProxyType(
    {
        Task.FACIAL: (Modality.IMAGE, FramePolicy(FrameRule.ALL), 20),
        Task.SENTIMENT: (Modality.IMAGE, FramePolicy(FrameRule.ALL), 20),
        Task.MICRO: (Modality.IMAGE, FramePolicy(FrameRule.APEX), 20),
        Task.DYNAMIC: (Modality.VIDEO, FramePolicy(FrameRule.UNIFORM, 3), 6),
        Task.MULTIMODAL: (Modality.MULTI, FramePolicy(FrameRule.UNIFORM, 3), 6),
    }
)
"""Modality, frame policy and samples in a request, as the paper has them for all data sets of a task."""


def _card(task: Task, **own: Any) -> DatasetCard:
    modality, frames, batch_size = _FORM_OF_TASK[task]
    return DatasetCard(task=task, modality=modality, frames=frames, batch_size=batch_size, **own)


CARDS: Final[Mapping[str, DatasetCard]] = MappingProxyType(
    {
        card.key: card
        for card in (
            _card(
                Task.FACIAL,
                key="ckplus",
                title="CK+",
                labels=LabelSet((*_SIX, "contempt")),
                expected=981,
                expected_note="the last three frames of the 327 labelled sequences",
                cluster="subject",
                licence=_AGREEMENT,
            ),
            _card(
                Task.FACIAL,
                key="sfew2",
                title="SFEW 2.0",
                labels=_SEVEN,
                expected=436,
                expected_note="the paper's files hold 435: one file name stands in two class folders",
                other_sizes=(435,),
                cluster="movie",
                licence=_AGREEMENT,
            ),
            _card(
                Task.FACIAL,
                key="rafdb",
                title="RAF-DB (basic)",
                labels=_SEVEN,
                expected=3068,
                licence="non-commercial; no copying, publishing or distributing of any portion",
            ),
            _card(
                Task.FACIAL,
                key="ferplus",
                title="FERPlus",
                labels=_EIGHT,
                expected=3589,
                expected_note="3573 have a name and a vote for an emotion",
                other_sizes=(3573,),
                licence="labels MIT; the FER2013 pictures have no clear licence; do not redistribute",
            ),
            _card(
                Task.FACIAL,
                key="affectnet",
                title="AffectNet",
                labels=_EIGHT,
                expected=4000,
                expected_note="the release of March 2021 holds 3999",
                other_sizes=(3999,),
                licence="signed by a head of laboratory; research only; no redistribution",
            ),
            _card(
                Task.SENTIMENT,
                key="twitter1",
                title="Twitter I",
                labels=_POLARITIES,
                expected=1269,
                expected_note="1269, 1116 and 882 pictures on which at least 3, 4 and all 5 of 5 people agree",
                licence=_WEB_PHOTOS,
            ),
            _card(
                Task.SENTIMENT,
                key="twitter2",
                title="Twitter II",
                labels=_POLARITIES,
                expected=603,
                expected_note="the owner's table lists 810, of which 207 pictures are in no copy",
                licence=_WEB_PHOTOS,
            ),
            _card(
                Task.SENTIMENT,
                key="abstract",
                title="Abstract",
                labels=_EVOKED,
                folds=_BY_VALENCE,
                expected=228,
                expected_note="280 pictures less those whose votes tie; the paper's files hold 229",
                other_sizes=(229,),
                licence="research use; the paintings belong to their artists",
            ),
            _card(
                Task.SENTIMENT,
                key="artphoto",
                title="ArtPhoto",
                labels=_EVOKED,
                folds=_BY_VALENCE,
                expected=806,
                licence="research use; the photos belong to their artists",
            ),
            _card(
                Task.MICRO,
                key="casme",
                title="CASME",
                labels=LabelSet(
                    ("happy", "sad", "fearful", "surprised", "disgusted", "repressed", "contempt", "tensed")
                ),
                scored=("tensed", "disgusted", "repressed", "surprised"),
                expected=195,
                expected_note="195 is the owner's total; the paper's files hold the 178 with the four scored labels",
                other_sizes=(178,),
                cluster="subject",
                licence=_AGREEMENT,
            ),
            _card(
                Task.MICRO,
                key="casme2",
                title="CASME II",
                labels=LabelSet(("happy", "sad", "fearful", "surprised", "disgusted", "repressed", "others")),
                scored=("happy", "surprised", "disgusted", "repressed", "others"),
                expected=247,
                expected_note=(
                    "246 clips have one of the five scored labels in the owner's sheet of 2014, one of them with an "
                    "apex '/', and 249 in that of 2019; the paper's files hold 239, since clips of the same name under "
                    "other subjects fell together"
                ),
                other_sizes=(239, 245, 246, 249),
                cluster="subject",
                licence=_AGREEMENT,
            ),
            _card(
                Task.MICRO,
                key="samm",
                title="SAMM",
                labels=LabelSet(("happy", "sad", "fearful", "surprised", "disgusted", "contempt", "angry", "others")),
                scored=("angry", "others", "happy", "surprised", "contempt"),
                expected=159,
                expected_note="159 is the owner's total; 136 have a label with more than ten samples, the paper's "
                "files hold 135",
                other_sizes=(135, 136),
                cluster="subject",
                licence=_AGREEMENT,
            ),
            _card(
                Task.DYNAMIC,
                key="dfew",
                title="DFEW (fold 1)",
                labels=_SEVEN,
                metrics=_WAR_UAR,
                expected=2341,
                licence="signed application; non-commercial; no redistribution",
            ),
            _card(
                Task.DYNAMIC,
                key="ferv39k",
                title="FERV39k",
                labels=_SEVEN,
                metrics=_WAR_UAR,
                expected=7847,
                cluster="scene",
                licence="application by e-mail; no reproduction or distribution",
            ),
            _card(
                Task.DYNAMIC,
                key="ravdess",
                title="RAVDESS",
                labels=LabelSet((*_SIX, "neutral", "calm")),
                metrics=_WAR_UAR,
                expected=1440,
                expected_note="the video-only speech clips (02-01-*)",
                cluster="actor",
                licence="CC BY-NC-SA 4.0",
                open_licence=True,
            ),
            _card(
                Task.DYNAMIC,
                key="enterface05",
                title="eNTERFACE'05",
                labels=LabelSet(_SIX),
                metrics=_WAR_UAR,
                expected=1287,
                expected_note="43 subjects x 30 clips, 3 missing; subject 6, without sentence folders, is left out",
                cluster="subject",
                licence="for scientific research; no explicit licence found; do not redistribute",
            ),
            _card(
                Task.MULTIMODAL,
                key="mer2023",
                title="MER2023 (MER-MULTI)",
                labels=LabelSet(("happy", "sad", "angry", "surprised", "neutral", "worried")),
                misspelt=MappingProxyType({"surprised": "surprise"}),
                expected=411,
                licence="end-user agreement; academic only; neither data nor derived files may be handed on",
            ),
            _card(
                Task.MULTIMODAL,
                key="chsims",
                title="CH-SIMS",
                labels=_INTENSITIES,
                folds=_BY_SIGN,
                unscored_gold=("neutral",),
                intensity_scale=1.0,
                metrics=_WEIGHTED_F1,
                expected=457,
                expected_note="the 69 clips with intensity 0 are imported and not scored",
                cluster="source video",
                licence="research; clips of films and television; no redistribution",
            ),
            _card(
                Task.MULTIMODAL,
                key="cmumosi",
                title="CMU-MOSI",
                labels=_INTENSITIES,
                folds=_BY_SIGN,
                unscored_gold=("neutral",),
                intensity_scale=3.0,
                metrics=_WEIGHTED_F1,
                expected=686,
                expected_note="the 30 segments with intensity 0 are imported and not scored",
                cluster="source video",
                licence="academic; videos from YouTube; no redistribution",
            ),
        )
    }
)


def card_of(key: str, also_known: Iterable[str] = ()) -> DatasetCard:
    """The card of a data set. Raises UsageError that names the nearest keys."""
    card = CARDS.get(key.strip().lower())
    if card is None:
        raise unknown_name("data set", key, (*CARDS, *also_known))
    return card
