"""What the review screen gets when it is opened on what changed sides."""

from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from tests.building import plan, sample, store
from workbench.application.open_review import review_parts
from workbench.domain.cases import CaseFilter
from workbench.errors import UsageError
from workbench.settings import Settings, load_settings
from workbench.storage.workspace.database import open_workspace


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """A workspace with two runs of RAF-DB and two of CH-SIMS."""
    path = tmp_path / "emowb.db"
    with closing(open_workspace(path, create=True)) as db:
        for key in ("rafdb", "chsims"):
            store(db, [sample(f"{key}/a")], key=key)
            for name in ("first", "second"):
                plan(db, [f"{key}/a"], name=name, key=key)
    return replace(load_settings({}, tmp_path), db=path)


def test_the_list_begins_with_what_changed_from_the_other_run(settings: Settings) -> None:
    parts = review_parts(settings, {}, "rafdb", "first", "second")
    assert parts.wanted == CaseFilter(changed_from="second")
    session = parts.open_session()
    assert session.beside is not None
    assert (session.run.name, session.beside.name) == ("first", "second")
    session.db.close()
    assert review_parts(settings, {}, "chsims", "first", "second").wanted.unscored == ("neutral",)
    assert review_parts(settings, {}, "rafdb", "first").wanted == CaseFilter()


@pytest.mark.parametrize(("name", "says"), [("secnd", "did you mean second"), ("first", "itself")])
def test_a_run_to_compare_with_that_is_none_is_refused_before_the_screen_opens(
    settings: Settings, name: str, says: str
) -> None:
    with pytest.raises(UsageError, match=says):
        review_parts(settings, {}, "rafdb", "first", name)
