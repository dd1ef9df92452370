"""Reviews of two and three reviewers in a real workspace."""

import json
from collections.abc import Callable

import pytest
from sqlite_utils import Database

from tests.building import REFUSED, ranked
from tests.export.worked_run import AT, answer, plan_run
from workbench.application.reviews import ReviewSession
from workbench.domain.datasets.cards import CARDS
from workbench.domain.reviews import Verdict
from workbench.domain.runs import Run
from workbench.domain.scoring.label_noise import Stratum
from workbench.pipeline.scoring.reviewer_agreement import ReviewerOpinion, agree_run, agreement_json

CHSIMS = CARDS["chsims"]
GOLD = {
    "right": "negative",
    "weak": "negative",
    "wrong": "positive",
    "split": "positive",
    "refused": "negative",
    "zero": "neutral",
    "pending": "positive",
}
Reviewing = Callable[[str], ReviewSession]


@pytest.fixture
def run(db: Database) -> Run:
    settled = {
        "right": ranked("negative"),
        "weak": ranked("weakly negative"),
        "wrong": ranked("negative", "positive"),
        "split": ranked("neutral"),
        "refused": REFUSED,
        "zero": ranked("neutral"),
    }
    return answer(db, CHSIMS, plan_run(db, CHSIMS, GOLD), settled)


@pytest.fixture
def reviewing(db: Database, run: Run) -> Reviewing:
    return lambda reviewer: ReviewSession(db, run, CHSIMS, reviewer, lambda: AT)


def test_a_run_without_reviews_has_no_reviewers_and_everything_is_possible(db: Database, run: Run) -> None:
    found = agree_run(db, CHSIMS, run)
    assert (found.planned, found.reviewed, found.reviewers, found.conflicts) == (7, 0, (), ())
    assert (found.noise.value, found.noise.least, found.noise.most) == (None, 0.0, 1.0)
    json.dumps(agreement_json(found), allow_nan=False)


def test_tags_and_notes_alone_are_no_review_that_counts(db: Database, run: Run, reviewing: Reviewing) -> None:
    reviewing("ann").set_note("right", "dark")
    reviewing("ann").set_tags("right", ("dark",))
    assert agree_run(db, CHSIMS, run).reviewers == ()


def test_what_was_taken_back_does_not_count(db: Database, run: Run, reviewing: Reviewing) -> None:
    ann = reviewing("ann")
    ann.set_label("right", "positive")
    ann.undo()
    assert agree_run(db, CHSIMS, run).reviewed == 0


def test_labels_are_compared_as_the_classes_of_the_card(db: Database, run: Run, reviewing: Reviewing) -> None:
    ann, bob = reviewing("ann"), reviewing("bob")
    for name in ("right", "weak", "wrong"):
        ann.set_label(name, GOLD[name])
    bob.set_label("right", "weakly negative")
    bob.set_verdict("weak", Verdict.MODEL_WRONG)
    bob.set_label("wrong", "negative")
    found = agree_run(db, CHSIMS, run)
    (pair,) = found.labels.pairs
    assert pair.n == 3
    assert pair.agreed.value == pytest.approx(2 / 3)
    assert [one.agreed.value for one in found.labels.with_gold] == [1.0, pytest.approx(2 / 3)]
    assert [one.sample for one in found.conflicts] == ["wrong"]


def test_a_reviewers_neutral_takes_a_sample_out_of_the_scored_classes(
    db: Database, run: Run, reviewing: Reviewing
) -> None:
    reviewing("ann").set_label("right", "neutral")
    reviewing("ann").set_label("zero", "neutral")
    found = agree_run(db, CHSIMS, run)
    assert found.labels.with_gold[0].agreed.value == 0.5
    assert dict(found.noise_by_class)["neutral"].doubted == 0
    assert dict(found.noise_by_class)["negative"].doubted == 1


def test_counts_tell_what_agreement_with_gold_cannot(db: Database, run: Run, reviewing: Reviewing) -> None:
    ann = reviewing("ann")
    ann.set_verdict("right", Verdict.GOLD_DOUBTFUL)
    ann.set_verdict("weak", Verdict.MODEL_WRONG)
    ann.set_verdict("wrong", Verdict.UNSURE)
    ann.set_verdict("split", Verdict.GOLD_DOUBTFUL)
    ann.set_label("split", "negative")
    (counts,) = agree_run(db, CHSIMS, run).reviewers
    assert (counts.reviewer, counts.reviewed, counts.labelled, counts.doubts) == ("ann", 4, 2, 1)


def test_doubts_are_weighed_by_what_the_model_answered(db: Database, run: Run, reviewing: Reviewing) -> None:
    """Right: right, weak, zero, of which one is decided and sound. Wrong: both decided, one doubted. None: open."""
    ann = reviewing("ann")
    ann.set_verdict("right", Verdict.BOTH_ACCEPTABLE)
    ann.set_label("wrong", "negative")
    ann.set_verdict("split", Verdict.MODEL_WRONG)
    ann.set_verdict("refused", Verdict.BAD_MEDIA)
    noise = agree_run(db, CHSIMS, run).noise
    strata = [(one.stratum, one.planned, one.reviewed, one.decided, one.doubted) for one in noise.strata]
    assert strata == [
        (Stratum.RIGHT, 3, 1, 1, 0),
        (Stratum.WRONG, 2, 2, 2, 1),
        (Stratum.NO_ANSWER, 2, 1, 0, 0),
    ]
    assert noise.value is None
    assert noise.naive == pytest.approx(1 / 3)
    assert [noise.least, noise.most] == pytest.approx([1 / 7, 3 / 7])


def test_doubts_come_by_gold_class_in_the_cards_order_and_add_up(db: Database, run: Run, reviewing: Reviewing) -> None:
    for name in ("right", "wrong", "zero"):
        reviewing("ann").set_verdict(name, Verdict.GOLD_DOUBTFUL)
    found = agree_run(db, CHSIMS, run)
    assert [(label, noise.planned, noise.doubted) for label, noise in found.noise_by_class] == [
        ("negative", 3, 1),
        ("positive", 3, 1),
        ("neutral", 1, 1),
    ]


def test_conflicts_come_with_all_that_is_needed_to_decide_them_the_most_split_first(
    db: Database, run: Run, reviewing: Reviewing
) -> None:
    ann, bob, cyd = (reviewing(name) for name in ("ann", "bob", "cyd"))
    for one in (ann, bob):
        one.set_verdict("right", Verdict.MODEL_WRONG)
    cyd.set_verdict("right", Verdict.BOTH_ACCEPTABLE)
    for one, label in ((ann, "positive"), (bob, "positive"), (cyd, "weakly negative")):
        one.set_label("weak", label)
    for one, label in ((ann, "positive"), (bob, "neutral"), (cyd, "negative")):
        one.set_label("split", label)
    cyd.set_verdict("split", Verdict.GOLD_DOUBTFUL)
    cyd.set_note("split", "she laughs")
    ann.set_label("refused", "negative")
    found = agree_run(db, CHSIMS, run)
    assert [(one.sample, one.split) for one in found.conflicts] == [
        ("split", 1.0),
        ("weak", pytest.approx(2 / 3)),
        ("right", 0.0),
    ]
    split, weak, right = found.conflicts
    assert (split.gold, split.top1) == ("positive", "neutral")
    assert split.opinions[2] == ReviewerOpinion(
        reviewer="cyd", label="negative", implied="negative", verdict=Verdict.GOLD_DOUBTFUL, note="she laughs"
    )
    last = weak.opinions[2]
    assert (last.reviewer, last.label, last.implied) == ("cyd", "weakly negative", "negative")
    assert (right.gold, right.top1) == ("negative", "negative")
    assert right.opinions[0] == ReviewerOpinion(
        reviewer="ann", label=None, implied="negative", verdict=Verdict.MODEL_WRONG, note=None
    )


def test_a_doubt_and_a_verdict_that_stands_by_gold_are_a_conflict(db: Database, run: Run, reviewing: Reviewing) -> None:
    reviewing("ann").set_verdict("pending", Verdict.GOLD_DOUBTFUL)
    reviewing("bob").set_label("pending", "positive")
    (conflict,) = agree_run(db, CHSIMS, run).conflicts
    assert (conflict.sample, conflict.top1, conflict.split) == ("pending", None, 1.0)
    reviewing("cyd").set_label("pending", "negative")
    assert agree_run(db, CHSIMS, run).conflicts[0].split == pytest.approx(2 / 3), "a doubt and another label agree"


def test_another_runs_reviews_stay_with_it(db: Database, run: Run, reviewing: Reviewing) -> None:
    other = plan_run(db, CHSIMS, GOLD, name="second")
    reviewing("ann").set_verdict("right", Verdict.UNSURE)
    assert agree_run(db, CHSIMS, other).reviewed == 0


def test_the_json_is_plain_and_whole(db: Database, run: Run, reviewing: Reviewing) -> None:
    for name, label in (("right", "negative"), ("wrong", "positive"), ("split", "negative")):
        reviewing("ann").set_label(name, label)
    reviewing("bob").set_label("right", "negative")
    reviewing("bob").set_verdict("wrong", Verdict.GOLD_DOUBTFUL)
    reviewing("bob").set_label("split", "positive")
    document = json.loads(json.dumps(agreement_json(agree_run(db, CHSIMS, run)), allow_nan=False))
    assert (document["dataset"], document["run"], document["planned"], document["reviewed"]) == (
        "chsims",
        "first",
        7,
        3,
    )
    assert document["reviewers"][1] == {"reviewer": "bob", "reviewed": 3, "labelled": 2, "doubts": 1}
    assert set(document["labels"]) == {
        *("labelled", "paired", "unanimous", "fleiss", "krippendorff", "pairs", "with_gold"),
    }
    assert set(document["labels"]["krippendorff"]) == {"value", "low", "high", "n", "why"}
    assert document["labels"]["pairs"][0]["second"] == "bob"
    assert document["verdicts"]["krippendorff"]["why"] == "no sample that two of them rated"
    overall = document["label_noise"]["overall"]
    assert {"value", "least", "most", "low", "high", "naive", "strata"} <= set(overall)
    assert overall["strata"][0]["stratum"] == "right"
    assert [one["label"] for one in document["label_noise"]["per_class"]] == ["negative", "positive", "neutral"]
    assert [one["sample"] for one in document["conflicts"]] == ["wrong", "split"]
    assert document["conflicts"][0]["opinions"][1] == {
        "reviewer": "bob",
        "label": None,
        "implied": None,
        "verdict": "gold doubtful",
        "note": None,
    }
