"""Agreement of repeats, flips and ensembles: by hand and against the libraries."""

import random
from collections import Counter

import pytest
from sklearn.metrics import cohen_kappa_score
from statsmodels.stats.inter_rater import aggregate_raters, fleiss_kappa

from tests.domain.scoring.first_choices import published
from workbench.domain.scoring.repeat_agreement import by_borda, by_majority, repeat_agreement, same_answers

LABELS = ("happy", "sad", "angry", "calm")


def test_two_runs_that_differ_in_one_of_four_flip_by_a_quarter() -> None:
    found = same_answers({("happy", "happy", None): 2, ("sad", "sad", None): 1, ("sad", "angry", None): 1})
    assert (found.n, found.same.value, found.flip_rate.value) == (4, 0.75, 0.25)
    assert found.kappa.value == pytest.approx(cohen_kappa_score(["h", "h", "s", "s"], ["h", "h", "s", "a"]))
    assert found.flip_rate.low == pytest.approx(1 - (found.same.high or 0))
    assert found.same.low == pytest.approx(0.19412, abs=1e-5), "the exact interval"


def test_clusters_widen_the_interval_of_a_flip_rate() -> None:
    said: dict[tuple[str, str, str | None], int] = {("happy", "happy", f"c{place}"): 50 for place in range(5)}
    clustered = same_answers(said | {("sad", "happy", "c9"): 50}).flip_rate
    alone = same_answers({("happy", "happy", None): 250, ("sad", "happy", None): 50}).flip_rate
    assert clustered.value == alone.value == pytest.approx(1 / 6)
    assert (clustered.high or 0) - (clustered.low or 0) > 3 * ((alone.high or 0) - (alone.low or 0))


def test_nothing_answered_in_both_has_no_flip_rate() -> None:
    found = same_answers({})
    assert (found.n, found.flip_rate.value, found.flip_rate.low, found.kappa.value) == (0, None, None, None)


def test_rafdb_in_grey_says_the_same_as_in_colour_in_81_of_a_hundred() -> None:
    a, b = published("rafdb", "label-gpt4v-rgb.csv"), published("rafdb", "label-gpt4v-grey.csv")
    found = same_answers(Counter((said, b[name][1], None) for name, (_, said) in a.items() if name in b))
    assert found.same.value == pytest.approx(0.812, abs=0.0005)
    assert found.kappa.value == pytest.approx(0.76, abs=0.005)


def test_repeats_agree_pair_by_pair() -> None:
    found = repeat_agreement({("happy", "happy", "happy"): 1, ("sad", "sad", "happy"): 1, ("sad", "angry", "calm"): 2})
    assert (found.runs, found.n) == (3, 4)
    assert found.pairwise == pytest.approx((1 + 1 / 3 + 0 + 0) / 4)
    assert found.unanimous.value == 0.25


def test_fleiss_kappa_is_statsmodels_own() -> None:
    draw = random.Random(4)
    rows = [tuple(draw.choice((label, label, draw.choice(LABELS))) for _ in range(4)) for label in LABELS * 20]
    found = repeat_agreement(Counter(rows))
    counts, _ = aggregate_raters(rows)
    assert found.fleiss.value == pytest.approx(fleiss_kappa(counts))


def test_repeats_that_answered_nothing_together_have_no_agreement() -> None:
    found = repeat_agreement({})
    assert (found.n, found.pairwise, found.fleiss.value, found.unanimous.value) == (0, None, None, None)


def test_one_run_is_no_repeat() -> None:
    with pytest.raises(ValueError, match="two runs"):
        repeat_agreement({("happy",): 3})


def test_the_majority_wins_and_the_order_of_labels_breaks_a_tie() -> None:
    assert by_majority([("sad",), ("happy", "sad"), ("sad",)], LABELS) == ("sad", "happy")
    assert by_majority([("calm",), ("sad",)], LABELS) == ("sad", "calm")
    assert by_majority([("weary",), ("bored",), ("calm",)], LABELS) == ("calm", "bored", "weary")
    assert by_majority([], LABELS) == ()


def test_borda_counts_every_place() -> None:
    rankings = [("happy", "sad", "angry"), ("sad", "angry", "happy"), ("angry", "sad", "happy")]
    assert by_borda(rankings, LABELS) == ("sad", "angry", "happy"), "points 7, 6 and 5 of places worth 3, 2 and 1"
    assert by_borda([("happy", "sad"), ("sad", "happy")], LABELS) == ("happy", "sad"), "a tie, by order of labels"
    assert by_borda([("happy",), ("sad", "calm")], LABELS) == ("happy", "sad", "calm")
    assert by_borda([], LABELS) == ()


def test_the_order_of_the_runs_does_not_matter_to_an_ensemble() -> None:
    draw = random.Random(2)
    for _ in range(50):
        rankings = [tuple(draw.sample(LABELS, draw.randint(1, 4))) for _ in range(3)]
        shuffled = draw.sample(rankings, 3)
        assert by_borda(rankings, LABELS) == by_borda(shuffled, LABELS)
        assert by_majority(rankings, LABELS) == by_majority(shuffled, LABELS)
