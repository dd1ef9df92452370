from typing import Any

import pytest
from sqlite_utils import Database

from tests.building import at, broken, exchange, ranked, received, sample, spec_of, store
from workbench.storage.runs.endpoint_history import load_probe, save_probe, typical_latency_s
from workbench.storage.runs.plans import open_batches
from workbench.storage.runs.run_control import claim_run
from workbench.storage.runs.run_records import create_run


def record_of(endpoint: str, model: str, **more: Any) -> dict[str, Any]:
    at = {"base_url": "http://127.0.0.1:8000/v1", "probed_at": "2026-11-23T10:00:00.000+00:00"}
    return {"endpoint": endpoint, "model": model} | at | more


def test_a_record_comes_back_as_it_was(db: Database) -> None:
    record = record_of("lab", "m", findings=[{"name": "sieht", "says": "“喜” \x1b[0m", "changes": {"seed": False}}])
    save_probe(db, record)
    assert load_probe(db, "lab", "m") == record


def test_each_model_of_each_endpoint_has_a_record_of_its_own(db: Database) -> None:
    save_probe(db, record_of("lab", "a"))
    save_probe(db, record_of("lab", "b"))
    save_probe(db, record_of("vllm", "a"))
    assert [load_probe(db, *who) for who in (("lab", "a"), ("lab", "b"), ("vllm", "a"), ("vllm", "b"))] == [
        record_of("lab", "a"),
        record_of("lab", "b"),
        record_of("vllm", "a"),
        None,
    ]


def test_the_last_record_takes_the_place_of_the_one_before(db: Database) -> None:
    save_probe(db, record_of("lab", "a", requests=1))
    later = record_of("lab", "a", requests=2) | {"base_url": "http://gpu/v1", "probed_at": "2026-11-24T10:00:00+00:00"}
    save_probe(db, later)
    assert load_probe(db, "lab", "a") == later
    [row] = db.query("SELECT base_url, probed_at FROM probe")
    assert row == {"base_url": later["base_url"], "probed_at": later["probed_at"]}


@pytest.fixture(autouse=True)
def samples(db: Database) -> None:
    store(db, [sample(name) for name in "abcdef"])


def answer(db: Database, *latencies_s: float, name: str = "main", **spec: str) -> None:
    """A run whose answers took so long, and one attempt that failed after a minute."""
    run = create_run(db, name, spec_of(**spec), ["abcdef"[place] for place in range(len(latencies_s) + 1)], at())
    lease = claim_run(db, run, at())
    *batches, last = open_batches(db, run.id)
    for batch, latency_s in zip(batches, latencies_s, strict=True):
        (one,) = batch.sample_ids
        exchange(db, lease, batch, received({one: ranked("happy")}, latency_s=latency_s))
    exchange(db, lease, last, broken(latency_s=60.0))


def test_answers_of_that_model_at_that_endpoint_tell_how_long_one_takes(db: Database) -> None:
    answer(db, 1.0, 9.0, 2.0)
    answer(db, 50.0, name="another model", model="other")
    answer(db, 50.0, name="another endpoint", endpoint="other")
    assert typical_latency_s(db, "scripted", "scripted-model") == 2.0
    assert typical_latency_s(db, "scripted", "other") == 50.0


def test_a_model_that_was_never_asked_has_none(db: Database) -> None:
    answer(db)
    assert typical_latency_s(db, "scripted", "scripted-model") is None
