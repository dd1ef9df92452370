import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.domain.datasets.cards import CARDS
from workbench.domain.datasets.labels import LabelSet, canonical, canonical_words, fold

WORDS = LabelSet(("happy", "sad", "fearful", "tensed", "others", "weakly positive"))
"""A set with a label of every kind: a plain one, one with two words, ones that owners spell otherwise."""

MEANT = {
    "as it is": ("happy", "happy"),
    "another case": ("HaPPy", "happy"),
    "the noun": ("happiness", "happy"),
    "a synonym": ("Joy", "happy"),
    "quoted": ("'sadness'", "sad"),
    "curly quotes": ("“sad”", "sad"),
    "bold": ("**Fear**", "fearful"),
    "in brackets": ("[tension]", "tensed"),
    "a full stop": ("sad.", "sad"),
    "an underscore": ("weakly_positive", "weakly positive"),
    "many blanks": ("  slightly \t positive ", "weakly positive"),
    "singular": ("other", "others"),
}
NOT_MEANT = {
    "part of a label": "happ",
    "a longer word": "happyish",
    "a canonical word of another set": "calm",
    "a negation": "not happy",
    "two labels": "happy, sad",
    "nothing": "",
    "marks alone": " ...'' ",
    "half of a label of two words": "positive",
}


@pytest.mark.parametrize(("word", "label"), MEANT.values(), ids=MEANT)
def test_another_spelling_of_a_label_is_that_label(word: str, label: str) -> None:
    assert WORDS.resolve(word) == label


@pytest.mark.parametrize("word", NOT_MEANT.values(), ids=NOT_MEANT)
def test_a_word_is_never_guessed(word: str) -> None:
    assert WORDS.resolve(word) is None


@given(word=st.text(max_size=12), label=st.sampled_from(WORDS.names), around=st.text(" .*'\"[]:", max_size=4))
def test_resolving_ends_in_a_label_of_the_set_or_nowhere(word: str, label: str, around: str) -> None:
    assert WORDS.resolve(word) in (*WORDS.names, None)
    assert WORDS.resolve(around + label.upper() + around) == label


@given(st.text(max_size=30))
def test_folding_twice_changes_nothing(word: str) -> None:
    assert fold(fold(word)) == fold(word)


def test_every_canonical_word_means_itself() -> None:
    assert [canonical(word) for word in canonical_words()] == list(canonical_words())


@pytest.mark.parametrize("key", CARDS)
def test_a_card_finds_each_of_its_labels_and_offers_canonical_words_alone(key: str) -> None:
    labels = CARDS[key].labels
    assert [labels.resolve(name.upper()) for name in labels.names] == list(labels.names)
    assert set(labels.names) <= set(canonical_words())


def test_emotions_that_data_sets_keep_apart_are_not_folded_into_each_other() -> None:
    assert canonical("calm") != canonical("neutral")
    assert canonical("worried") != canonical("fear")
    assert CARDS["ravdess"].labels.resolve("calmness") == "calm"
    assert CARDS["mer2023"].labels.resolve("fearful") is None
    assert CARDS["mer2023"].labels.resolve("surprise") == "surprised"


def test_words_of_ones_own_set_stay_as_written() -> None:
    labels = LabelSet(("Freude", "joy"))
    assert labels.resolve("freude") == "Freude"
    assert labels.resolve("happy") == "joy"


def test_a_word_that_could_mean_two_labels_means_neither() -> None:
    labels = LabelSet(("happy", "joyful"))
    assert labels.resolve("joyful") == "joyful"
    assert labels.resolve("happy") == "happy"
    assert labels.resolve("happiness") is None


@pytest.mark.parametrize("names", [("sad", "sad"), ("sad", "Sad."), ("weakly positive", "weakly_positive")])
def test_two_labels_that_a_reply_could_not_tell_apart_are_refused(names: tuple[str, ...]) -> None:
    with pytest.raises(ValueError, match="two labels are the same word"):
        LabelSet(names)


def test_another_order_holds_the_same_labels() -> None:
    backwards = WORDS.with_order(reversed(WORDS.names))
    assert backwards.names == WORDS.names[::-1]
    with pytest.raises(ValueError, match="same labels"):
        WORDS.with_order(("happy", "sad"))


def test_labels_can_be_offered_reversed_or_shuffled_by_a_seed() -> None:
    labels = LabelSet(("happy", "sad", "angry", "calm", "neutral"))
    assert labels.ordered("card") == labels
    assert labels.ordered("reversed").names == ("neutral", "calm", "angry", "sad", "happy")
    shuffled = labels.ordered("shuffled:1")
    assert set(shuffled.names) == set(labels.names)
    assert shuffled == labels.ordered(" Shuffled:1 ")
    assert shuffled != labels.ordered("shuffled:2") != labels


@pytest.mark.parametrize("order", ["", "backwards", "shuffled", "shuffled:", "shuffled:x", "shuffled:-1"])
def test_an_order_that_is_none_names_those_there_are(order: str) -> None:
    with pytest.raises(ValueError, match="card, reversed or shuffled:SEED"):
        LabelSet(("happy", "sad")).ordered(order)
