import pytest

from workbench.domain.datasets.cards import CARDS, DatasetCard, card_of
from workbench.domain.datasets.tasks import Modality, Task
from workbench.errors import UsageError

SIX = "happy, sad, angry, fearful, disgusted, surprised"
SEVEN = f"{SIX}, neutral"
EIGHT = f"{SEVEN}, contempt"
EVOKED = "amused, sad, angry, fearful, disgusted, awed, content, excited"
INTENSITIES = "negative, weakly negative, neutral, weakly positive, positive"
CASME_SCORED = ("tensed", "disgusted", "repressed", "surprised")
CASME2_SCORED = ("happy", "surprised", "disgusted", "repressed", "others")
SAMM_SCORED = ("angry", "others", "happy", "surprised", "contempt")
POLARITIES = ("positive", "negative")

# Tables 1 and 2 of arXiv 2312.04293: task, modality, test samples, labels.
PAPER = {
    "ckplus": ("facial", "image", 981, f"{SIX}, contempt"),
    "sfew2": ("facial", "image", 436, SEVEN),
    "rafdb": ("facial", "image", 3068, SEVEN),
    "ferplus": ("facial", "image", 3589, EIGHT),
    "affectnet": ("facial", "image", 4000, EIGHT),
    "twitter1": ("visual sentiment", "image", 1269, "positive, negative"),
    "twitter2": ("visual sentiment", "image", 603, "positive, negative"),
    "abstract": ("visual sentiment", "image", 228, EVOKED),
    "artphoto": ("visual sentiment", "image", 806, EVOKED),
    "casme": (
        "micro-expression",
        "image",
        195,
        "happy, sad, fearful, surprised, disgusted, repressed, contempt, tensed",
    ),
    "casme2": ("micro-expression", "image", 247, "happy, sad, fearful, surprised, disgusted, repressed, others"),
    "samm": ("micro-expression", "image", 159, "happy, sad, fearful, surprised, disgusted, contempt, angry, others"),
    "dfew": ("dynamic facial", "video", 2341, SEVEN),
    "ferv39k": ("dynamic facial", "video", 7847, SEVEN),
    "ravdess": ("dynamic facial", "video", 1440, f"{SEVEN}, calm"),
    "enterface05": ("dynamic facial", "video", 1287, SIX),
    "mer2023": ("multimodal", "multi", 411, "happy, sad, angry, surprised, neutral, worried"),
    "chsims": ("multimodal", "multi", 457, INTENSITIES),
    "cmumosi": ("multimodal", "multi", 686, INTENSITIES),
}
CLASSES = {
    "abstract": POLARITIES,
    "artphoto": POLARITIES,
    "casme": CASME_SCORED,
    "casme2": CASME2_SCORED,
    "samm": SAMM_SCORED,
    "chsims": ("negative", "positive"),
    "cmumosi": ("negative", "positive"),
}
EVERY_CARD = pytest.mark.parametrize("card", CARDS.values(), ids=CARDS)


def test_the_nineteen_sets_stand_in_the_papers_order() -> None:
    assert list(CARDS) == list(PAPER)
    assert all(card.key == key for key, card in CARDS.items())


@pytest.mark.parametrize(("key", "row"), PAPER.items(), ids=PAPER)
def test_a_card_says_what_tables_1_and_2_say(key: str, row: tuple[str, str, int, str]) -> None:
    card = CARDS[key]
    assert (card.task, card.modality, card.expected, ", ".join(card.labels.names)) == row


@EVERY_CARD
def test_classes_are_the_scored_labels_each_once(card: DatasetCard) -> None:
    assert card.classes == CLASSES.get(card.key, card.labels.names)


@EVERY_CARD
def test_a_card_asks_as_the_paper_did(card: DatasetCard) -> None:
    assert card.batch_size == (20 if card.modality is Modality.IMAGE else 6)
    still = "apex" if card.task is Task.MICRO else "all"
    assert str(card.frames) == (still if card.modality is Modality.IMAGE else "uniform(3)")


@EVERY_CARD
def test_folds_and_scored_labels_speak_of_labels_that_are_offered(card: DatasetCard) -> None:
    assert set(card.scored) <= set(card.labels.names)
    assert set(card.folds) <= set(card.labels.names)
    assert set(card.unscored_gold) <= set(card.labels.names)


def test_evoked_emotions_count_by_their_valence() -> None:
    card = CARDS["artphoto"]
    by_class = {kind: [label for label in card.labels.names if card.scored_as(label) == kind] for kind in card.classes}
    assert by_class == {
        "positive": ["amused", "awed", "content", "excited"],
        "negative": ["sad", "angry", "fearful", "disgusted"],
    }


@pytest.mark.parametrize("key", ["chsims", "cmumosi"])
def test_an_answer_neutral_counts_as_negative_and_zeros_are_not_scored(key: str) -> None:
    card = CARDS[key]
    assert [card.scored_as(label) for label in card.labels.names] == [*["negative"] * 3, *["positive"] * 2]
    assert card.unscored_gold == ("neutral",)


@EVERY_CARD
def test_the_headline_metric_is_the_papers(card: DatasetCard) -> None:
    by_task = {Task.DYNAMIC: ("accuracy", "uar")}
    weighted = card.key in ("chsims", "cmumosi")
    assert card.metrics == (("weighted_f1",) if weighted else by_task.get(card.task, ("accuracy",)))


def test_only_ravdess_may_be_shown() -> None:
    assert [card.key for card in CARDS.values() if card.open_licence] == ["ravdess"]
    assert all(card.licence for card in CARDS.values())


@pytest.mark.parametrize("written", ["rafdb", "RAFDB", " RafDB "])
def test_a_key_is_read_whatever_its_case(written: str) -> None:
    assert card_of(written) is CARDS["rafdb"]


def test_an_unknown_key_is_answered_with_its_neighbours() -> None:
    with pytest.raises(UsageError, match=r"unknown data set 'casme3'; did you mean casme or casme2"):
        card_of("casme3")
    with pytest.raises(UsageError, match="did you mean mine"):
        card_of("mime", also_known=["mine"])


def test_the_table_cannot_be_changed_by_who_reads_it() -> None:
    assert not hasattr(CARDS, "__setitem__")
    assert not any(hasattr(card.folds, "__setitem__") for card in CARDS.values())
