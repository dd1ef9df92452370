"""Several keys and endpoints for one run, and what makes a run stop asking: each shares the work by its own limits."""

import json
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.pipeline.counting_endpoint import Asked, CountingEndpoint, Said, answer, completion, error
from tests.pipeline.faces_set import Passing
from tests.pipeline.workplace import Way, Workplace, workplace
from workbench.domain.batches import retry_policy
from workbench.domain.endpoints import Endpoint
from workbench.domain.messages import Fault
from workbench.domain.predictions import PredictionStatus
from workbench.domain.probe_findings import adapted
from workbench.domain.runs import RunState
from workbench.embedded.fault_injection import REFUSAL
from workbench.pipeline.sending.prepared_batch import ExpectedCost
from workbench.pipeline.sending.run_parts import Stop
from workbench.provider.api_keys import ApiKey
from workbench.provider.limits.lane import Limits
from workbench.provider.limits.own_limits import Budget
from workbench.storage.runs.attempts import read_attempts
from workbench.storage.runs.batch_rows import load_totals
from workbench.storage.runs.endpoint_history import count_sent_today, load_probe
from workbench.storage.runs.run_records import spent_usd

N_BATCHES = 10
ONE_AT_A_TIME = Limits(concurrency=1)
RANKED = {PredictionStatus.RANKED}
NOWHERE = Endpoint(name="nowhere", base_url="http://127.0.0.1:9/v1")
"""Port 9 of this machine refuses every connection."""


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Workplace]:
    with workplace(tmp_path, 4 * N_BATCHES) as made:
        yield made


# ── endpoints that take nothing ──────────────────────────────────────────────────────────────────────────────────


DIALECTS = {
    "max_tokens": error(400, "Use 'max_completion_tokens' instead.", param="max_tokens"),
    "temperature": error(400, "Unsupported value: 'temperature' does not support 0 with this model."),
    "seed": Said(422, json.dumps({"detail": [{"loc": ["body", "seed"], "msg": "Extra inputs"}]}).encode()),
    "detail": error(400, "Unknown parameter: 'messages[0].content[1].image_url.detail'."),
    "response_format": error(400, "Invalid parameter: 'response_format' of type 'json_schema' is not supported"),
}


@pytest.mark.parametrize("in_flight", [1, 4])
@pytest.mark.parametrize("word", DIALECTS)
def test_a_word_that_can_be_left_out_is_learned_said_once_and_kept(place: Workplace, word: str, in_flight: int) -> None:
    def say(asked: Asked) -> Said:
        return DIALECTS[word] if word in asked.options else answer(asked)

    with CountingEndpoint(place.pictures, say) as endpoint:
        run = place.plan()
        sent = place.send(run, Way(endpoint.endpoint(), limits=Limits(concurrency=in_flight)))
        assert (sent.error, sent.reason) == (None, None)
        assert set(place.statuses(run).values()) == RANKED
        assert len(endpoint.asked) <= N_BATCHES + 2 * in_flight
        told = [notice for notice in sent.held if "does not take" in notice]
        assert len(told) == len(set(told)) == (2 if word == "response_format" else 1)
        again = adapted(endpoint.endpoint(), load_probe(place.db, endpoint.endpoint().name, run.spec.model))
        assert again != endpoint.endpoint()
        assert {one.fault for one in read_attempts(place.db, run.id)} == {None, Fault.DIALECT}


@pytest.mark.parametrize("param", ["temperature", "seed", "response_format", "max_tokens", "model"])
def test_a_word_that_stands_in_every_request_and_is_rejected_once_stops_the_run(place: Workplace, param: str) -> None:
    def reject(_: Asked) -> Said:
        return error(400, f"Unsupported parameter: '{param}' is not supported with this model.", param=param)

    with CountingEndpoint(place.pictures, reject) as endpoint:
        run = place.plan()
        sent = place.send(run, Way(endpoint.endpoint(), limits=ONE_AT_A_TIME))
        assert f"Unsupported parameter: '{param}'" in str(sent.reason)
        assert len(endpoint.asked) <= 4
        assert place.now(run).state is RunState.PAUSED
        assert place.now(run).reason == sent.reason
        assert set(place.statuses(run).values()) == {None}
        endpoint.begin(answer)
        assert place.send(run, Way(endpoint.endpoint())).reason is None
        assert set(place.statuses(run).values()) == RANKED


def test_eight_rejections_without_an_answer_stop_the_run(place: Workplace) -> None:
    with CountingEndpoint(place.pictures, lambda _: error(400, "I do not like your pictures")) as endpoint:
        run = place.plan()
        sent = place.send(run, Way(endpoint.endpoint(), limits=ONE_AT_A_TIME))
        assert "rejects every request" in str(sent.reason)
        assert "I do not like your pictures" in str(sent.reason)
        assert "emowb probe" in str(sent.reason)
        assert len(endpoint.asked) == 8
        assert place.now(run).state is RunState.PAUSED


def test_rejections_of_single_pictures_do_not_stop_a_run_that_has_answers(place: Workplace) -> None:
    bad = {f"face_{number:03d}" for number in range(12)}

    def say(asked: Asked) -> Said:
        return error(400, "invalid image", code="invalid_image") if bad & set(asked.names) else answer(asked)

    with CountingEndpoint(place.pictures, say) as endpoint:
        run = place.plan()
        sent = place.send(run, Way(endpoint.endpoint(), limits=ONE_AT_A_TIME))
        assert sent.reason is None
        found = place.statuses(run)
        assert {name for name, status in found.items() if status is PredictionStatus.FAILED} == bad
        assert {status for name, status in found.items() if name not in bad} == RANKED


BAD = {f"face_{number:03d}" for number in (3, 17, 30)}
FOLLOWING = {
    "turned away": error(403, "Forbidden"),
    "not found": error(404, "no such thing"),
    "a crash": error(500, "boom"),
    "a gateway": Said(502, b"<html><h1>502 Bad Gateway</h1></html>"),
    "moderation": error(403, "Input was flagged by moderation"),
}


@pytest.mark.parametrize("in_flight", [1, 3])
@pytest.mark.parametrize("said", FOLLOWING.values(), ids=FOLLOWING)
def test_an_error_that_follows_certain_samples_is_halved_down_to_them(
    place: Workplace, said: Said, in_flight: int
) -> None:
    def say(asked: Asked) -> Said:
        return said if BAD & set(asked.names) else answer(asked)

    with CountingEndpoint(place.pictures, say) as endpoint:
        run = place.plan()
        sent = place.send(run, Way(endpoint.endpoint(), limits=Limits(concurrency=in_flight)))
        assert (sent.error, sent.reason) == (None, None)
        found = place.statuses(run)
        assert {name for name, status in found.items() if status is not PredictionStatus.RANKED} == BAD


BUSY = {
    "loading": error(503, "Loading model"),
    "a gateway": Said(502, b"<html>Bad Gateway</html>"),
    "for ever": error(503, "overloaded", retry_after="inf"),
    "a limit": error(503, "rate limit reached"),
}


@pytest.mark.parametrize("said", BUSY.values(), ids=BUSY)
def test_a_server_that_is_loading_is_waited_for_and_costs_no_sample(place: Workplace, said: Said) -> None:
    def say(asked: Asked) -> Said:
        return said if asked.number <= (4 if said is BUSY["for ever"] else 15) else answer(asked)

    with CountingEndpoint(place.pictures, say) as endpoint:
        run = place.plan()
        sent = place.send(run, Way(endpoint.endpoint(), limits=Limits(concurrency=4)))
        assert (sent.error, sent.reason) == (None, None)
        assert set(place.statuses(run).values()) == RANKED


def test_a_server_that_stays_busy_is_not_waited_for_without_end(place: Workplace) -> None:
    with CountingEndpoint(place.pictures, lambda _: error(503, "Loading model")) as endpoint:
        run = place.plan()
        sent = place.send(run, Way(endpoint.endpoint(), limits=ONE_AT_A_TIME))
        assert "Loading model" in str(sent.reason)
        assert any("--patience" in notice for notice in sent.held)
        assert set(place.statuses(run).values()) == {None}
        assert len(endpoint.asked) < 40


def test_a_run_whose_answers_are_all_empty_stops_early_and_says_so(place: Workplace) -> None:
    with CountingEndpoint(place.pictures, lambda _: completion("")) as endpoint:
        run = place.plan()
        sent = place.send(run, Way(endpoint.endpoint(), limits=ONE_AT_A_TIME))
        assert "none of the first 12 answers can be read: they are empty" in str(sent.reason)
        assert len(endpoint.asked) == 12


def test_batches_that_are_too_large_in_unknown_words_are_halved_before_the_first_answer(place: Workplace) -> None:
    def say(asked: Asked) -> Said:
        return error(400, "I cannot hold so much") if len(asked.names) > 1 else answer(asked)

    with CountingEndpoint(place.pictures, say) as endpoint:
        run = place.plan()
        sent = place.send(run, Way(endpoint.endpoint(), limits=Limits(concurrency=N_BATCHES)))
        assert (sent.error, sent.reason) == (None, None)
        assert set(place.statuses(run).values()) == RANKED


# ── lanes ────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("bad_one_first", [True, False])
@pytest.mark.parametrize(
    ("status", "code"), [(401, "invalid_api_key"), (429, "insufficient_quota")], ids=["a wrong key", "no quota left"]
)
def test_a_key_that_cannot_pass_is_left_out_and_its_batch_is_asked_by_the_other(
    place: Workplace, status: int, code: str, bad_one_first: bool
) -> None:
    def say(asked: Asked) -> Said:
        return error(status, "You shall not pass", code=code) if asked.key == "key-bad" else answer(asked)

    with CountingEndpoint(place.pictures, say) as endpoint:
        run = place.plan()
        keys = [ApiKey("key-bad", "BAD_KEY"), ApiKey("key-good", "GOOD_KEY")]
        ways = [Way(endpoint.endpoint(), key, ONE_AT_A_TIME) for key in (keys if bad_one_first else keys[::-1])]
        sent = place.send(run, *ways)
        assert (sent.error, sent.reason) == (None, None)
        assert place.now(run).state is RunState.DONE
        assert set(place.statuses(run).values()) == RANKED
        assert Counter(asked.key for asked in endpoint.asked) == {"key-bad": 1, "key-good": N_BATCHES}
        assert any("left out from now on" in reason for reason in sent.held)
        assert not any("key-bad" in reason for reason in sent.held)
        stopped = [one for one in read_attempts(place.db, run.id) if one.fault is Fault.STOP]
        assert len(stopped) == 1


def test_the_last_key_that_cannot_pass_pauses_the_run(place: Workplace) -> None:
    with CountingEndpoint(place.pictures, lambda _: error(401, code="invalid_api_key")) as endpoint:
        run = place.plan()
        ways = [Way(endpoint.endpoint(), ApiKey(f"key-{name}", name), ONE_AT_A_TIME) for name in ("A", "B")]
        sent = place.send(run, *ways)
        assert sent.reason is not None
        assert place.now(run).state is RunState.PAUSED
        assert len(endpoint.asked) == 2
        assert set(place.statuses(run).values()) == {None}


@pytest.mark.parametrize("down_first", [True, False])
@pytest.mark.parametrize("n_batches", [1, N_BATCHES])
def test_an_endpoint_that_is_down_costs_no_sample_while_another_is_up(
    tmp_path: Path, n_batches: int, down_first: bool
) -> None:
    with workplace(tmp_path, 4 * n_batches) as place, CountingEndpoint(place.pictures) as endpoint:
        run = place.plan()
        ways = [Way(NOWHERE), Way(endpoint.endpoint())]
        sent = place.send(run, *(ways if down_first else ways[::-1]))
        assert (sent.error, sent.reason) == (None, None)
        assert set(place.statuses(run).values()) == RANKED
        assert len(endpoint.asked) == n_batches


def test_the_work_is_shared_by_all_that_take_it(place: Workplace) -> None:
    with ExitStack() as started:
        endpoints = [started.enter_context(CountingEndpoint(place.pictures, latency_s=0.01)) for _ in range(2)]
        run = place.plan()
        ways = [
            Way(one.endpoint(f"number {number}"), limits=ONE_AT_A_TIME) for number, one in enumerate(endpoints, start=1)
        ]
        assert place.send(run, *ways).reason is None
        assert set(place.statuses(run).values()) == RANKED
        assert all(len(one.asked) >= 2 for one in endpoints)
        assert sum(len(one.asked) for one in endpoints) == N_BATCHES


# ── limits ───────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("cost_usd", [0.01, 0.02, 0.005], ids=["as expected", "twice as dear", "half as dear"])
def test_a_budget_is_passed_by_no_more_than_what_was_in_flight(place: Workplace, cost_usd: float) -> None:
    limit_usd, in_flight = 0.05, 3
    with CountingEndpoint(place.pictures) as endpoint:
        run, way = place.plan(), Way(endpoint.endpoint(), limits=Limits(concurrency=in_flight))
        sent = place.send(
            run,
            way,
            budget=Budget(limit_usd, 0.0),
            price=lambda _model, _usage: cost_usd,
            expect=lambda _request, _samples: ExpectedCost(1_000, 0.01),
        )
        spent = spent_usd(place.db, run.id)
        assert spent == pytest.approx(cost_usd * len(endpoint.asked))
        assert spent <= limit_usd + in_flight * max(cost_usd - 0.01, 0.0) + 1e-9
        assert spent >= limit_usd - 0.01, "the budget is there to be used"
        assert "the budget of $0.05 is used up" in str(sent.reason)
        assert place.now(run).state is RunState.PAUSED
        assert place.send(run, way, budget=Budget(9.0, spent)).reason is None
        assert set(place.statuses(run).values()) == RANKED


def test_a_budget_counts_what_was_asked_and_never_seen(place: Workplace) -> None:
    """Killed in the middle: what was on its way may have been paid for."""
    with CountingEndpoint(place.pictures) as endpoint:
        run = place.plan()
        assert place.send(run, Way(endpoint.endpoint()), price=lambda _model, _usage: 0.01).reason is None
        before = spent_usd(place.db, run.id)
        place.db.conn.execute(
            "INSERT INTO attempt (batch_id, number, sent_at, asked, prompt, estimated_usd) "
            "SELECT id, 9, '2026-01-01', '[]', '', 0.5 FROM batch LIMIT 1"
        )
        assert spent_usd(place.db, run.id) == pytest.approx(before + 0.5)


def test_a_batch_is_cut_before_it_is_sent_to_an_endpoint_that_takes_fewer_pictures(place: Workplace) -> None:
    with CountingEndpoint(place.pictures) as endpoint:
        run = place.plan(batch_size=20)
        few = replace(endpoint.endpoint(), images_per_request=6)
        sent = place.send(run, Way(few))
        assert (sent.error, sent.reason) == (None, None)
        assert sorted(len(asked.names) for asked in endpoint.asked) == [5] * 8
        assert sorted(name for asked in endpoint.asked for name in asked.names) == sorted(place.statuses(run))
        assert set(place.statuses(run).values()) == RANKED
        assert load_totals(place.db, run.id).requests == 8


def test_the_ancestors_schedule_is_sent_as_it_is_written(tmp_path: Path) -> None:
    with workplace(tmp_path, 20) as place, CountingEndpoint(place.pictures, lambda _: completion(REFUSAL)) as endpoint:
        run = place.plan(batch_size=20)
        sent = place.send(run, Way(endpoint.endpoint(), limits=ONE_AT_A_TIME), policy=retry_policy("paper", 20))
        assert sent.reason is None
        assert [len(asked.names) for asked in endpoint.asked if len(asked.names) == 20] == [20] * 3
        sizes = Counter(len(asked.names) for asked in endpoint.asked)
        assert sizes == {20: 3, 10: 4, 5: 4, 1: 20}
        times = Counter(asked.names for asked in endpoint.asked)
        assert {len(names): n for names, n in times.items()} == {20: 3, 10: 2, 5: 1, 1: 1}
        assert set(place.statuses(run).values()) == {PredictionStatus.REFUSED}


def test_requests_per_day_are_counted_over_restarts(place: Workplace) -> None:
    """Three leave in a first session; of the seven others only two may before the day is over."""
    stop, asked_at_s = Stop(), list[float]()
    time = Passing()

    def say(asked: Asked) -> Said:
        asked_at_s.append(time.now_s)
        if asked.number == 3:
            stop.set("interrupted")
        return answer(asked)

    limits = Limits(concurrency=1, rpd=5)
    with CountingEndpoint(place.pictures, say) as endpoint:
        run = place.plan()
        place.send(run, Way(endpoint.endpoint(), limits=limits), stop=stop, time=time)
        assert len(asked_at_s) == 3
        before = count_sent_today(place.db, "counting", None, datetime.now(UTC))
        assert sum(n for _, n in before) == 3
        time.now_s, asked_at_s = 0.0, []
        again = Way(endpoint.endpoint(), limits=limits, sent_last_day=tuple(before))
        assert place.send(run, again, time=time).reason is None
        assert sum(at_s < 86_000.0 for at_s in asked_at_s) == 2
        assert set(place.statuses(run).values()) == RANKED


@pytest.mark.parametrize("jump", [timedelta(hours=1), timedelta(hours=-1)], ids=["forward", "back"])
def test_a_clock_that_was_set_makes_no_day_of_requests_go_away(place: Workplace, jump: timedelta) -> None:
    with CountingEndpoint(place.pictures) as endpoint:
        run = place.plan()
        assert place.send(run, Way(endpoint.endpoint())).reason is None
        before = count_sent_today(place.db, "counting", None, datetime.now(UTC) + jump)
        assert sum(n for _, n in before) == N_BATCHES
        assert all(0.0 <= ago_s < 2 * 3_600.0 for ago_s, _ in before)
