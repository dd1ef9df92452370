"""What cards do not have of the ancestor's published files: their folders, spellings and conditions.

Source: the public repository zeroQiaoba/gpt4v-emotion, its `results/` and the label words in its `config.py`. The
frames that a published figure was taken with come from comments of its authors' scripts: the paper's figures of DFEW
and FERV39k are of two frames, those of RAVDESS and eNTERFACE'05 of three.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final


@dataclass(frozen=True, slots=True, kw_only=True)
class AncestorSet:
    """One data set in the ancestor's files."""

    labels: tuple[str, ...]
    """The label words of its prompt, letter by letter."""
    folders: tuple[str, ...] = ()
    """Names of its folder other than the key."""
    frames: int | None = None
    """Frames of a clip in the published figure; None where there is no choice."""


_FACES: Final = ("Angry", "Disgust", "Fear", "Happy", "Neutral", "Sad", "Surprise")
_SIGNS: Final = ("negative", "weakly negative", "neutral", "weakly positive", "positive")

ANCESTOR: Final[Mapping[str, AncestorSet]] = MappingProxyType(
    {
        "ckplus": AncestorSet(
            labels=("anger", "contempt", "disgust", "fear", "happy", "sadness", "surprise"), folders=("ck", "ck+")
        ),
        "sfew2": AncestorSet(labels=_FACES, folders=("sfew", "sfew2.0")),
        "rafdb": AncestorSet(
            labels=("Surprise", "Fear", "Disgust", "Happiness", "Sadness", "Anger", "Neutral"), folders=("raf",)
        ),
        "ferplus": AncestorSet(
            labels=("neutral", "happiness", "surprise", "sadness", "anger", "disgust", "fear", "contempt"),
            folders=("fer2013", "fer+"),
        ),
        "affectnet": AncestorSet(
            labels=("Surprise", "Contempt", "Happiness", "Anger", "Neutral", "Sadness", "Fear", "Disgust"),
            folders=("affectnet8",),
        ),
        "twitter1": AncestorSet(labels=("positive", "negative"), folders=("twitterI",)),
        "twitter2": AncestorSet(labels=("positive", "negative"), folders=("twitterII",)),
        "abstract": AncestorSet(
            labels=("Amusement", "Anger", "Awe", "Content", "Disgust", "Excitement", "Fear", "Sad"),
            folders=("abstractpaintings",),
        ),
        "artphoto": AncestorSet(
            labels=("disgust", "awe", "sad", "fear", "anger", "excitement", "contentment", "amusement"),
            folders=("artphotos",),
        ),
        "casme": AncestorSet(labels=("tense", "disgust", "repression", "surprise"), folders=("casme1", "casmeI")),
        "casme2": AncestorSet(
            labels=("happiness", "surprise", "disgust", "repression", "others"), folders=("casmeII",)
        ),
        "samm": AncestorSet(labels=("Anger", "Contempt", "Happiness", "Surprise", "Other")),
        "dfew": AncestorSet(
            labels=("Sad", "Neutral", "Angry", "Fear", "Surprise", "Happy", "Disgust"), folders=("dfewfd1",), frames=2
        ),
        "ferv39k": AncestorSet(labels=_FACES, frames=2),
        "ravdess": AncestorSet(
            labels=("surprised", "neutral", "disgust", "sad", "happy", "calm", "fearful", "angry"), frames=3
        ),
        "enterface05": AncestorSet(
            labels=("happiness", "anger", "disgust", "fear", "surprise", "sadness"), folders=("enterface",), frames=3
        ),
        "mer2023": AncestorSet(
            labels=("worried", "happy", "neutral", "angry", "surprised", "sad"), folders=("mermulti", "mer")
        ),
        "chsims": AncestorSet(labels=_SIGNS, folders=("sims",)),
        "cmumosi": AncestorSet(labels=_SIGNS, folders=("mosi",)),
    }
)


def set_of_folder(name: str) -> str | None:
    """The key of the data set in a folder of this name; None for a name that is not known."""
    wanted = _plain(name)
    return next(
        (key for key, known in ANCESTOR.items() if wanted in {_plain(one) for one in (key, *known.folders)}), None
    )


def _plain(name: str) -> str:
    """Without case and punctuation, but for the plus of CK+ and FER+, which becomes the word."""
    return "".join(mark for mark in name.casefold().replace("+", "plus") if mark.isalnum())
