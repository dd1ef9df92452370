import json
from collections.abc import Mapping
from typing import Any

import pytest

from workbench.domain.endpoints import Endpoint, Structured
from workbench.domain.messages import Outcome, Reply, Usage
from workbench.domain.probe_findings import Finding, FindingMark, ProbeReport, adapted

ENDPOINT = Endpoint(name="lab", base_url="http://127.0.0.1:8000/v1", key_variables=("LAB_KEY",))


def record_of(*changes: Mapping[str, Any], base_url: str = ENDPOINT.base_url) -> dict[str, Any]:
    return {"base_url": base_url, "findings": [{"name": "x", "changes": change} for change in changes]}


def test_what_was_found_otherwise_is_applied_after_its_way_through_json() -> None:
    findings = [
        Finding(name="seed", mark=FindingMark.NO, says="no", changes={"seed": False}),
        Finding(name="structured", mark=FindingMark.YES, says="kept", changes={"structured": Structured.FLAT_SCHEMA}),
        Finding(name="several", mark=FindingMark.YES, says="8", changes={"images_per_request": 8}),
        Finding(name="order", mark=FindingMark.YES, says="kept"),
    ]
    record = ProbeReport(endpoint=ENDPOINT, model="m", probed_at="2026-11-23", findings=findings, replies=[])
    after = adapted(ENDPOINT, json.loads(json.dumps(record.as_json())))
    assert (after.seed, after.structured, after.images_per_request) == (False, Structured.FLAT_SCHEMA, 8)
    assert (after.temperature, after.base_url, after.key_variables) == (True, ENDPOINT.base_url, ("LAB_KEY",))


@pytest.mark.parametrize(
    "record",
    [
        None,
        {},
        {"base_url": ENDPOINT.base_url},
        {"base_url": ENDPOINT.base_url, "findings": "x"},
        {"base_url": ENDPOINT.base_url, "findings": [1, None, {"changes": 3}, {}]},
        record_of({"seed": False}, base_url="http://127.0.0.1:9/v1"),
        record_of({"base_url": "https://elsewhere.example.com"}, {"key_variables": ["OTHER_KEY"]}),
        record_of({"seed": "no"}, {"token_field": "tokens"}, {"structured": "yes"}, {"detail": None}),
        record_of({"images_per_request": 0}, {"images_per_request": True}, {"images_per_request": [1]}),
    ],
    ids=str,
)
def test_a_record_of_another_address_or_of_nonsense_changes_nothing(record: Mapping[str, Any] | None) -> None:
    assert adapted(ENDPOINT, record) == ENDPOINT


def test_a_record_counts_tokens_where_they_were_told() -> None:
    replies = [
        Reply(outcome=Outcome.ANSWERED, usage=Usage(10, 2)),
        Reply(outcome=Outcome.FAILED),
        Reply(outcome=Outcome.ANSWERED, usage=Usage(5, 1)),
    ]
    findings = [
        Finding(name="a", mark=FindingMark.YES, says="", warning="w1"),
        Finding(name="b", mark=FindingMark.NO, says=""),
    ]
    probed = ProbeReport(endpoint=ENDPOINT, model="m", probed_at="2026-11-23", findings=findings, replies=replies)
    record = probed.as_json()
    assert (record["requests"], record["prompt_tokens"], record["completion_tokens"]) == (3, 15, 3)
    assert record["warnings"] == probed.warnings == ["w1"]
