"""The stratified estimate: by hand, against the library's Wilson, and by drawing plans whose doubts are known."""

from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from statsmodels.stats.proportion import proportion_confint

from workbench.domain.reviews import Review, Verdict
from workbench.domain.scoring.consensus import consensus_of
from workbench.domain.scoring.label_noise import GoldOpinion, Stratum, estimate_noise, is_doubted


def part(stratum: Stratum, planned: int, decided: int, doubted: int, undecided: int = 0) -> list[GoldOpinion]:
    return [
        *[GoldOpinion(stratum, True, True)] * doubted,
        *[GoldOpinion(stratum, True, False)] * (decided - doubted),
        *[GoldOpinion(stratum, True, None)] * undecided,
        *[GoldOpinion(stratum, False, None)] * (planned - decided - undecided),
    ]


def test_the_estimate_weighs_strata_by_the_plan_and_not_by_the_reviews() -> None:
    """0.8 * 1 / 10 + 0.2 * 10 / 20, where the reviewed alone would say 11 / 30."""
    found = estimate_noise([*part(Stratum.RIGHT, 800, 10, 1), *part(Stratum.WRONG, 200, 20, 10)])
    assert found.value == pytest.approx(0.8 * 0.1 + 0.2 * 0.5)
    assert (found.least, found.most) == (found.value, found.value)
    assert found.naive == pytest.approx(11 / 30)
    assert (found.planned, found.reviewed, found.decided, found.doubted) == (1000, 30, 30, 11)
    assert [(one.stratum, one.planned, one.share) for one in found.strata] == [
        (Stratum.RIGHT, 800, 0.1),
        (Stratum.WRONG, 200, 0.5),
    ]


def test_the_interval_of_a_stratum_is_the_exact_one_drawn_in_by_what_has_been_seen_of_it() -> None:
    (right,) = estimate_noise(part(Stratum.RIGHT, 1_000_000, 40, 4)).strata
    low, high = proportion_confint(4, 40, method="beta")
    assert [right.low, right.high] == pytest.approx([low, high], abs=1e-5)
    (half,) = estimate_noise(part(Stratum.RIGHT, 80, 40, 4)).strata
    assert half.low == pytest.approx(0.1 - (0.1 - low) * 0.5**0.5)
    assert half.high == pytest.approx(0.1 + (high - 0.1) * 0.5**0.5)


def test_the_overall_interval_adds_up_the_strata_in_squares() -> None:
    found = estimate_noise([*part(Stratum.RIGHT, 800, 10, 1), *part(Stratum.WRONG, 200, 20, 10)])
    right, wrong = found.strata
    down = ((0.8 * (0.1 - right.low)) ** 2 + (0.2 * (0.5 - wrong.low)) ** 2) ** 0.5
    up = ((0.8 * (right.high - 0.1)) ** 2 + (0.2 * (wrong.high - 0.5)) ** 2) ** 0.5
    assert [found.low, found.high] == pytest.approx([0.18 - down, 0.18 + up])


def test_a_plan_that_was_reviewed_as_a_whole_leaves_nothing_to_chance() -> None:
    found = estimate_noise([*part(Stratum.RIGHT, 8, 8, 1), *part(Stratum.NO_ANSWER, 2, 2, 1)])
    assert [found.value, found.low, found.high] == pytest.approx([0.2, 0.2, 0.2])


def test_a_stratum_that_nobody_reviewed_makes_the_estimate_a_range() -> None:
    found = estimate_noise(
        [*part(Stratum.WRONG, 20, 20, 5), *part(Stratum.RIGHT, 70, 0, 0), *part(Stratum.NO_ANSWER, 10, 10, 0)]
    )
    assert found.value is None
    assert [found.least, found.most] == pytest.approx([0.05, 0.75])
    assert [found.low, found.high] == pytest.approx([0.05, 0.75])
    right = found.strata[0]
    assert (right.stratum, right.share, right.low, right.high) == (Stratum.RIGHT, None, 0.0, 1.0)


def test_undecided_samples_are_no_sound_ones() -> None:
    found = estimate_noise(part(Stratum.WRONG, 100, 10, 5, undecided=10))
    assert (found.value, found.reviewed, found.decided) == (0.5, 20, 10)
    none_decided = estimate_noise(part(Stratum.WRONG, 100, 0, 0, undecided=10))
    assert (none_decided.value, none_decided.least, none_decided.most) == (None, 0.0, 1.0)


def test_without_reviews_everything_is_possible_and_without_a_plan_nothing_is_said() -> None:
    found = estimate_noise(part(Stratum.RIGHT, 5, 0, 0))
    assert (found.value, found.least, found.most, found.low, found.high, found.naive) == (None, 0, 1, 0, 1, None)
    empty = estimate_noise([])
    assert (empty.value, empty.least, empty.most, empty.low, empty.high, empty.strata) == (*(None,) * 5, ())


@pytest.mark.parametrize(
    ("reviews", "doubted"),
    [
        ([], None),
        ([Review("ann", label="sad")], True),
        ([Review("ann", Verdict.MODEL_WRONG)], False),
        ([Review("ann", Verdict.BOTH_ACCEPTABLE)], False),
        ([Review("ann", Verdict.GOLD_DOUBTFUL)], True),
        ([Review("ann", Verdict.GOLD_DOUBTFUL, "happy")], False),
        ([Review("ann", Verdict.BAD_MEDIA)], None),
        ([Review("ann", Verdict.UNSURE), Review("bob", Verdict.UNSURE)], None),
        ([Review("ann", label="sad"), Review("bob", label="angry")], None),
        ([Review("ann", Verdict.GOLD_DOUBTFUL, "sad"), Review("bob", Verdict.GOLD_DOUBTFUL, "angry")], True),
        ([Review("ann", Verdict.GOLD_DOUBTFUL), Review("bob", Verdict.MODEL_WRONG)], None),
    ],
)
def test_gold_is_doubted_by_another_label_or_by_verdict(reviews: list[Review], doubted: bool | None) -> None:
    assert is_doubted(consensus_of(reviews, "happy"), "happy") is doubted


def test_the_estimate_finds_what_was_hidden_in_a_plan_and_its_interval_covers_it() -> None:
    """600 right of which 5 % are doubtful, 300 wrong of which 40 %; reviewers draw 60 and 150."""
    random = Random(0)
    true = (0.05 * 600 + 0.4 * 300) / 900
    estimates, covered, draws = [], 0, 300
    for _ in range(draws):
        plan: list[GoldOpinion] = []
        for stratum, size, rate, looked in ((Stratum.RIGHT, 600, 0.05, 60), (Stratum.WRONG, 300, 0.4, 150)):
            hidden = [place < rate * size for place in range(size)]
            random.shuffle(hidden)
            plan += [
                GoldOpinion(stratum, place < looked, one if place < looked else None)
                for place, one in enumerate(hidden)
            ]
        found = estimate_noise(plan)
        assert found.value is not None
        assert found.low is not None
        assert found.high is not None
        estimates.append(found.value)
        covered += found.low <= true <= found.high
    assert sum(estimates) / draws == pytest.approx(true, abs=0.004)
    assert 0.92 <= covered / draws <= 0.99


parts = st.lists(
    st.tuples(st.sampled_from(Stratum), st.booleans(), st.sampled_from((True, False, None))), min_size=1, max_size=60
)


@settings(max_examples=100)
@given(parts)
def test_bounds_and_intervals_stay_in_order_and_within_the_unit_interval(
    opinions: list[tuple[Stratum, bool, bool | None]],
) -> None:
    found = estimate_noise(
        GoldOpinion(stratum, reviewed, doubted if reviewed else None) for stratum, reviewed, doubted in opinions
    )
    ends = (found.low, found.least, found.most, found.high)
    assert all(end is not None for end in ends)
    known = [end for end in ends if end is not None]
    assert known == sorted(known)
    assert known[0] >= 0
    assert known[-1] <= 1
    assert (found.value is None) == any(one.share is None for one in found.strata)
    assert all(-1e-9 <= one.low <= (one.share or 0.0) + 1e-9 <= one.high + 2e-9 for one in found.strata)
