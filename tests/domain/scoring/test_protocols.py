import pytest

from workbench.domain.datasets.cards import CARDS
from workbench.domain.scoring.protocols import (
    Neutral,
    Outside,
    Protocol,
    Rules,
    Spelling,
    Unanswered,
    is_scored,
    rules_of,
    scores_signs,
)


def test_strict_is_the_rule_where_nobody_says_another() -> None:
    assert rules_of(Protocol.STRICT, CARDS["rafdb"]) == Rules()
    assert Rules().unanswered is Unanswered.WRONG


def test_answered_differs_from_strict_in_samples_without_an_answer_alone() -> None:
    assert rules_of(Protocol.ANSWERED, CARDS["rafdb"]) == Rules(unanswered=Unanswered.DROPPED)


@pytest.mark.parametrize("key", CARDS)
def test_the_papers_rules_drop_words_outside_the_labels_only_where_war_and_uar_are_reported(key: str) -> None:
    card = CARDS[key]
    rules = rules_of(Protocol.PAPER, card)
    assert (rules.outside is Outside.DROPPED) == (card.metrics == ("accuracy", "uar"))
    assert (rules.unanswered, rules.spelling) == (Unanswered.DROPPED, Spelling.EXACT)
    assert rules.neutral is Neutral.NEGATIVE


@pytest.mark.parametrize("protocol", Protocol)
@pytest.mark.parametrize("key", ["rafdb", "dfew", "cmumosi"])
def test_every_protocol_says_its_rules_in_one_sentence(protocol: Protocol, key: str) -> None:
    words = rules_of(protocol, CARDS[key]).in_words(CARDS[key])
    assert words[0].isupper()
    assert words.count(".") == 1
    assert words.endswith(".")
    assert ("neutral" in words) == (key == "cmumosi")


def test_another_neutral_rule_takes_the_place_of_the_protocols_own() -> None:
    rules = rules_of(Protocol.PAPER, CARDS["cmumosi"], Neutral.DROP)
    assert rules.neutral is Neutral.DROP
    assert "dropped" in rules.in_words(CARDS["cmumosi"])


def test_rankings_are_needed_only_by_rules_that_look_beyond_the_first_choice() -> None:
    assert not Rules().needs_rankings(CARDS["cmumosi"])
    assert Rules(outside=Outside.NEXT).needs_rankings(CARDS["rafdb"])
    assert Rules(neutral=Neutral.POSITIVE).needs_rankings(CARDS["cmumosi"])
    assert not Rules(neutral=Neutral.POSITIVE).needs_rankings(CARDS["rafdb"])


def test_zeros_of_the_sentiment_sets_are_not_scored() -> None:
    assert not is_scored(CARDS["cmumosi"], "neutral")
    assert is_scored(CARDS["cmumosi"], "negative")
    assert is_scored(CARDS["rafdb"], "neutral")


def test_only_sets_that_leave_zeros_out_are_scored_by_sign() -> None:
    assert {key for key, card in CARDS.items() if scores_signs(card)} == {"chsims", "cmumosi"}
