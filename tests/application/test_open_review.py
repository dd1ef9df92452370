"""What the review screen gets when it is opened on what changed sides."""

from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from tests.building import plan, sample, store
from workbench.application.context import Context
from workbench.application.reviews import open_review
from workbench.domain.cases import CaseFilter
from workbench.errors import UsageError
from workbench.settings import load_settings
from workbench.storage.workspace.database import open_workspace


@pytest.fixture
def context(tmp_path: Path) -> Context:
    """A workspace with two runs of RAF-DB and two of CH-SIMS."""
    path = tmp_path / "emowb.db"
    with closing(open_workspace(path, create=True)) as db:
        for key in ("rafdb", "chsims"):
            store(db, [sample(f"{key}/a")], key=key)
            for name in ("first", "second"):
                plan(db, [f"{key}/a"], name=name, key=key)
    return Context(settings=replace(load_settings({}, tmp_path), db=path), environment={})


def test_the_list_begins_with_what_changed_from_the_other_run(context: Context) -> None:
    review = open_review(context, "rafdb", "first", "second")
    assert review.wanted == CaseFilter(changed_from="second")
    session = review.open_session()
    assert session.beside is not None
    assert (session.run.name, session.beside.name) == ("first", "second")
    session.db.close()
    assert open_review(context, "chsims", "first", "second").wanted.unscored == ("neutral",)
    assert open_review(context, "rafdb", "first").wanted == CaseFilter()


@pytest.mark.parametrize(("name", "says"), [("secnd", "did you mean second"), ("first", "itself")])
def test_a_run_to_compare_with_that_is_none_is_refused_before_the_screen_opens(
    context: Context, name: str, says: str
) -> None:
    with pytest.raises(UsageError, match=says):
        open_review(context, "rafdb", "first", name)
