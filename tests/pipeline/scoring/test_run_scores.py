"""Runs in a real workspace, with every fate that a sample can meet."""

import json

import pytest
from sqlite_utils import Database

from tests.building import REFUSED, UNPARSED, ranked
from tests.export.worked_run import AT, answer, outside, plan_run
from workbench.domain.datasets.cards import CARDS
from workbench.domain.predictions import PredictionStatus
from workbench.domain.reviews import ReviewChange, ReviewField
from workbench.domain.runs import Run
from workbench.domain.scoring.protocols import Against, Neutral, Protocol
from workbench.domain.scoring.scores import Bounds
from workbench.pipeline.scoring.run_scores import score_run, scores_json
from workbench.storage.cases.review_log import save_change

CHSIMS = CARDS["chsims"]
GOLD = {
    "right.mp4": "negative",
    "weakly.mp4": "negative",
    "wrong.mp4": "positive",
    "second.mp4": "positive",
    "refused.mp4": "negative",
    "unparsed.mp4": "positive",
    "outside.mp4": "negative",
    "zero.mp4": "neutral",
    "pending.mp4": "positive",
}
SETTLED = {
    "right.mp4": ranked("negative", "positive"),
    "weakly.mp4": ranked("weakly negative", "neutral"),
    "wrong.mp4": ranked("neutral", "weakly negative"),
    "second.mp4": ranked("negative", "weakly positive"),
    "refused.mp4": REFUSED,
    "unparsed.mp4": UNPARSED,
    "outside.mp4": outside("bored", "negative"),
    "zero.mp4": ranked("neutral"),
}


@pytest.fixture
def run(db: Database) -> Run:
    planned = plan_run(db, CHSIMS, GOLD)
    first = {name: one for name, one in SETTLED.items() if name != "weakly.mp4"}
    answer(db, CHSIMS, planned, first, {"weakly.mp4": PredictionStatus.MISSING})
    return answer(db, CHSIMS, planned, {"weakly.mp4": SETTLED["weakly.mp4"]})


def test_strict_counts_the_whole_plan_but_the_zeros(db: Database, run: Run) -> None:
    scored = score_run(db, CHSIMS, run)
    scores = scored.scores
    assert (scores.planned, scores.answered, scores.counted) == (8, 5, 8)
    assert (scored.unscored, scored.pending) == (1, 1)
    assert scores.metrics["accuracy"].value == pytest.approx(2 / 8)
    assert scores.metrics["uar"].value == pytest.approx((2 / 4 + 0 / 4) / 2)
    assert scores.bounds == Bounds(2 / 8, 5 / 8)


def test_answered_counts_answers_alone_and_keeps_the_coverage_of_the_plan(db: Database, run: Run) -> None:
    scores = score_run(db, CHSIMS, run, Protocol.ANSWERED).scores
    assert (scores.planned, scores.answered, scores.counted) == (8, 5, 5)
    assert scores.coverage == pytest.approx(5 / 8)
    assert scores.metrics["accuracy"].value == pytest.approx(2 / 5)
    assert scores.bounds == Bounds(2 / 8, 5 / 8)


def test_top_k_and_mrr_take_the_first_right_label_of_the_ranking(db: Database, run: Run) -> None:
    metrics = score_run(db, CHSIMS, run).scores.metrics
    assert metrics["top_2"].value == pytest.approx(4 / 8)
    assert metrics["mrr"].value == pytest.approx((1 + 1 + 1 / 2 + 1 / 2) / 8)


def test_labels_are_folded_into_the_classes_that_the_card_scores(db: Database, run: Run) -> None:
    confusion = score_run(db, CHSIMS, run).scores.confusion
    assert confusion.gold == ("negative", "positive")
    assert confusion.predicted == ("negative", "positive", "bored", "no answer")
    assert confusion.counts == ((2, 0, 1, 1), (2, 0, 0, 2))


def test_statuses_are_counted_as_they_are_and_as_the_first_attempt_left_them(db: Database, run: Run) -> None:
    scored = score_run(db, CHSIMS, run)
    assert dict(scored.by_status) == {
        PredictionStatus.RANKED: 4,
        PredictionStatus.OUT_OF_VOCABULARY: 1,
        PredictionStatus.REFUSED: 1,
        PredictionStatus.UNPARSED: 1,
    }
    assert scored.by_first_status[PredictionStatus.RANKED] == 3
    assert scored.by_first_status[PredictionStatus.MISSING] == 1


def test_refusals_are_told_by_gold_class(db: Database, run: Run) -> None:
    document = scores_json(score_run(db, CHSIMS, run))
    assert document["refusals"] == [
        {"label": "negative", "planned": 4, "refused": 1, "rate": 0.25},
        {"label": "positive", "planned": 4, "refused": 0, "rate": 0.0},
    ]


def test_a_class_named_as_an_answer_that_was_not_offered_is_still_outside(db: Database) -> None:
    card = CARDS["abstract"]
    planned = plan_run(db, card, {"a.jpg": "awed", "b.jpg": "sad", "c.jpg": "sad"})
    answered = answer(
        db,
        card,
        planned,
        {"a.jpg": outside("positive"), "b.jpg": ranked("angry"), "c.jpg": outside("no answer")},
    )
    scores = score_run(db, card, answered).scores
    assert scores.metrics["accuracy"].value == pytest.approx(1 / 3)
    assert scores.confusion.predicted == (
        *("positive", "negative"),
        *("no answer (not offered)", "positive (not offered)", "no answer"),
    )


def test_gold_labels_that_an_import_kept_beyond_the_cards_become_classes(db: Database) -> None:
    card = CARDS["casme2"]
    planned = plan_run(db, card, {"a": "fearful", "b": "happy"})
    scores = score_run(db, card, answer(db, card, planned, {"a": ranked("fearful"), "b": ranked("sad")})).scores
    assert scores.confusion.gold == (*card.classes, "fearful")
    assert scores.metrics["accuracy"].value == pytest.approx(1 / 2)


def test_a_run_that_was_only_planned_scores_zero_of_its_plan_strictly_and_nothing_of_the_answered(db: Database) -> None:
    planned = plan_run(db, CHSIMS, GOLD)
    assert score_run(db, CHSIMS, planned).scores.metrics["accuracy"].value == 0.0
    answered = scores_json(score_run(db, CHSIMS, planned, Protocol.ANSWERED))
    assert answered["metrics"]["accuracy"] == {"value": None, "low": None, "high": None}
    assert (answered["coverage"], answered["bounds"], answered["baselines"]) == (0.0, {"low": 0.0, "high": 1.0}, {})
    json.dumps(answered, allow_nan=False)


def test_a_run_of_unscored_samples_alone_has_no_figure_and_no_nan(db: Database) -> None:
    planned = plan_run(db, CHSIMS, {"zero.mp4": "neutral"})
    document = scores_json(score_run(db, CHSIMS, answer(db, CHSIMS, planned, {"zero.mp4": ranked("neutral")})))
    assert (document["planned"], document["unscored"], document["coverage"], document["bounds"]) == (0, 1, None, None)
    assert all(one["value"] is None for one in document["metrics"].values())
    json.dumps(document, allow_nan=False)


def test_the_json_has_the_promised_shape(db: Database, run: Run) -> None:
    document = json.loads(json.dumps(scores_json(score_run(db, CHSIMS, run)), allow_nan=False))
    assert {key: document[key] for key in ("dataset", "run", "protocol", "planned", "answered", "coverage")} == {
        "dataset": "chsims",
        "run": "first",
        "protocol": "strict",
        "planned": 8,
        "answered": 5,
        "coverage": 0.625,
    }
    shares = {"accuracy", "uar", "macro_f1", "weighted_f1", "top_2", "top_3", "mrr"}
    assert set(document["metrics"]) == shares | {
        *("mae", "pearson", "acc_2_has0", "f1_has0", "acc_2_non0", "f1_non0", "acc_5", "acc_7")
    }
    assert all(set(one) == {"value", "low", "high"} for one in document["metrics"].values())
    assert {"label", "support", "precision", "recall", "recall_low", "recall_high", "f1"} == set(
        document["per_class"][0]
    )
    assert set(document["positions"][0]) == {"place", "counted", "accuracy"}
    assert set(document["confusion"]) == {"gold", "predicted", "counts"}
    assert document["baselines"]["majority"]["accuracy"] == 0.5
    assert document["baselines"]["majority"]["label"] == "negative"
    assert document["headline"] == ["weighted_f1"]
    assert {"MulT", "GPT-4V"} <= {one["method"] for one in document["published"]}


def test_the_papers_protocol_drops_what_has_no_answer_and_says_so(db: Database, run: Run) -> None:
    scored = score_run(db, CHSIMS, run, Protocol.PAPER)
    assert (scored.scores.counted, scored.scores.planned) == (5, 8)
    assert "letter by letter" in scored.rule


@pytest.mark.parametrize(
    ("neutral", "right", "counted"),
    [(Neutral.NEGATIVE, 2, 8), (Neutral.POSITIVE, 3, 8), (Neutral.FIRST_NON_NEUTRAL, 2, 8), (Neutral.DROP, 2, 7)],
)
def test_another_neutral_rule_moves_the_score(
    db: Database, run: Run, neutral: Neutral, right: int, counted: int
) -> None:
    scores = score_run(db, CHSIMS, run, neutral=neutral).scores
    assert scores.counted == counted
    assert scores.metrics["accuracy"].value == pytest.approx(right / counted)


def test_places_in_the_request_have_an_accuracy_each_over_what_was_answered(db: Database, run: Run) -> None:
    positions = score_run(db, CHSIMS, run).positions
    answered = [name for name in GOLD if name in ("right.mp4", "wrong.mp4", "second.mp4", "outside.mp4", "weakly.mp4")]
    assert sum(one.counted for one in positions) == len(answered)
    assert sum((one.accuracy.value or 0) * one.counted for one in positions) == pytest.approx(2)


def test_clusters_of_the_card_are_what_intervals_are_over(db: Database) -> None:
    card = CARDS["casme2"]
    gold = {f"s{subject}-{clip}": "happy" for subject in range(4) for clip in range(3)}
    planned = plan_run(db, card, gold, clusters={name: name.split("-")[0] for name in gold})
    said = {name: ranked("happy" if name < "s2" else "disgusted") for name in gold}
    scores = score_run(db, card, answer(db, card, planned, said)).scores
    assert "4 clusters by subject" in scores.interval
    accuracy = scores.metrics["accuracy"]
    assert accuracy.value == 0.5
    assert accuracy.low == pytest.approx(0.003, abs=0.001)
    assert accuracy.high == pytest.approx(0.997, abs=0.001)


def test_against_reviews_gold_is_what_the_reviewers_agree_on_and_else_gold(db: Database) -> None:
    card = CARDS["rafdb"]
    planned = plan_run(db, card, {"a.jpg": "happy", "b.jpg": "sad", "c.jpg": "sad", "d.jpg": "angry"})
    run = answer(db, card, planned, {name: ranked("happy", "sad") for name in ("a.jpg", "b.jpg", "c.jpg")})
    for reviewer, sample, label in (
        ("ann", "b.jpg", "happy"),
        ("bob", "b.jpg", "happy"),
        ("ann", "c.jpg", "happy"),
        ("bob", "c.jpg", "sad"),
        ("ann", "d.jpg", "happy"),
    ):
        save_change(db, run.id, ReviewChange(sample, reviewer, ReviewField.LABEL, label, AT))
    by_gold, by_reviews = (score_run(db, card, run, against=against) for against in Against)
    assert by_gold.scores.metrics["accuracy"].value == pytest.approx(1 / 4)
    assert by_reviews.scores.metrics["accuracy"].value == pytest.approx(2 / 4)
    assert (by_gold.regolded, by_reviews.regolded) == (0, 2)
    assert by_reviews.scores.confusion.counts[card.classes.index("happy")][0] == 2
    assert by_reviews.scores.metrics["top_2"].value == pytest.approx(3 / 4)


def test_reviewers_who_say_how_weak_a_sentiment_is_do_not_contradict_its_sign(db: Database, run: Run) -> None:
    for reviewer in ("ann", "bob"):
        save_change(db, run.id, ReviewChange("right.mp4", reviewer, ReviewField.LABEL, "weakly negative", AT))
        save_change(db, run.id, ReviewChange("wrong.mp4", reviewer, ReviewField.LABEL, "neutral", AT))
        save_change(db, run.id, ReviewChange("zero.mp4", reviewer, ReviewField.LABEL, "negative", AT))
    scored = score_run(db, CHSIMS, run, against=Against.REVIEWS)
    assert scored.regolded == 2  # one has become a zero and leaves, one was a zero and joins
    assert (scored.scores.planned, scored.unscored) == (8, 1)
    assert scored.scores.metrics["accuracy"].value == pytest.approx(3 / 8)
