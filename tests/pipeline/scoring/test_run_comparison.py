"""Comparisons of runs in a real workspace, with every fate that a sample can meet."""

import json

import pytest
from sqlite_utils import Database

from tests.building import REFUSED, ranked
from tests.export.worked_run import AT, outside
from tests.pipeline.scoring.compared_runs import answered_run
from workbench.application.reviews import ReviewSession
from workbench.domain.datasets.cards import CARDS
from workbench.domain.runs import Run
from workbench.domain.scoring.protocols import Against, Neutral, Protocol, Rules, rules_of
from workbench.pipeline.scoring.run_comparison import changed_sides, compare_runs, comparison_json

RAFDB, CHSIMS, CASME2 = CARDS["rafdb"], CARDS["chsims"], CARDS["casme2"]
GOLD = {"both": "happy", "a alone": "happy", "b alone": "sad", "refused": "sad", "word": "sad", "neither": "sad"}
A = {
    "both": ranked("happy"),
    "a alone": ranked("happy", "sad"),
    "b alone": ranked("happy", "sad"),
    "refused": REFUSED,
    "word": outside("weary"),
    "neither": ranked("happy"),
}
B = {
    "both": ranked("happy"),
    "a alone": ranked("sad"),
    "b alone": ranked("sad"),
    "refused": ranked("sad"),
    "word": ranked("sad"),
    "neither": ranked("angry"),
}


@pytest.fixture
def runs(db: Database) -> tuple[Run, Run]:
    return answered_run(db, RAFDB, GOLD, A, name="a"), answered_run(db, RAFDB, GOLD, B, name="b", colour="grey")


def test_strictly_a_refusal_is_wrong_and_every_shared_sample_counts(db: Database, runs: tuple[Run, Run]) -> None:
    found = compare_runs(db, RAFDB, runs)
    [pair] = found.pairs
    assert (pair.comparison.n, pair.shared, pair.left_out, pair.only_a, pair.only_b) == (6, 6, 0, 0, 0)
    assert pair.comparison.headline.value == pytest.approx((2 - 4) / 6)
    assert (pair.comparison.mcnemar.b, pair.comparison.mcnemar.c) == (1, 3)
    assert pair.differs == ("colour: rgb -> grey",)
    assert (pair.answers.n, pair.answers.same.value) == (5, 1 / 5)


def test_of_the_answered_only_what_both_answered_counts(db: Database, runs: tuple[Run, Run]) -> None:
    [pair] = compare_runs(db, RAFDB, runs, Protocol.ANSWERED).pairs
    assert (pair.comparison.n, pair.left_out) == (5, 1)
    assert (pair.comparison.mcnemar.b, pair.comparison.mcnemar.c) == (1, 2)


def test_what_changed_sides_is_listed_with_both_answers(db: Database, runs: tuple[Run, Run]) -> None:
    found = list(changed_sides(db, RAFDB, *runs, rules_of(Protocol.STRICT, RAFDB)))
    assert [(one.sample, one.gold, one.a, one.b, one.right) for one in found] == [
        ("a alone", "happy", "happy", "sad", "a"),
        ("b alone", "sad", "happy", "sad", "b"),
        ("refused", "sad", "refused", "sad", "b"),
        ("word", "sad", "weary", "sad", "b"),
    ]
    answered = changed_sides(db, RAFDB, *runs, rules_of(Protocol.ANSWERED, RAFDB))
    assert [one.sample for one in answered] == ["a alone", "b alone", "word"]


def test_changed_sides_are_as_many_as_mcnemar_counts(db: Database, runs: tuple[Run, Run]) -> None:
    for protocol in Protocol:
        [pair] = compare_runs(db, RAFDB, runs, protocol).pairs
        found = list(changed_sides(db, RAFDB, *runs, rules_of(protocol, RAFDB)))
        assert sum(one.right == "a" for one in found) == pair.comparison.mcnemar.b
        assert sum(one.right == "b" for one in found) == pair.comparison.mcnemar.c


def test_samples_that_one_run_did_not_plan_are_counted_and_left_out(db: Database) -> None:
    small = {name: GOLD[name] for name in ("both", "a alone")}
    a = answered_run(db, RAFDB, GOLD, A, name="a")
    b = answered_run(db, RAFDB, small, {name: B[name] for name in small}, name="b", limit=2)
    [pair] = compare_runs(db, RAFDB, (a, b)).pairs
    assert (pair.comparison.n, pair.only_a, pair.only_b) == (2, 4, 0)
    assert pair.comparison.headline.value == 0.5


def test_zeros_are_left_out_and_signs_are_what_is_compared(db: Database) -> None:
    gold = {"zero": "neutral", "weak": "negative", "sign": "positive"}
    a = {"zero": ranked("neutral"), "weak": ranked("weakly negative"), "sign": ranked("neutral", "positive")}
    b = {"zero": ranked("positive"), "weak": ranked("negative"), "sign": ranked("positive")}
    runs = answered_run(db, CHSIMS, gold, a, name="a"), answered_run(db, CHSIMS, gold, b, name="b", seed=1)
    [pair] = compare_runs(db, CHSIMS, runs).pairs
    assert (pair.comparison.n, pair.left_out) == (2, 1)
    assert [one.metric for one in pair.comparison.differences] == ["weighted_f1", "accuracy"]
    assert (pair.comparison.mcnemar.b, pair.comparison.mcnemar.c) == (0, 1)
    assert pair.answers.same.value == 0.0, "answers are compared as they were given"
    assert [one.sample for one in changed_sides(db, CHSIMS, *runs, rules_of(Protocol.STRICT, CHSIMS))] == ["sign"]


def test_a_word_that_is_gold_without_having_been_offered_is_wrong_here_as_in_scores(db: Database) -> None:
    gold = {"x": "calm", "y": "happy"}
    a = answered_run(db, RAFDB, gold, {"x": outside("calm"), "y": ranked("happy")}, name="a")
    b = answered_run(db, RAFDB, gold, {"x": ranked("sad"), "y": ranked("happy")}, name="b", seed=1)
    [pair] = compare_runs(db, RAFDB, (a, b)).pairs
    assert pair.comparison.headline.a == 0.5
    assert list(changed_sides(db, RAFDB, a, b, rules_of(Protocol.STRICT, RAFDB))) == []


def test_clusters_are_those_of_the_card(db: Database) -> None:
    gold = {f"s{place}/e": "happy" for place in range(6)}
    clusters = {name: name[:2] for name in gold}
    a = answered_run(db, CASME2, gold, dict.fromkeys(gold, ranked("happy")), name="a", clusters=clusters)
    b = answered_run(db, CASME2, gold, dict.fromkeys(gold, ranked("sad")), name="b", clusters=clusters, seed=1)
    [pair] = compare_runs(db, CASME2, (a, b)).pairs
    assert pair.comparison.permutation is not None
    assert pair.comparison.permutation.clusters == 6
    assert pair.comparison.permutation.p == pytest.approx(2 / 2**6)
    assert "6 clusters by subject" in pair.comparison.interval


def test_several_runs_are_compared_two_by_two_with_holm(db: Database, runs: tuple[Run, Run]) -> None:
    third = answered_run(db, RAFDB, GOLD, B, name="c", seed=3)
    document = json.loads(json.dumps(comparison_json(compare_runs(db, RAFDB, (*runs, third))), allow_nan=False))
    assert document["runs"] == ["a", "b", "c"]
    assert [pair["runs"] for pair in document["pairs"]] == [["a", "b"], ["a", "c"], ["b", "c"]]
    assert [pair["mcnemar"]["p"] for pair in document["pairs"]] == [0.625, 0.625, 1.0]
    assert [pair["p_holm"] for pair in document["pairs"]] == [1.0, 1.0, 1.0]


def test_the_json_of_two_runs_has_the_promised_shape(db: Database, runs: tuple[Run, Run]) -> None:
    document = json.loads(json.dumps(comparison_json(compare_runs(db, RAFDB, runs)), allow_nan=False))
    assert {key: document[key] for key in ("dataset", "runs", "n", "mcnemar")} == {
        "dataset": "rafdb",
        "runs": ["a", "b"],
        "n": 6,
        "mcnemar": {"b": 1, "c": 3, "p": 0.625},
    }
    assert {"metric", "value", "low", "high"} <= set(document["difference"])
    assert document["difference"]["metric"] == "accuracy"
    assert document["spec_difference"] == ["colour: rgb -> grey"]


def test_the_rule_for_neutral_answers_decides_what_is_compared(db: Database) -> None:
    card = CARDS["chsims"]
    gold = {"p": "positive", "n": "negative", "m": "negative"}
    a = answered_run(db, card, gold, dict.fromkeys(gold, ranked("neutral", "positive")), name="a")
    b = answered_run(db, card, gold, dict.fromkeys(gold, ranked("positive")), name="b", prompt="other")
    assert compare_runs(db, card, [a, b]).pairs[0].comparison.n == 3
    assert compare_runs(db, card, [a, b], neutral=Neutral.DROP).pairs[0].comparison.n == 0
    wrong = compare_runs(db, card, [a, b], neutral=Neutral.WRONG).pairs[0].comparison
    assert (wrong.mcnemar.b, wrong.mcnemar.c) == (0, 1)


def test_against_reviews_both_runs_are_judged_by_what_the_reviewers_say(db: Database, runs: tuple[Run, Run]) -> None:
    a, b = runs
    card = CARDS[a.dataset]
    (changed, *_) = changed_sides(db, card, a, b, Rules())
    other = changed.b if changed.right == "a" else changed.a
    assert other is not None
    ReviewSession(db, a, card, "ada", lambda: AT).set_label(changed.sample, other)
    after = {one.sample: one.right for one in changed_sides(db, card, a, b, Rules(), Against.REVIEWS)}
    found = compare_runs(db, card, [a, b], against=Against.REVIEWS)
    assert after.get(changed.sample) != changed.right
    assert found.pairs[0].comparison.mcnemar.changed == len(after)
    assert "Against reviews" in found.rule
