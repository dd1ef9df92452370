"""Rates of answers and refusals, of runs in a real workspace."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlite_utils import Database

from tests.building import REFUSED, ranked
from tests.export.worked_run import answer, outside, plan_run
from workbench.domain.datasets.cards import CARDS
from workbench.domain.predictions import PredictionStatus
from workbench.domain.runs import Run
from workbench.domain.scoring.protocols import Protocol
from workbench.pipeline.scoring.answer_rates import Rates, most_refused, rates_of, run_rates
from workbench.pipeline.scoring.run_scores import score_run, scores_json

CHSIMS = CARDS["chsims"]
GOLD = {
    "at once": "negative",
    "then answered": "negative",
    "then another word": "negative",
    "refused": "positive",
    "then refused": "positive",
    "still asked": "positive",
    "zero": "neutral",
}
CLUSTERS = {"at once": "film b", "then answered": "film a", "refused": "film a", "then refused": "film b"}


@pytest.fixture
def run(db: Database) -> Run:
    planned = plan_run(db, CHSIMS, GOLD, clusters=CLUSTERS)
    said = dict.fromkeys(("then answered", "then another word", "refused", "still asked"), PredictionStatus.REFUSED)
    said["then refused"] = PredictionStatus.MISSING
    answer(db, CHSIMS, planned, {"at once": ranked("negative"), "zero": ranked("neutral")}, said)
    settled = {
        "then answered": ranked("positive"),
        "then another word": outside("bored"),
        "refused": REFUSED,
        "then refused": REFUSED,
    }
    return answer(db, CHSIMS, planned, settled)


def test_the_first_attempt_and_what_retries_made_of_it_are_told_apart(db: Database, run: Run) -> None:
    rates = score_run(db, CHSIMS, run).rates
    assert rates == Rates(label="all", planned=6, first_answered=1, first_refused=4, answered=3, refused=2)
    assert rates.first_coverage == pytest.approx(1 / 6)
    assert rates.first_refusal_rate == pytest.approx(4 / 6)
    assert rates.coverage == pytest.approx(3 / 6)
    assert rates.refusal_rate == pytest.approx(2 / 6)


def test_each_class_has_its_own_rates(db: Database, run: Run) -> None:
    assert score_run(db, CHSIMS, run).rates_by_class == (
        Rates(label="negative", planned=3, first_answered=1, first_refused=2, answered=3, refused=0),
        Rates(label="positive", planned=3, first_answered=0, first_refused=2, answered=0, refused=2),
    )


def test_each_cluster_has_its_own_rates_and_samples_without_one_are_in_none(db: Database, run: Run) -> None:
    scores = score_run(db, CHSIMS, run)
    assert scores.cluster == "source video"
    assert scores.rates_by_cluster == (
        Rates(label="film a", planned=2, first_answered=0, first_refused=2, answered=1, refused=1),
        Rates(label="film b", planned=2, first_answered=1, first_refused=0, answered=1, refused=1),
    )


def test_no_protocol_changes_a_rate(db: Database, run: Run) -> None:
    strict, *others = (scores_json(score_run(db, CHSIMS, run, protocol))["rates"] for protocol in Protocol)
    assert others == [strict, strict]


def test_the_json_holds_all_of_them_as_counts_and_fractions(db: Database, run: Run) -> None:
    document = scores_json(score_run(db, CHSIMS, run))["rates"]
    assert document["cluster"] == "source video"
    assert [one["label"] for one in document["per_class"]] == ["negative", "positive"]
    assert document["per_cluster"][0] == {
        "label": "film a",
        "planned": 2,
        "first_answered": 0,
        "first_refused": 2,
        "answered": 1,
        "refused": 1,
        "refusals_known": True,
        "first_coverage": 0.0,
        "first_refusal_rate": 1.0,
        "coverage": 0.5,
        "refusal_rate": 0.5,
    }


def test_a_class_without_samples_has_no_rate(db: Database) -> None:
    card = CARDS["casme2"]
    planned = plan_run(db, card, {"a": "happy"})
    rates = {one.label: one for one in score_run(db, card, planned).rates_by_class}
    assert rates["disgusted"].planned == 0
    assert rates["disgusted"].coverage is None
    assert rates["happy"].coverage == rates["happy"].first_refusal_rate == 0.0


def test_the_rates_of_a_whole_run_count_every_planned_sample(db: Database, run: Run) -> None:
    rates = run_rates(db, run.id)
    assert rates == Rates(label="all", planned=7, first_answered=2, first_refused=4, answered=4, refused=2)


def test_the_most_refused_come_first_and_groups_without_refusals_not_at_all() -> None:
    def group(label: str, first_refused: int, refused: int) -> Rates:
        return Rates(label=label, planned=4, first_answered=0, first_refused=first_refused, answered=0, refused=refused)

    groups = [group("none", 0, 0), group("first", 4, 0), group("some", 1, 1), group("most", 3, 3), group("more", 4, 3)]
    assert [one.label for one in most_refused(groups, 10)] == ["more", "most", "some", "first"]
    assert [one.label for one in most_refused(groups, 2)] == ["more", "most"]


STATUSES = st.one_of(st.none(), st.sampled_from(PredictionStatus))


@given(st.dictionaries(st.tuples(STATUSES, STATUSES), st.integers(1, 9)))
def test_no_group_is_answered_and_refused_more_than_it_has_samples(
    fates: dict[tuple[PredictionStatus | None, PredictionStatus | None], int],
) -> None:
    rates = rates_of("x", fates)
    assert rates.planned == sum(fates.values())
    assert 0 <= rates.first_answered + rates.first_refused <= rates.planned
    assert 0 <= rates.answered + rates.refused <= rates.planned
