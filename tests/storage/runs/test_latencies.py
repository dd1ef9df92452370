import pytest
from sqlite_utils import Database

from tests.building import at, broken, exchange, ranked, received, sample, spec_of, store
from workbench.storage.runs.latencies import typical_latency_s
from workbench.storage.runs.leases import claim_run
from workbench.storage.runs.plans import open_batches
from workbench.storage.runs.runs import create_run


@pytest.fixture(autouse=True)
def samples(db: Database) -> None:
    store(db, [sample(name) for name in "abcdef"])


def answer(db: Database, *latencies_s: float, name: str = "main", **spec: str) -> None:
    """A run whose answers took so long, and one attempt that failed after a minute."""
    run = create_run(db, name, spec_of(**spec), ["abcdef"[place] for place in range(len(latencies_s) + 1)], at())
    hold = claim_run(db, run, at())
    *batches, last = open_batches(db, run.id)
    for batch, latency_s in zip(batches, latencies_s, strict=True):
        (one,) = batch.sample_ids
        exchange(db, hold, batch, received({one: ranked("happy")}, latency_s=latency_s))
    exchange(db, hold, last, broken(latency_s=60.0))


def test_answers_of_that_model_at_that_endpoint_tell_how_long_one_takes(db: Database) -> None:
    answer(db, 1.0, 9.0, 2.0)
    answer(db, 50.0, name="another model", model="other")
    answer(db, 50.0, name="another endpoint", endpoint="other")
    assert typical_latency_s(db, "scripted", "scripted-model") == 2.0
    assert typical_latency_s(db, "scripted", "other") == 50.0


def test_a_model_that_was_never_asked_has_none(db: Database) -> None:
    answer(db)
    assert typical_latency_s(db, "scripted", "scripted-model") is None
