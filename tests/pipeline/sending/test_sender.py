import asyncio
from contextlib import aclosing
from pathlib import Path

import pytest
from sqlite_utils import Database

from tests.pipeline.faces_set import CARD, Scripted, answered, draw_set, parts_for, plan, refused, store_set
from workbench.domain.batches import RetryPolicy
from workbench.domain.cases import Result
from workbench.domain.datasets.samples import Sample
from workbench.domain.events import AttemptSaved, MediaFailed, RunEvent
from workbench.domain.messages import Fault, Outcome, Reply
from workbench.domain.predictions import PredictionStatus
from workbench.domain.prompts import PAPER
from workbench.domain.run_status import RunTotals
from workbench.domain.runs import Run, RunState
from workbench.errors import DatabaseError
from workbench.pipeline.planning import plan_again
from workbench.pipeline.sending.run_parts import RunParts, Stop
from workbench.pipeline.sending.sender import send_run
from workbench.storage.runs.attempts import read_attempts
from workbench.storage.runs.batch_rows import load_totals
from workbench.storage.runs.results import read_results
from workbench.storage.runs.run_records import load_run
from workbench.storage.workspace.database import open_workspace

NO_REPEATS = RetryPolicy(repeats=0)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    folder = tmp_path / "set"
    folder.mkdir()
    return folder


def sent(parts: RunParts, stop: Stop | None = None) -> list[RunEvent]:
    async def collect() -> list[RunEvent]:
        return [event async for event in send_run(parts, stop or Stop())]

    return asyncio.run(collect())


def results(db: Database, run: Run) -> dict[str, Result]:
    return {result.sample.id: result for result in read_results(db, run.id)}


def statuses(db: Database, run: Run) -> dict[str, PredictionStatus | None]:
    return {name: one.prediction.status if one.prediction else None for name, one in results(db, run).items()}


def ready(db: Database, root: Path, count: int, **options: object) -> tuple[list[Sample], Run]:
    samples = draw_set(root, count)
    store_set(db, root, samples)
    return samples, plan(db, **options)  # type: ignore[arg-type]  # a test names what it changes


def test_every_planned_sample_gets_one_ranked_prediction_and_the_run_is_done(db: Database, root: Path) -> None:
    samples, run = ready(db, root, 45)
    source = Scripted(samples, root, lambda names: answered(range(len(names))))
    sent(parts_for(db, run, root, source))
    assert set(statuses(db, run).values()) == {PredictionStatus.RANKED}
    assert load_run(db, CARD.key, "main").state is RunState.DONE
    assert sorted(len(names) for names in source.asked) == [5, 20, 20]
    assert sorted(name for names in source.asked for name in names) == sorted(sample.id for sample in samples)


def test_the_event_of_an_attempt_comes_after_its_row_is_stored(db: Database, root: Path) -> None:
    samples, run = ready(db, root, 6, batch_size=2)
    source = Scripted(samples, root, lambda names: answered(range(len(names))))

    async def check() -> None:
        reader = open_workspace(Path(db.conn.execute("PRAGMA database_list").fetchone()[2]))
        async for event in send_run(parts_for(db, run, root, source), Stop()):
            assert isinstance(event, AttemptSaved)
            stored = {one.batch_id: one for one in read_attempts(reader, run.id)}
            assert stored[event.batch_id].outcome is Outcome.ANSWERED
            settled = results(reader, run)
            assert all(settled[name].prediction is not None for name, _ in event.settled)
        reader.close()

    asyncio.run(check())


def test_one_refusing_sample_among_twenty_is_isolated_in_ten_further_requests(db: Database, root: Path) -> None:
    samples, run = ready(db, root, 20)
    source = Scripted(samples, root, lambda names: refused() if "face_007" in names else answered(range(len(names))))
    sent(parts_for(db, run, root, source, policy=NO_REPEATS))
    found = statuses(db, run)
    assert found.pop("face_007") is PredictionStatus.REFUSED
    assert set(found.values()) == {PredictionStatus.RANKED}
    assert len(source.asked) <= 1 + 10
    assert ["face_007"] in source.asked


def test_a_refused_batch_is_repeated_before_it_is_split(db: Database, root: Path) -> None:
    samples, run = ready(db, root, 4)
    replies = iter([refused(), answered(range(4))])
    source = Scripted(samples, root, lambda _: next(replies))
    events = [event for event in sent(parts_for(db, run, root, source)) if isinstance(event, AttemptSaved)]
    assert [event.step for event in events] == ["repeat", "keep"]
    assert [event.number for event in events] == [1, 2]
    assert {result.first_status for result in results(db, run).values()} == {PredictionStatus.REFUSED}


def test_a_partial_answer_is_kept_and_only_the_rest_is_asked_again(db: Database, root: Path) -> None:
    samples, run = ready(db, root, 6)
    replies = iter([answered([0, 2, 3]), answered([0, 1, 2], label="sad")])
    source = Scripted(samples, root, lambda _: next(replies))
    sent(parts_for(db, run, root, source))
    first, second = source.asked
    assert second == [first[1], first[4], first[5]]
    tops = {name: result.prediction.top1 for name, result in results(db, run).items() if result.prediction}
    assert {tops[name] for name in second} == {"sad"}
    assert {tops[name] for name in set(first) - set(second)} == {"happy"}


def test_a_miscounted_reply_to_prompt_paper_gives_no_sample_an_answer(db: Database, root: Path) -> None:
    samples, run = ready(db, root, 4, prompt=PAPER)

    def say(names: list[str]) -> Reply:
        said = len(names) if len(names) <= 2 else len(names) - 1
        lines = [f"{{'name': 'image{place + 1}', 'result': ['happy', 'sad']}}" for place in range(said)]
        return Reply(outcome=Outcome.ANSWERED, text="\n".join(lines))

    source = Scripted(samples, root, say)
    events = [event for event in sent(parts_for(db, run, root, source)) if isinstance(event, AttemptSaved)]
    assert [event.step for event in events][:2] == ["repeat", "split"]
    assert events[0].settled == ()
    assert set(statuses(db, run).values()) == {PredictionStatus.RANKED}


def test_bad_media_stop_only_their_own_sample(db: Database, root: Path) -> None:
    samples, run = ready(db, root, 8)
    whole = (root / "face_001.png").read_bytes()
    source = Scripted(samples, root, lambda names: answered(range(len(names))))
    (root / "face_001.png").write_bytes(whole[: len(whole) // 2])
    (root / "face_002.png").write_bytes(b"")
    (root / "face_003.png").write_text("this is no picture")
    (root / "face_004.png").unlink()
    events = sent(parts_for(db, run, root, source))
    found = statuses(db, run)
    bad = {name for name, status in found.items() if status is PredictionStatus.BAD_MEDIA}
    assert bad == {"face_001", "face_002", "face_003", "face_004"}
    assert {found[name] for name in set(found) - bad} == {PredictionStatus.RANKED}
    assert {event.sample_id for event in events if isinstance(event, MediaFailed)} == bad
    assert all(results(db, run)[name].note for name in bad)
    assert len(source.asked) == 1


def test_a_batch_of_bad_media_alone_is_settled_without_a_request(db: Database, root: Path) -> None:
    samples, run = ready(db, root, 2)
    source = Scripted(samples, root, lambda names: answered(range(len(names))))
    for sample in samples:
        (root / str(sample.path)).write_bytes(b"")
    sent(parts_for(db, run, root, source))
    assert source.asked == []
    assert load_run(db, CARD.key, "main").state is RunState.DONE


def test_an_exhausted_quota_pauses_the_run_and_the_same_run_goes_on_later(db: Database, root: Path) -> None:
    samples, run = ready(db, root, 6, batch_size=2)
    quota = Reply(outcome=Outcome.FAILED, fault=Fault.STOP, status_code=429, error="insufficient_quota")
    replies = iter([answered(range(2)), quota])
    stop = Stop()
    sent(parts_for(db, run, root, Scripted(samples, root, lambda _: next(replies)), concurrency=1), stop)
    paused = load_run(db, CARD.key, "main")
    assert paused.state is RunState.PAUSED
    assert paused.reason == stop.reason == "insufficient_quota"
    source = Scripted(samples, root, lambda names: answered(range(len(names))))
    sent(parts_for(db, paused, root, source))
    assert len(source.asked) == 2
    assert set(statuses(db, run).values()) == {PredictionStatus.RANKED}


def test_a_fault_is_sent_again_and_given_up_in_the_end_without_touching_other_batches(db: Database, root: Path) -> None:
    samples, run = ready(db, root, 4, batch_size=2)
    broken = Reply(outcome=Outcome.FAILED, fault=Fault.TRANSIENT, error="502")
    source = Scripted(samples, root, lambda names: broken if "face_000" in names else answered(range(len(names))))
    sent(parts_for(db, run, root, source, policy=RetryPolicy(fault_repeats=2)))
    found = statuses(db, run)
    failed = {name for name, status in found.items() if status is PredictionStatus.FAILED}
    assert "face_000" in failed
    assert len(failed) == 2
    assert sum("face_000" in names for names in source.asked) == 3


def test_an_endpoint_that_never_answers_pauses_the_run_instead_of_failing_every_sample(
    db: Database, root: Path
) -> None:
    samples, run = ready(db, root, 60, batch_size=2)
    broken = Reply(outcome=Outcome.FAILED, fault=Fault.TRANSIENT, error="connection refused")
    stop = Stop()
    sent(parts_for(db, run, root, Scripted(samples, root, lambda _: broken)), stop)
    assert load_run(db, CARD.key, "main").state is RunState.PAUSED
    assert "does not answer" in str(stop.reason)
    assert set(statuses(db, run).values()) == {None}


def test_a_rate_limit_costs_a_batch_none_of_its_tries(db: Database, root: Path) -> None:
    samples, run = ready(db, root, 2)
    limited = Reply(outcome=Outcome.FAILED, fault=Fault.RATE_LIMITED, status_code=429, retry_after_s=0.01)
    replies = iter([limited] * 20 + [answered(range(2))])
    source = Scripted(samples, root, lambda _: next(replies))
    sent(parts_for(db, run, root, source, policy=RetryPolicy(fault_repeats=1)))
    assert set(statuses(db, run).values()) == {PredictionStatus.RANKED}


def test_whoever_stops_reading_stops_the_run_and_it_can_be_resumed(db: Database, root: Path) -> None:
    samples, run = ready(db, root, 10, batch_size=2)
    source = Scripted(samples, root, lambda names: answered(range(len(names))))

    async def read_one() -> None:
        async with aclosing(send_run(parts_for(db, run, root, source, concurrency=1), Stop())) as events:
            await anext(events)

    asyncio.run(read_one())
    assert load_run(db, CARD.key, "main").state is RunState.PAUSED
    before = load_totals(db, run.id)
    assert 0 < before.settled < 10
    sent(parts_for(db, run, root, source))
    assert set(statuses(db, run).values()) == {PredictionStatus.RANKED}


def test_a_stop_lets_what_is_in_flight_come_in(db: Database, root: Path) -> None:
    samples, run = ready(db, root, 12, batch_size=2)
    stop = Stop()

    def say(names: list[str]) -> Reply:
        stop.set("interrupted")
        return answered(range(len(names)))

    source = Scripted(samples, root, say)
    sent(parts_for(db, run, root, source, concurrency=2), stop)
    progress = load_totals(db, run.id)
    assert progress.settled == 2 * len(source.asked)
    assert progress.unseen == 0
    assert load_run(db, CARD.key, "main").reason == "interrupted"


def test_a_second_runner_is_refused_while_the_first_one_lives(db: Database, root: Path) -> None:
    samples, run = ready(db, root, 4, batch_size=2)
    source = Scripted(samples, root, lambda names: answered(range(len(names))))

    async def both() -> None:
        async with aclosing(send_run(parts_for(db, run, root, source, concurrency=1), Stop())) as events:
            await anext(events)
            with pytest.raises(DatabaseError, match="being sent by process"):
                await anext(send_run(parts_for(db, run, root, source), Stop()))

    asyncio.run(both())


def test_a_refused_sample_keeps_its_status_until_it_is_answered(db: Database, root: Path) -> None:
    samples, run = ready(db, root, 3)
    stubborn = Scripted(samples, root, lambda names: refused() if "face_001" in names else answered(range(len(names))))
    sent(parts_for(db, run, root, stubborn))
    assert statuses(db, run)["face_001"] is PredictionStatus.REFUSED
    assert plan_again(db, run, ["face_001"]) == 1
    sent(parts_for(db, run, root, stubborn))
    assert statuses(db, run)["face_001"] is PredictionStatus.REFUSED
    plan_again(db, run, ["face_001"])
    willing = Scripted(samples, root, lambda names: answered(range(len(names)), label="angry"))
    sent(parts_for(db, run, root, willing))
    result = results(db, run)["face_001"]
    assert result.prediction is not None
    assert result.prediction.top1 == "angry"
    assert result.first_status is PredictionStatus.REFUSED
    assert willing.asked == [["face_001"]]


def test_what_a_run_cost_is_unknown_when_any_price_is(db: Database, root: Path) -> None:
    samples, run = ready(db, root, 2)
    source = Scripted(samples, root, lambda names: answered(range(len(names))))
    sent(parts_for(db, run, root, source, price=lambda _model, _usage: None))
    progress: RunTotals = load_totals(db, run.id)
    assert progress.cost_usd is None
