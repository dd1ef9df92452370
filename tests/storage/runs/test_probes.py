from typing import Any

from sqlite_utils import Database

from workbench.storage.runs.probes import load_probe, save_probe


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
