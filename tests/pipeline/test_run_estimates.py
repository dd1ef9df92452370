"""Estimates over a real workspace and real pictures, held against what the requests of the whole run really take."""

from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image
from sqlite_utils import Database

from tests.building import spec_of
from tests.pipeline.faces_set import CARD, draw_set, store_set
from workbench.domain.datasets.samples import Sample
from workbench.domain.messages import SampleMedia
from workbench.domain.prices import Price, PriceTable
from workbench.domain.prompts import build_request
from workbench.domain.runs import RunSpec
from workbench.media.frames import frame_request, sample_frames
from workbench.media.media_files import BadMedia
from workbench.pipeline.planning import plan_samples
from workbench.pipeline.run_estimates import (
    ASSUMED_IN_FLIGHT,
    ASSUMED_LATENCY_S,
    LOOKED_AT,
    Bound,
    Estimate,
    RunPace,
    estimate_run,
    pace_notes,
    run_duration,
)
from workbench.provider.costs.price_list import load_prices
from workbench.provider.costs.request_estimates import estimate_request

PRICES = load_prices({"vlm": Price(input_usd=2.0, output_usd=10.0)})
SPEC = spec_of(CARD, model="vlm", frames="all", batch_size=10)
UNLIMITED = RunPace()


class Shown:
    """The media of a set, and which samples they were asked for."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.asked: list[str] = []

    def __call__(self, sample: Sample) -> SampleMedia:
        self.asked.append(sample.id)
        return SampleMedia(sample_frames(self.root, sample, frame_request(SPEC)))


@pytest.fixture
def shown(db: Database, tmp_path: Path) -> Shown:
    """200 pictures of growing width."""
    samples = draw_set(tmp_path, 200)
    for number, sample in enumerate(samples):
        Image.new("RGB", (40 + 2 * number, 40)).save(tmp_path / str(sample.path))
    store_set(db, tmp_path, samples)
    return Shown(tmp_path)


def estimated(
    db: Database, shown: Shown, spec: RunSpec = SPEC, *, pace: RunPace = UNLIMITED, prices: PriceTable = PRICES
) -> Estimate:
    return estimate_run(db, spec, plan_samples(db, spec), media=shown, pace=pace, prices=prices)


def in_fact(db: Database, shown: Shown, spec: RunSpec = SPEC) -> tuple[int, int]:
    """The tokens in and out of all requests, each built and counted."""
    from workbench.storage.samples import load_samples_by_id

    counted = []
    for batch in plan_samples(db, spec):
        request = build_request(CARD, spec, [shown(sample) for sample in load_samples_by_id(db, CARD.key, batch)])
        counted.append(estimate_request(request, samples=len(batch), labels=spec.labels, prices=PRICES))
    return sum(one.prompt_tokens for one in counted), sum(one.completion_tokens for one in counted)


def test_a_few_requests_stand_for_all_and_the_whole_set_is_never_decoded(db: Database, shown: Shown) -> None:
    estimate = estimated(db, shown)
    assert (estimate.samples, estimate.requests, estimate.looked_at) == (200, 20, LOOKED_AT)
    assert len(shown.asked) == LOOKED_AT * SPEC.batch_size
    prompt_tokens, completion_tokens = in_fact(db, shown)
    assert estimate.prompt_tokens == pytest.approx(prompt_tokens, rel=0.05)
    assert estimate.completion_tokens == completion_tokens
    assert estimate.cost_usd == pytest.approx((2 * estimate.prompt_tokens + 10 * completion_tokens) / 1e6, rel=1e-3)
    assert any(note.startswith("all requests are like the 5 looked at, of ") for note in estimate.assumed)


def test_the_same_run_is_estimated_the_same_way_twice(db: Database, shown: Shown) -> None:
    first = estimated(db, shown)
    looked = list(shown.asked)
    shown.asked.clear()
    assert estimated(db, shown) == first
    assert shown.asked == looked


def test_of_a_short_run_all_requests_are_looked_at_and_nothing_is_scaled(db: Database, shown: Shown) -> None:
    spec = replace(SPEC, limit=33)
    estimate = estimated(db, shown, spec)
    assert (estimate.samples, estimate.requests, estimate.looked_at) == (33, 4, 4)
    assert (estimate.prompt_tokens, estimate.completion_tokens) == in_fact(db, shown, spec)
    assert not any("looked at" in note for note in estimate.assumed)


def test_nothing_to_ask_takes_nothing(db: Database, shown: Shown) -> None:
    estimate = estimate_run(db, SPEC, [], media=shown, pace=RunPace(rpm=1), prices=PRICES)
    assert (estimate.requests, estimate.prompt_tokens, estimate.cost_usd, estimate.minutes) == (0, 0, 0.0, 0.0)
    assert (estimate.bound_by, estimate.assumed) == (Bound.NOTHING, ())


def test_an_unknown_price_and_an_unknown_formula_are_told_with_what_was_assumed(db: Database, shown: Shown) -> None:
    estimate = estimated(db, shown, prices=load_prices())
    assert estimate.cost_usd is None
    notes = "\n".join(estimate.assumed)
    assert "pictures take 1.2 tokens for every 32 x 32 pixels; how vlm counts them at detail high is unknown" in notes
    assert (
        'the price of vlm is unknown; put input_usd and output_usd, for a million tokens, under [prices."vlm"]' in notes
    )


def test_a_model_that_is_known_leaves_nothing_of_that_to_assume(db: Database, shown: Shown) -> None:
    estimate = estimated(db, shown, replace(SPEC, model="gpt-4o-2024-08-06", limit=20))
    assert estimate.image_tokens == 20 * 255
    assert not any("unknown" in note for note in estimate.assumed)


def test_pictures_that_cannot_be_shown_are_told_and_cost_nothing(db: Database, shown: Shown, tmp_path: Path) -> None:
    whole = estimated(db, shown, replace(SPEC, limit=40))
    first_two = plan_samples(db, SPEC)[:2]
    for name in (*first_two[0], *first_two[1][:3]):
        (tmp_path / f"{name}.png").write_bytes(b"no picture")
    estimate = estimated(db, shown, replace(SPEC, limit=40))
    assert (estimate.requests, estimate.looked_at) == (4, 3)
    assert estimate.image_tokens < whole.image_tokens
    assert "13 of the 40 samples looked at cannot be shown" in estimate.assumed


def test_a_set_without_its_pictures_is_estimated_as_far_as_it_goes(db: Database, shown: Shown) -> None:
    def gone(sample: Sample) -> SampleMedia:
        raise BadMedia(f"{sample.id} is not there")

    estimate = estimate_run(db, SPEC, plan_samples(db, SPEC), media=gone, pace=RunPace(), prices=PRICES)
    assert (estimate.looked_at, estimate.prompt_tokens, estimate.cost_usd) == (0, 0, 0.0)
    assert "50 of the 50 samples looked at cannot be shown, and as large a share of the others" in estimate.assumed


def test_limits_decide_how_long_it_takes(db: Database, shown: Shown) -> None:
    estimate = estimated(db, shown, pace=RunPace(rpm=2))
    assert (estimate.minutes, estimate.bound_by) == (10.0, Bound.RPM)
    tokens = estimate.prompt_tokens + estimate.completion_tokens
    estimate = estimated(db, shown, pace=RunPace(rpm=20, tpm=1000))
    assert estimate.minutes == pytest.approx(tokens / 1000)
    assert estimate.bound_by is Bound.TPM


def test_the_batch_api_has_a_price_and_a_time_of_its_own(db: Database, shown: Shown) -> None:
    prices = load_prices({"vlm": Price(input_usd=2.0, output_usd=10.0, batch_factor=0.5)})
    usual = estimated(db, shown, prices=prices)
    batched = estimated(db, shown, prices=prices, pace=RunPace(batch_api=True))
    assert usual.cost_usd is not None
    assert batched.cost_usd == pytest.approx(usual.cost_usd / 2)
    assert batched.bound_by is Bound.WINDOW
    unknown = estimated(db, shown, pace=RunPace(batch_api=True))
    assert unknown.cost_usd is None
    assert "the price of vlm for such requests is unknown" in unknown.assumed


@pytest.mark.parametrize(
    ("pace", "minutes", "bound"),
    [
        (RunPace(rpm=10), 10.0, Bound.RPM),
        (RunPace(tpm=1_000), 50.0, Bound.TPM),
        (RunPace(rpm=10, tpm=1_000), 50.0, Bound.TPM),
        (RunPace(rpm=1, tpm=1_000), 100.0, Bound.RPM),
        (RunPace(rpd=40), 2 * 24 * 60.0, Bound.RPD),
        (RunPace(rpd=100, latency_s=6.0, in_flight=1), 10.0, Bound.LATENCY),
        (RunPace(latency_s=6.0, in_flight=30), 0.4, Bound.LATENCY),
        (RunPace(rpm=1_000_000, latency_s=60.0), 1.0, Bound.LATENCY),
        (RunPace(rpm=60, latency_s=6.0, in_flight=2), 5.0, Bound.LATENCY),
        (RunPace(rpm=1, batch_api=True), 24 * 60.0, Bound.WINDOW),
    ],
)
def test_the_slowest_limit_decides_how_long_100_requests_take(pace: RunPace, minutes: float, bound: Bound) -> None:
    found = run_duration(100, 50_000, pace)
    assert found.minutes == pytest.approx(minutes)
    assert found.bound_by is bound


def test_where_nothing_is_known_latency_and_requests_in_flight_are_assumed() -> None:
    rounds = 100 / ASSUMED_IN_FLIGHT
    assert run_duration(100, 50_000, RunPace()).minutes == pytest.approx(rounds * ASSUMED_LATENCY_S / 60)


def test_a_days_requests_go_on_the_first_day() -> None:
    assert run_duration(40, 0, RunPace(rpd=40, latency_s=1.0)).bound_by is Bound.LATENCY
    assert run_duration(41, 0, RunPace(rpd=40, latency_s=1.0)).minutes == 24 * 60


@pytest.mark.parametrize("pace", [RunPace(), RunPace(rpm=1, rpd=1), RunPace(batch_api=True)])
def test_nothing_takes_no_time(pace: RunPace) -> None:
    assert run_duration(0, 0, pace).minutes == 0
    assert run_duration(0, 0, pace).bound_by is Bound.NOTHING


def test_what_is_assumed_is_told_where_it_matters() -> None:
    assert pace_notes(100, Bound.RPM, RunPace(rpm=1)) == []
    guess = pace_notes(100, Bound.LATENCY, RunPace())
    assert [note.split(" ")[0] for note in guess] == ["a", "20"]
    assert "guess" in guess[0]
    known = pace_notes(100, Bound.LATENCY, RunPace(latency_s=0.25, in_flight=4))
    assert known == ["a reply takes 0.25 s, as the latest ones here did"]


def test_how_many_are_in_flight_is_no_matter_for_fewer_requests_than_that() -> None:
    assert len(pace_notes(ASSUMED_IN_FLIGHT, Bound.LATENCY, RunPace())) == 1
