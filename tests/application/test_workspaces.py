from pathlib import Path

from workbench.application.context import Context
from workbench.application.workspaces import SCHEMA_VERSION, inspect_workspace
from workbench.settings import Settings


def test_a_workspace_that_is_not_there_is_no_problem(tmp_path: Path) -> None:
    state = inspect_workspace(tmp_path / "emowb.db")
    assert (state.exists, state.file, state.problem, state.journal_wanted) == (False, None, None, None)
    assert list(tmp_path.iterdir()) == []


def test_a_new_workspace_is_current_and_whole(tmp_path: Path) -> None:
    context = Context(settings=Settings(db=tmp_path / "emowb.db", cache=tmp_path), environment={})
    with context.workspace(create=True):
        pass
    found = inspect_workspace(context.settings.db).file
    assert found is not None
    assert (found.schema, found.is_current, found.quick_check) == (SCHEMA_VERSION, True, "ok")


def test_a_file_that_cannot_be_read_is_reported_and_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "emowb.db"
    path.write_bytes(b"no database" * 1000)
    state = inspect_workspace(path)
    assert state.file is None
    assert state.problem is not None
    assert path.read_bytes() == b"no database" * 1000
