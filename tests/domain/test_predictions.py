import pytest

from workbench.domain.predictions import FailureKind, PredictionStatus, RankedPrediction, failure_kind


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
    assert [said.rank_of(label) for label in ("sad", "happy", "angry")] == [1, 2, None]


def test_no_ranking_gives_no_answer() -> None:
    assert RankedPrediction(PredictionStatus.REFUSED).top1 is None
    assert RankedPrediction(PredictionStatus.REFUSED).rank_of("sad") is None
