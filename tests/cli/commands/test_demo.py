"""The demo, run once; each test works on a copy of what it left behind."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import Result

from tests.cli.conftest import Emowb, emowb_command, working_in


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Result, Path]]:
    with working_in(tmp_path_factory.mktemp("demo")) as folder:
        yield emowb_command("demo", "--headless"), folder


def test_the_headless_demo_prints_metrics_for_every_set_and_the_paths_of_the_exports(
    demo: tuple[Result, Path],
) -> None:
    result, folder = demo
    assert result.exit_code == 0, "refusals are a part of the demo, and make would print an error"
    assert "samples have no answer: the embedded endpoint refuses some" in result.stderr
    for key in ("casme2", "rafdb", "ravdess", "chsims", "abstract"):
        assert f"{key} / demo, protocol strict" in result.stdout
        for name in ("metrics", "predictions", "confusion", "reviews", "refusals"):
            path = folder / "exports" / key / "demo" / f"{name}.csv"
            assert path.is_file()
            assert str(path.relative_to(folder)) in result.stdout
    assert "refused" in (folder / "exports" / "rafdb" / "demo" / "predictions.csv").read_text()


def test_the_demo_leaves_the_users_own_workspace_alone(demo: tuple[Result, Path]) -> None:
    _, folder = demo
    assert not (folder / "emowb.db").exists()


def test_refused_samples_of_the_demo_are_answered_when_they_are_asked_again(
    demo: tuple[Result, Path], emowb: Emowb, place: Path
) -> None:
    shutil.copy(demo[1] / "emowb-demo.db", place / "emowb.db")
    retried = emowb("retry", "rafdb", "--refused")
    assert retried.exit_code == 0, retried.output
    assert "refused" not in retried.stdout
