import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.domain.datasets.cards import CARDS
from workbench.domain.predictions import FailureKind, PredictionStatus, RankedPrediction, counts_as, failure_kind, judge


def test_only_ranked_and_out_of_vocabulary_are_answers() -> None:
    answers = {status for status in PredictionStatus if status.is_answer}
    assert answers == {PredictionStatus.RANKED, PredictionStatus.OUT_OF_VOCABULARY}


@pytest.mark.parametrize("correct", [True, False])
@pytest.mark.parametrize("status", [one for one in PredictionStatus if one is not PredictionStatus.RANKED])
def test_whatever_is_not_ranked_is_a_failure_of_its_own_name(status: PredictionStatus, *, correct: bool) -> None:
    assert failure_kind(status, correct=correct) == status.value


def test_a_ranked_answer_fails_only_by_being_wrong() -> None:
    assert failure_kind(PredictionStatus.RANKED, correct=True) is None
    assert failure_kind(PredictionStatus.RANKED, correct=False) is FailureKind.WRONG


def test_every_failure_kind_can_happen() -> None:
    kinds = {failure_kind(status, correct=False) for status in PredictionStatus}
    assert kinds == set(FailureKind)


def test_the_first_of_a_ranking_is_the_answer() -> None:
    said = RankedPrediction(PredictionStatus.RANKED, ("sad", "happy"))
    assert said.top1 == "sad"


def test_no_ranking_gives_no_answer() -> None:
    assert RankedPrediction(PredictionStatus.REFUSED).top1 is None


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
