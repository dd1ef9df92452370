"""The model looks at pixels, reads words, and knows nothing else."""

from collections.abc import Callable

import numpy as np
from PIL import Image

from workbench.domain.datasets.labels import canonical_words
from workbench.embedded.lexicon import read_tone
from workbench.embedded.model import load_weights, rank
from workbench.embedded.training import trained_maps

Portrait = Callable[[str, int], Image.Image]
SENTIMENTS = ("negative", "weakly negative", "neutral", "weakly positive", "positive")


def test_every_label_is_ranked_once_in_the_words_it_was_offered(portrait: Portrait) -> None:
    labels = ("Happiness", "SAD", "anger", "Neutral", "bored", "tension")
    ranking = rank(labels, [portrait("happy", 5)])
    assert sorted(ranking) == sorted(labels)
    assert ranking[0] == "Happiness"


def test_labels_without_evidence_come_last_as_offered(portrait: Portrait) -> None:
    assert rank(("zeal", "happy", "awkward", "sad"), [portrait("sad", 5)])[2:] == ("zeal", "awkward")


def test_every_canonical_word_is_known(portrait: Portrait) -> None:
    emotions = [word for word in canonical_words() if word not in SENTIMENTS] + ["neutral"]
    assert rank((*emotions, "unheard of"), [portrait("angry", 6)])[-1] == "unheard of"


def test_a_smile_is_positive_and_a_scowl_negative(portrait: Portrait) -> None:
    assert rank(SENTIMENTS, [portrait("happy", 5)])[0] in ("positive", "weakly positive")
    assert rank(("positive", "negative"), [portrait("angry", 6)])[0] == "negative"


def test_the_same_picture_is_ranked_the_same_whatever_was_asked_before(portrait: Portrait) -> None:
    labels = ("happy", "sad", "angry", "neutral")
    alone = rank(labels, [portrait("sad", 8)])
    rank(labels, [portrait("happy", 9)])
    assert rank(labels, [portrait("sad", 8)]) == alone


def test_words_count_in_both_languages_and_are_turned_by_a_negation() -> None:
    assert rank(("sad", "happy"), [], "我今天很开心")[0] == "happy"
    assert rank(SENTIMENTS, [], "this is not good")[0] == "negative"
    assert rank(SENTIMENTS, [], "我不喜欢")[0] == "negative"
    assert read_tone("the table is over there").is_silent


def test_words_move_what_the_face_says(portrait: Portrait) -> None:
    face = [portrait("neutral", 4)]
    assert rank(("sad", "angry"), face, "angry angry angry furious")[0] == "angry"
    assert rank(("sad", "angry"), face, "sad tears lonely crying")[0] == "sad"


def test_training_learns_from_pixels_and_gives_the_same_maps_again() -> None:
    maps, again = trained_maps(52, 24), trained_maps(52, 24)
    weights = load_weights()
    assert maps["faces"].shape == weights.faces.shape
    assert maps["scenes"].shape == weights.scenes.shape
    assert all(np.array_equal(maps[name], again[name]) for name in maps)
