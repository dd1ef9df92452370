from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.domain.datasets.cards import CARDS
from workbench.domain.reviews import Review, Verdict
from workbench.domain.scoring.consensus import (
    as_class,
    consensus_of,
    corrected_gold,
    gold_class,
    has_vote,
    implied_label,
)

GOLD = "happy"


def said(*opinions: Verdict | str | None) -> list[Review]:
    """One reviewer for each: a verdict, else a label of their own, else nothing."""
    return [
        Review(f"r{place}", one) if isinstance(one, Verdict) else Review(f"r{place}", label=one)
        for place, one in enumerate(opinions)
    ]


@pytest.mark.parametrize(
    ("verdict", "implied"),
    [
        (Verdict.MODEL_WRONG, GOLD),
        (Verdict.BOTH_ACCEPTABLE, GOLD),
        (Verdict.GOLD_DOUBTFUL, None),
        (Verdict.BAD_MEDIA, None),
        (Verdict.UNSURE, None),
        (None, None),
    ],
)
def test_a_verdict_says_golds_label_or_none(verdict: Verdict | None, implied: str | None) -> None:
    assert implied_label(Review("ann", verdict), GOLD) == implied


@pytest.mark.parametrize("verdict", [*Verdict, None])
def test_an_own_label_goes_before_every_verdict(verdict: Verdict | None) -> None:
    assert implied_label(Review("ann", verdict, "sad"), GOLD) == "sad"


def test_the_most_frequent_label_is_the_consensus() -> None:
    found = consensus_of(said("sad", "sad", Verdict.MODEL_WRONG), GOLD)
    assert (found.label, dict(found.labels), found.reviewers, found.unanimous) == ("sad", {"sad": 2, GOLD: 1}, 3, False)
    assert list(found.labels) == ["sad", GOLD]


def test_a_tie_is_open_in_labels_and_in_verdicts() -> None:
    found = consensus_of(said("sad", "angry", Verdict.UNSURE, Verdict.BAD_MEDIA), GOLD)
    assert (found.label, found.verdict) == (None, None)
    assert dict(found.verdicts) == {Verdict.BAD_MEDIA: 1, Verdict.UNSURE: 1}


def test_a_tie_below_the_winner_changes_nothing() -> None:
    assert consensus_of(said("sad", "angry", "neutral", "sad"), GOLD).label == "sad"


@pytest.mark.parametrize(
    ("opinions", "label"),
    [
        ((Verdict.MODEL_WRONG, Verdict.GOLD_DOUBTFUL), None),
        ((Verdict.MODEL_WRONG, Verdict.GOLD_DOUBTFUL, Verdict.GOLD_DOUBTFUL), None),
        ((Verdict.MODEL_WRONG, Verdict.BOTH_ACCEPTABLE, Verdict.GOLD_DOUBTFUL), GOLD),
        (("sad", Verdict.GOLD_DOUBTFUL, Verdict.GOLD_DOUBTFUL), "sad"),
    ],
)
def test_a_doubt_without_a_label_is_a_vote_against_gold_and_against_nothing_else(
    opinions: tuple[Verdict | str, ...], label: str | None
) -> None:
    found = consensus_of(said(*opinions), GOLD)
    assert found.label == label
    assert found.doubts == opinions.count(Verdict.GOLD_DOUBTFUL)


def test_who_gives_neither_verdict_nor_label_has_no_vote() -> None:
    reviews = [Review("ann", tags=("dark",), note="hm"), Review("bob"), Review("cyd", label="sad")]
    assert [has_vote(review) for review in reviews] == [False, False, True]
    found = consensus_of(reviews, GOLD)
    assert (found.reviewers, found.label, found.unanimous) == (1, "sad", True)


@pytest.mark.parametrize(
    ("opinions", "unanimous"),
    [
        ((), False),
        ((None,), False),
        (("sad",), True),
        (("sad", "sad"), True),
        (("sad", "angry"), False),
        (("sad", Verdict.MODEL_WRONG), False),
        ((GOLD, Verdict.MODEL_WRONG), True),
        ((Verdict.MODEL_WRONG, Verdict.BOTH_ACCEPTABLE), False),
        ((Verdict.GOLD_DOUBTFUL, GOLD), False),
        ((Verdict.GOLD_DOUBTFUL, "sad"), True),
        ((Verdict.UNSURE, "sad"), True),
    ],
)
def test_unanimous_means_that_nobody_contradicts_another(
    opinions: tuple[Verdict | str | None, ...], unanimous: bool
) -> None:
    assert consensus_of(said(*opinions), GOLD).unanimous is unanimous


@pytest.mark.parametrize(
    ("opinions", "corrected"),
    [
        ((), GOLD),
        (("sad",), "sad"),
        (("sad", "angry"), GOLD),
        (("sad", "angry", "sad"), "sad"),
        ((Verdict.GOLD_DOUBTFUL,), GOLD),
        ((Verdict.MODEL_WRONG, "sad", "sad"), "sad"),
    ],
)
def test_gold_is_corrected_where_reviewers_agree_on_another_label(
    opinions: tuple[Verdict | str, ...], corrected: str
) -> None:
    assert corrected_gold(GOLD, said(*opinions)) == corrected


def test_labels_that_are_scored_as_one_class_are_one_vote() -> None:
    card = CARDS["chsims"]
    reviews = [as_class(card, review) for review in said("weakly negative", "negative", "positive")]
    assert consensus_of(reviews, "positive").label == "negative"
    assert as_class(card, Review("ann", Verdict.UNSURE)) == Review("ann", Verdict.UNSURE)


def test_a_reviewers_neutral_stays_neutral_where_zeros_are_not_scored() -> None:
    assert gold_class(CARDS["cmumosi"], "neutral") == "neutral"
    assert gold_class(CARDS["cmumosi"], "weakly positive") == "positive"
    assert gold_class(CARDS["abstract"], "awed") == "positive"
    assert gold_class(CARDS["rafdb"], "neutral") == "neutral"


@given(st.lists(st.sampled_from([*Verdict, "sad", "angry", GOLD, None])), st.randoms(use_true_random=False))
def test_the_order_of_reviewers_does_not_matter(opinions: list[Verdict | str | None], random: Random) -> None:
    reviews = said(*opinions)
    assert consensus_of(random.sample(reviews, len(reviews)), GOLD) == consensus_of(reviews, GOLD)
