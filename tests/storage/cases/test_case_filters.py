"""Filters beside a plain reading of the same rules, on runs drawn at random; the list of what changed between runs."""

import random
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlite_utils import Database

from tests.building import REFUSED, at, exchange, plan, ranked, received, sample, settled, spec_of, store
from workbench.domain.cases import CaseFilter, CaseKind
from workbench.domain.predictions import PredictionStatus, RankedPrediction
from workbench.domain.reviews import ReviewChange, ReviewField
from workbench.domain.runs import Run
from workbench.storage.cases import case_positions
from workbench.storage.cases.case_positions import count_positions, list_positions, list_unanswered, next_failure
from workbench.storage.cases.cases import load_ids, load_rows, positions_near, positions_that_pass
from workbench.storage.cases.confusions import count_confusion
from workbench.storage.cases.review_log import save_change
from workbench.storage.runs.attempts import Settled
from workbench.storage.runs.plans import open_batches
from workbench.storage.runs.run_control import claim_run
from workbench.storage.runs.run_records import create_loaded_run
from workbench.storage.workspace.database import open_workspace

LABELS = ("happy", "sad", "Straße", "\u212aelvin", "%")
NAMES = ("a%b", "a_b", "Ärger", "ärger", "straSSe", "\u017fine", "no", "NO", "ﬁne", "100", "\u212a")
TEXTS = (*NAMES, "x\0y")
REVIEWERS = ("ann", "bob")
SEARCHES = (*LABELS, *NAMES, "s", "ss", "k", "fi", "İ", "\0", "y", "zzz", "\\", "n" * 1_001)


@dataclass(slots=True)
class Drawn:
    """One sample of a run as it was drawn."""

    name: str
    gold: str
    text: str | None
    settled: Settled
    right_elsewhere: bool | None
    """None: the other run did not plan it."""
    said: dict[tuple[str, ReviewField], str | None] = field(default_factory=dict)


def drawn_sample(rng: random.Random, number: int) -> Drawn:
    name = f"{rng.choice(NAMES)}{number}"
    gold = rng.choice(LABELS)
    status = rng.choice(list(PredictionStatus))
    ranking = {
        PredictionStatus.RANKED: tuple(rng.sample(LABELS, 2)),
        PredictionStatus.OUT_OF_VOCABULARY: (rng.choice(NAMES),),
    }.get(status, ())
    became = settled(name, RankedPrediction(status, ranking), gold=gold)
    said = {
        (who, what): rng.choice([None, "unsure", rng.choice(TEXTS)])
        for who in REVIEWERS
        for what in (ReviewField.VERDICT, ReviewField.NOTE, ReviewField.TAGS)
        if rng.random() < 0.3
    }
    return Drawn(name, gold, rng.choice([None, *TEXTS]), became, rng.choice([None, True, False]), said)


def drawn_run(db: Database, seed: int) -> list[Drawn]:
    """A run in a shuffled order, another one of some of its samples, and what reviewers said."""
    rng = random.Random(seed)
    drawn = [drawn_sample(rng, number) for number in range(rng.randrange(40))]
    store(db, [sample(one.name, one.gold, text=one.text) for one in sorted(drawn, key=lambda one: one.name)])
    run = create_loaded_run(db, "here", spec_of(), [one.settled for one in drawn], at())
    elsewhere = [
        settled(one.name, RankedPrediction(PredictionStatus.RANKED, ("happy" if one.right_elsewhere else "sad",)))
        for one in drawn
        if one.right_elsewhere is not None
    ]
    create_loaded_run(db, "there", spec_of(seed=1), elsewhere, at())
    for one in drawn:
        for (who, what), value in one.said.items():
            save_change(db, run.id, ReviewChange(one.name, who, what, value, at()))
    return drawn


def is_of_kind(one: Drawn, kind: CaseKind, reviewer: str) -> bool:
    mine = {what: value for (who, what), value in one.said.items() if who == reviewer and value is not None}
    return {
        CaseKind.ALL: True,
        CaseKind.FAILURES: one.settled.failure is not None,
        CaseKind.FLAGGED: ReviewField.VERDICT in mine,
        CaseKind.UNREVIEWED: not mine,
    }.get(kind, one.settled.failure == str(kind))


def holds(one: Drawn, search: str) -> bool:
    notes = [value for (_, what), value in one.said.items() if what is ReviewField.NOTE and value is not None]
    texts = (one.name, one.gold, one.settled.prediction.top1 or "", one.text or "", *notes)
    return any(search.casefold() in text.casefold() for text in texts)


def has_changed(one: Drawn, unscored: tuple[str, ...]) -> bool:
    right_here = one.settled.gold_rank == 1
    return one.right_elsewhere is not None and one.right_elsewhere != right_here and one.gold not in unscored


def passes(one: Drawn, wanted: CaseFilter, reviewer: str) -> bool:
    return (
        is_of_kind(one, wanted.kind, reviewer)
        and wanted.gold in (None, one.gold)
        and (wanted.predicted is None or (wanted.predicted or None) == one.settled.prediction.top1)
        and holds(one, wanted.search)
        and (wanted.changed_from is None or (wanted.changed_from == "there" and has_changed(one, wanted.unscored)))
    )


FILTERS = st.builds(
    CaseFilter,
    kind=st.sampled_from(CaseKind),
    gold=st.none() | st.sampled_from(LABELS),
    predicted=st.none() | st.sampled_from(("", *LABELS, *NAMES)),
    search=st.just("") | st.sampled_from(SEARCHES) | st.text(max_size=3),
    changed_from=st.none() | st.sampled_from(("there", "nowhere")),
    unscored=st.lists(st.sampled_from(LABELS), max_size=2).map(tuple),
)


@pytest.fixture(scope="module", params=range(4))
def run(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Database, list[Drawn]]]:
    path: Path = tmp_path_factory.mktemp("drawn") / "emowb.db"
    with closing(open_workspace(path, create=True)) as db:
        drawn = drawn_run(db, request.param)
        yield db, drawn


@given(wanted=FILTERS, reviewer=st.sampled_from(REVIEWERS), start=st.integers(0, 45))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=200, deadline=None)
def test_filters_combine_as_in_plain_python(
    run: tuple[Database, list[Drawn]], wanted: CaseFilter, reviewer: str, start: int
) -> None:
    db, drawn = run
    expected = [position for position, one in enumerate(drawn) if passes(one, wanted, reviewer)]
    assert list(list_positions(db, 1, wanted, reviewer)) == expected
    assert count_positions(db, 1, wanted, reviewer) == len(expected)
    near = positions_near(db, 1, wanted, reviewer, start, within=99, most=99)
    assert list(near) == [position for position in expected if position >= start]
    assert positions_that_pass(db, 1, wanted, reviewer, range(0, 99, 2)) == {at for at in expected if at % 2 == 0}


@given(wanted=FILTERS, start=st.integers(-1, 45), backwards=st.booleans(), leaps=st.integers(0, 3))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=100, deadline=None)
def test_the_next_failure_is_the_nearest_in_the_list_however_it_is_found(
    run: tuple[Database, list[Drawn]], wanted: CaseFilter, start: int, backwards: bool, leaps: int
) -> None:
    db, drawn = run
    listed = list_positions(db, 1, wanted, "ann")
    kinds = [None, *(one.settled.failure for one in drawn if one.settled.failure)][:4]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(case_positions, "_LOOKUPS", leaps)
        for kind in kinds:
            fits = [
                at
                for at in listed
                if (drawn[at].settled.failure == kind if kind else drawn[at].settled.failure is not None)
                and (at < start if backwards else at > start)
            ]
            expected = (fits[-1] if backwards else fits[0]) if fits else None
            assert next_failure(db, 1, listed, start, kind=kind, backwards=backwards) == expected


def test_lines_counts_and_those_without_an_answer_are_those_of_the_run(run: tuple[Database, list[Drawn]]) -> None:
    db, drawn = run
    rows = load_rows(db, 1, range(99), "ann")
    assert [(row.sample_id, row.gold, row.status, row.failure) for row in rows] == [
        (one.name, one.gold, one.settled.prediction.status, one.settled.failure) for one in drawn
    ]
    assert [row.verdict for row in rows] == [one.said.get(("ann", ReviewField.VERDICT)) for one in drawn]
    became = [(one.gold, one.settled.prediction) for one in drawn]
    confusion = Counter((gold, said.top1 or "") for gold, said in became)
    assert count_confusion(db, 1) == count_confusion(db, 1, halved_from=1) == confusion
    without = [at for at, one in enumerate(drawn) if not one.settled.prediction.status.is_answer]
    assert list(list_unanswered(db, 1, range(len(drawn)))) == without


GOLD = {"both": "happy", "here": "happy", "there": "sad", "neither": "sad", "refused here": "happy", "zero": "neutral"}
HERE = {
    "both": ranked("happy"),
    "here": ranked("happy"),
    "there": ranked("happy", "sad"),
    "neither": ranked("angry"),
    "refused here": REFUSED,
    "zero": ranked("neutral"),
}
THERE = {
    "both": ranked("happy"),
    "here": ranked("sad"),
    "there": ranked("sad"),
    "neither": REFUSED,
    "refused here": ranked("happy"),
    "zero": ranked("happy"),
}


def runs_of(db: Database) -> Run:
    store(db, [sample(name, gold) for name, gold in (GOLD | {"alone": "happy"}).items()])
    here, there = plan(db, [*GOLD, "alone"], name="here"), plan(db, list(GOLD), name="there")
    for run, fates in ((here, HERE), (there, THERE)):
        answered(db, run, fates)
    return here


def answered(db: Database, run: Run, fates: dict[str, RankedPrediction]) -> None:
    [batch] = open_batches(db, run.id)
    exchange(db, claim_run(db, run, at()), batch, received(fates, gold=GOLD))


def found(db: Database, run: Run, wanted: CaseFilter) -> list[str]:
    positions = list_positions(db, run.id, wanted, "ann")
    assert list(positions_near(db, run.id, wanted, "ann", 0, within=99, most=99)) == list(positions)
    return load_ids(db, run.id, positions)


def test_samples_that_exactly_one_of_two_runs_has_right_are_listed_from_either_side(db: Database) -> None:
    here = runs_of(db)
    changed = CaseFilter(changed_from="there")
    assert found(db, here, changed) == ["here", "there", "refused here", "zero"]
    assert str(changed) == "all, changed from there"


def test_gold_labels_that_are_not_scored_change_no_side(db: Database) -> None:
    here = runs_of(db)
    assert found(db, here, CaseFilter(changed_from="there", unscored=("neutral",))) == ["here", "there", "refused here"]


def test_the_filter_holds_together_with_others(db: Database) -> None:
    here = runs_of(db)
    assert found(db, here, CaseFilter(CaseKind.REFUSED, changed_from="there")) == ["refused here"]
    assert found(db, here, CaseFilter(gold="happy", search="HERE", changed_from="there")) == ["here", "refused here"]


def test_a_run_has_not_changed_from_one_that_is_not_there(db: Database) -> None:
    assert found(db, runs_of(db), CaseFilter(changed_from="nowhere")) == []
