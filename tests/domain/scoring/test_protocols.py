import pytest

from workbench.domain.datasets import CARDS
from workbench.domain.predictions import PredictionStatus
from workbench.domain.scoring.protocols import Protocol, is_scored


@pytest.mark.parametrize("status", [*PredictionStatus, None])
def test_strict_leaves_no_planned_sample_out(status: PredictionStatus | None) -> None:
    assert Protocol.STRICT.counts(status)


def test_answered_keeps_exactly_the_samples_with_an_answer() -> None:
    counted = {status for status in (*PredictionStatus, None) if Protocol.ANSWERED.counts(status)}
    assert counted == {PredictionStatus.RANKED, PredictionStatus.OUT_OF_VOCABULARY}


@pytest.mark.parametrize("protocol", Protocol)
def test_every_protocol_says_its_rule_in_one_sentence(protocol: Protocol) -> None:
    assert protocol.rule[0].isupper()
    assert protocol.rule.count(".") == 1
    assert protocol.rule.endswith(".")


def test_zeros_of_the_sentiment_sets_are_not_scored() -> None:
    assert not is_scored(CARDS["cmumosi"], "neutral")
    assert is_scored(CARDS["cmumosi"], "negative")
    assert is_scored(CARDS["rafdb"], "neutral")
