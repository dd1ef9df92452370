"""A workspace with a small set and an endpoint that answers, and the form of a new run in it."""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from tests.cli.processes import PlannedRun, planned_run
from tests.tui.driving import Driver
from workbench.application.context import Context
from workbench.settings import load_settings
from workbench.tui.new_run.new_run_screen import NewRunScreen
from workbench.tui.workbench_app import WorkbenchApp


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[PlannedRun]:
    """A folder with forty samples of RAF-DB and one run, `main`; `scripted` is the only endpoint of the settings."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    with planned_run(tmp_path) as made:
        with (made.folder / "emowb.toml").open("a") as settings:
            settings.write("[endpoints.keyed]\nbase_url = 'https://models.example/v1'\nkey_variables = ['THE_KEY']\n")
        monkeypatch.chdir(made.folder)
        yield made


def context_of(place: PlannedRun) -> Context:
    """As `emowb open` makes it in the folder."""
    settings = load_settings(place.environment, place.folder, place.folder / "config")
    return Context(settings=settings, environment=place.environment)


@asynccontextmanager
async def at_form(place: PlannedRun, *, size: tuple[int, int] = (80, 24)) -> AsyncIterator[tuple[Driver, NewRunScreen]]:
    """The form of a new run, opened from home; what it would take is shown."""
    async with WorkbenchApp(context_of(place)).run_test(size=size, notifications=True) as pilot:
        driver = Driver(pilot)
        await driver.until_seen("rafdb")
        await driver.press("n")
        await driver.until(lambda: driver.is_on(NewRunScreen))
        screen = driver.app.screen
        assert isinstance(screen, NewRunScreen)
        await driver.until(lambda: screen.plan is not None)
        yield driver, screen
