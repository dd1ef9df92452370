"""Which failures the report shows, and what stands on each card."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlite_utils import Database

from tests.building import REFUSED, ranked
from tests.export.worked_run import AT, answer, outside, plan_run
from workbench.application.reviews import ReviewSession
from workbench.domain.datasets.cards import CARDS
from workbench.domain.predictions import FailureKind
from workbench.domain.reviews import Verdict
from workbench.domain.runs import Run
from workbench.domain.scoring.protocols import Protocol
from workbench.export.report_gallery import Card, Failures, Group, choose, gallery
from workbench.export.source import Source, read_source

MOSI = CARDS["cmumosi"]


@pytest.fixture
def run(db: Database) -> Run:
    gold = {
        "a/right": "negative",
        "a/wrong": "positive",
        "b/wrong": "positive",
        "b/refused": "positive",
        "c/outside": "positive",
        "c/zero": "neutral",
    }
    settled = {
        "a/right": ranked("negative"),
        "a/wrong": ranked("weakly negative", "neutral", "positive"),
        "b/wrong": ranked("weakly negative"),
        "b/refused": REFUSED,
        "c/outside": outside("so\x1b[2J", "positive"),
        "c/zero": ranked("positive"),
    }
    return answer(db, MOSI, plan_run(db, MOSI, gold), settled)


def shown(source: Source, most: int = 60) -> dict[str, Card]:
    return {card.name: card for kind in gallery(source, most) for mistake in kind.mistakes for card in mistake.cards}


def test_failures_come_by_kind_and_then_by_what_was_mistaken_for_what(db: Database, run: Run) -> None:
    found = gallery(read_source(db, MOSI, run, Protocol.STRICT), 60)
    assert [(kind.kind, kind.total, kind.shown) for kind in found] == [
        ("wrong", 2, 2),
        ("out of vocabulary", 1, 1),
        ("refused", 1, 1),
    ]
    (wrong,) = found[0].mistakes
    assert (wrong.gold, wrong.answer, wrong.total) == ("positive", "weakly negative", 2)
    assert found[1].mistakes[0].answer == "so␛[2J"
    assert found[2].mistakes[0].answer is None


def test_a_sample_that_is_not_scored_is_no_failure_of_the_report(db: Database, run: Run) -> None:
    assert "c/zero" not in shown(read_source(db, MOSI, run, Protocol.STRICT))


def test_a_card_tells_the_ranking_and_where_gold_stands_in_it(db: Database, run: Run) -> None:
    card = shown(read_source(db, MOSI, run, Protocol.STRICT))["a/wrong"]
    assert card.ranking == (("weakly negative", False), ("neutral", False), ("positive", True))
    assert (card.gold, card.status, card.reply) == ("positive", "ranked", "as asked")


def test_a_card_tells_what_reviewers_say(db: Database, run: Run) -> None:
    ada, bob = (ReviewSession(db, run, MOSI, name, lambda: AT) for name in ("ada", "bob"))
    ada.set_verdict("a/wrong", Verdict.GOLD_DOUBTFUL)
    ada.set_label("a/wrong", "neutral")
    ada.set_note("a/wrong", "she\nsmiles")
    bob.set_note("a/wrong", "no")
    card = shown(read_source(db, MOSI, run, Protocol.STRICT))["a/wrong"]
    assert card.opinions == ("ada: gold doubtful, label neutral – she␊smiles", "bob: no")


def test_at_most_so_many_are_shown_and_all_are_counted(db: Database, run: Run) -> None:
    source = read_source(db, MOSI, run, Protocol.STRICT)
    for most in range(5):
        found = gallery(source, most)
        assert sum(kind.shown for kind in found) == most
        assert sum(kind.total for kind in found) == 4


def test_every_kind_is_seen_before_one_is_seen_twice() -> None:
    totals: dict[Group, int] = {("wrong", "a", "b"): 1000, ("wrong", "b", "a"): 900, ("refused", "a", None): 1}
    assert choose(totals, 2) == {("wrong", "a", "b"): 1, ("wrong", "b", "a"): 0, ("refused", "a", None): 1}
    assert choose(totals, 20)["wrong", "b", "a"] >= 8


groups = st.dictionaries(
    st.tuples(st.sampled_from(list(FailureKind)), st.sampled_from("abc"), st.sampled_from(["x", "y", None])),
    st.integers(1, 500),
)


@given(groups, st.integers(0, 80))
def test_no_more_are_chosen_than_there_are_and_no_fewer_than_there_is_room_for(
    totals: dict[Group, int], most: int
) -> None:
    chosen = choose(totals, most)
    assert sum(chosen.values()) == min(most, sum(totals.values()))
    assert all(chosen[group] <= n for group, n in totals.items())
    kinds = {group[0] for group in totals}
    if most >= len(kinds):
        assert {group[0] for group, n in chosen.items() if n} == kinds


def test_failures_say_how_many_of_them_are_shown() -> None:
    assert replace(Failures("wrong", 3, ())).shown == 0
