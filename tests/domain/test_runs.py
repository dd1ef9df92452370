import json
from dataclasses import fields, replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.domain.predictions import PredictionStatus
from workbench.domain.run_status import RunTotals
from workbench.domain.runs import Colour, Detail, RunSpec, run_key, spec_difference

SPEC = RunSpec(
    dataset="rafdb",
    endpoint="openai",
    model="gpt-4o",
    prompt="named/1",
    modality="image",
    frames="all",
    labels=("happy", "sad"),
    batch_size=20,
)
CHANGES: dict[str, Any] = {
    "dataset": "sfew2",
    "endpoint": "vllm",
    "model": "gpt-5.5",
    "prompt": "paper/1",
    "modality": "text",
    "frames": "uniform(3)",
    "labels": ("sad", "happy"),
    "colour": Colour.GREY,
    "longest_side_px": 512,
    "detail": Detail.LOW,
    "batch_size": 1,
    "seed": 7,
    "limit": 5,
    "temperature": 1.0,
    "max_tokens": 1000,
    "structured": False,
    "retry": "paper",
    "repeat": 2,
}
words = st.text(max_size=10)
specs = st.builds(
    RunSpec,
    dataset=words,
    endpoint=words,
    model=words,
    prompt=words,
    modality=words,
    frames=words,
    labels=st.lists(words, max_size=5).map(tuple),
    colour=st.sampled_from(Colour),
    longest_side_px=st.integers(1, 4096),
    detail=st.sampled_from(Detail),
    batch_size=st.integers(1, 99),
    seed=st.integers(),
    limit=st.none() | st.integers(1),
    temperature=st.floats(0, 2),
    max_tokens=st.integers(1),
    structured=st.booleans(),
)


@given(specs)
def test_a_spec_survives_being_stored_as_json(spec: RunSpec) -> None:
    read = RunSpec.from_json(json.loads(json.dumps(spec.as_json())))
    assert read == spec
    assert run_key(read) == run_key(spec)
    assert isinstance(read.colour, Colour)
    assert isinstance(read.detail, Detail)


def test_a_key_is_the_same_in_every_release() -> None:
    assert run_key(SPEC) == "sha256:972cc17d3db86c78"


def test_every_field_can_be_changed_in_this_test() -> None:
    assert set(CHANGES) == {field.name for field in fields(RunSpec)}


@pytest.mark.parametrize(("name", "value"), CHANGES.items(), ids=CHANGES)
def test_whatever_changes_the_question_changes_the_key_and_is_named(name: str, value: object) -> None:
    changed = replace(SPEC, **{name: value})  # type: ignore[arg-type] # one field at a time
    assert run_key(changed) != run_key(SPEC)
    [line] = spec_difference(SPEC, changed)
    assert line.startswith(f"{name}: ")
    assert " -> " in line


def test_a_difference_reads_as_values_do() -> None:
    changed = replace(SPEC, batch_size=5, colour=Colour.GREY)
    assert spec_difference(SPEC, changed) == ["colour: rgb -> grey", "batch_size: 20 -> 5"]
    assert spec_difference(SPEC, SPEC) == []


def test_a_spec_of_another_release_is_read_as_far_as_it_is_known() -> None:
    values = SPEC.as_json()
    del values["structured"]
    assert RunSpec.from_json(values | {"a_later_field": 1}) == SPEC


def progress(**by_status: int) -> RunTotals:
    return RunTotals(
        planned=10,
        by_status={PredictionStatus[name.upper()]: count for name, count in by_status.items()},
        by_state={},
        requests=3,
        unseen=0,
        prompt_tokens=0,
        completion_tokens=0,
        cost_usd=None,
    )


def test_progress_counts_what_is_settled_and_what_has_no_answer() -> None:
    half = progress(ranked=4, out_of_vocabulary=1, refused=2)
    assert (half.settled, half.unanswered) == (7, 5)
    assert (progress().settled, progress().unanswered) == (0, 10)
    assert progress(ranked=10).unanswered == 0
