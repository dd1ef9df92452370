import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.domain.datasets.cards import CARDS
from workbench.domain.judging import counts_as, judge
from workbench.domain.predictions import FailureKind, PredictionStatus, RankedPrediction

RANKED = PredictionStatus.RANKED
OUTSIDE = PredictionStatus.OUT_OF_VOCABULARY

JUDGED = {
    "right": ("rafdb", "sad", RANKED, ("sad", "happy"), 1, None),
    "second": ("rafdb", "sad", RANKED, ("happy", "sad"), 2, FailureKind.WRONG),
    "not in the list": ("rafdb", "sad", RANKED, ("happy", "angry"), None, FailureKind.WRONG),
    "refused": ("rafdb", "sad", PredictionStatus.REFUSED, (), None, FailureKind.REFUSED),
    "bad media": ("rafdb", "sad", PredictionStatus.BAD_MEDIA, (), None, FailureKind.BAD_MEDIA),
    "another word first, the gold label second": (
        *("rafdb", "sad", OUTSIDE, ("pain", "sad"), 2),
        FailureKind.OUT_OF_VOCABULARY,
    ),
    "another emotion of the same polarity": ("artphoto", "awed", RANKED, ("content", "sad"), 1, None),
    "another polarity": ("artphoto", "awed", RANKED, ("sad", "angry", "excited"), 3, FailureKind.WRONG),
    "the polarity itself, which was not offered": (
        *("artphoto", "awed", OUTSIDE, ("positive",), None),
        FailureKind.OUT_OF_VOCABULARY,
    ),
    "neutral counts as negative": ("cmumosi", "negative", RANKED, ("neutral", "negative"), 1, None),
    "neutral is not positive": ("cmumosi", "positive", RANKED, ("neutral", "weakly positive"), 2, FailureKind.WRONG),
    "weakly counts like strongly": ("chsims", "positive", RANKED, ("weakly positive",), 1, None),
    "a zero wants the word neutral": ("chsims", "neutral", RANKED, ("negative", "neutral"), 2, FailureKind.WRONG),
    "a zero called neutral": ("chsims", "neutral", RANKED, ("neutral",), 1, None),
}


@pytest.mark.parametrize(("key", "gold", "status", "ranking", "rank", "failure"), JUDGED.values(), ids=JUDGED)
def test_a_prediction_is_judged_by_the_classes_that_are_scored(
    key: str,
    gold: str,
    status: PredictionStatus,
    ranking: tuple[str, ...],
    rank: int | None,
    failure: FailureKind | None,
) -> None:
    judgement = judge(CARDS[key], gold, RankedPrediction(status, ranking))
    assert (judgement.gold_rank, judgement.failure) == (rank, failure)


@given(data=st.data(), key=st.sampled_from(list(CARDS)))
def test_a_first_place_and_a_correct_answer_are_the_same_thing(data: st.DataObject, key: str) -> None:
    card = CARDS[key]
    gold = data.draw(st.sampled_from(card.gold_labels))
    ranking = data.draw(st.permutations(card.labels.names))
    judgement = judge(card, gold, RankedPrediction(RANKED, tuple(ranking)))
    assert (judgement.failure is None) == (judgement.gold_rank == 1)
    assert (judgement.failure is None) == counts_as(card, ranking[0], gold)
    assert judgement.gold_rank is not None, "a full ranking holds a right answer somewhere"
