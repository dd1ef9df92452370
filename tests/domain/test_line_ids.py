"""A line of a job's file is named after its attempt, and after nothing that another run could have."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.building import at, spec_of
from workbench.domain.jobs import line_id, read_line_id, run_mark
from workbench.domain.runs import Run, RunState, run_key

RUN = Run(1, "rafdb", "main", spec_of(), run_key(spec_of()), RunState.PLANNED, None, at(), at(), 0.0)


@given(st.integers(1, 10**18 - 1), st.integers(1, 10**9 - 1))
def test_an_id_names_its_batch_and_attempt_in_at_most_64_characters(batch_id: int, number: int) -> None:
    text = line_id(RUN, batch_id, number)
    assert read_line_id(RUN, text) == (batch_id, number)
    assert len(text) <= 64


@pytest.mark.parametrize(
    "other",
    [
        replace(RUN, id=2),
        replace(RUN, name="other"),
        replace(RUN, dataset="sfew2"),
        replace(RUN, spec_hash="sha256:0"),
        replace(RUN, created_at=at(1)),
    ],
)
def test_an_id_of_another_run_is_nobody_here(other: Run) -> None:
    assert read_line_id(RUN, line_id(other, 3, 1)) is None
    assert run_mark(other) != run_mark(RUN)


def test_an_id_that_was_changed_is_nobody() -> None:
    text = line_id(RUN, 3, 1)
    assert read_line_id(RUN, text.replace("emowb-3-1", "emowb-4-1")) is None
    assert read_line_id(RUN, text.replace("emowb-3-1", "emowb-3-2")) is None
    assert read_line_id(RUN, text + " ") is None


@given(st.text())
def test_any_text_can_be_read(text: str) -> None:
    assert read_line_id(RUN, text) is None


def test_a_run_that_goes_on_keeps_its_mark() -> None:
    assert run_mark(replace(RUN, state=RunState.DONE, reason="x", changed_at=at(9), elapsed_s=3.0)) == run_mark(RUN)
