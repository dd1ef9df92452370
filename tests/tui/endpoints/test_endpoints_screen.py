"""Endpoints from the screen: the list, what was spent, a new one, and a probe whose findings come one by one."""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from tests.cli.processes import PlannedRun, planned_run
from tests.pipeline.faces_set import Passing
from tests.pipeline.workplace import Way
from tests.tui.driving import Driver
from workbench.application.context import Context
from workbench.pipeline.sending.run_parts import Stop
from workbench.settings import load_settings
from workbench.tui.endpoints.endpoints_screen import EndpointsScreen
from workbench.tui.endpoints.new_endpoint_screen import NewEndpointScreen
from workbench.tui.workbench_app import WorkbenchApp


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[PlannedRun]:
    """A folder with a workspace; `scripted` is the endpoint of its settings."""
    with planned_run(tmp_path) as made:
        monkeypatch.chdir(made.folder)
        yield made


@asynccontextmanager
async def at_endpoints(place: PlannedRun) -> AsyncIterator[Driver]:
    settings = load_settings(place.environment, place.folder, place.folder / "config")
    context = Context(settings=settings, environment={})
    async with WorkbenchApp(context).run_test(size=(80, 24), notifications=True) as pilot:
        driver = Driver(pilot)
        await driver.until_seen("rafdb")
        await driver.press("e")
        await driver.until(lambda: driver.is_on(EndpointsScreen))
        await driver.until_seen("scripted")
        yield driver


async def test_endpoints_are_listed_with_what_they_lack(place: PlannedRun) -> None:
    async with at_endpoints(place) as driver:
        for words in ("OPENAI_API_KEY is not set", "has no address", "embedded", "nothing was sent"):
            await driver.until_seen(words)


async def test_a_new_endpoint_is_written_and_listed(place: PlannedRun) -> None:
    before = (place.folder / "emowb.toml").read_text()
    async with at_endpoints(place) as driver:
        await driver.press("a")
        await driver.until(lambda: driver.is_on(NewEndpointScreen))
        await driver.press("enter")
        await driver.until_seen("✗ is needed")
        await driver.press(*"lab", "tab", *"https://lab.example/v1", "tab", "tab", *"LAB_KEY", "enter")
        await driver.until(lambda: driver.is_on(EndpointsScreen))
        await driver.until_seen("LAB_KEY is not set")
    assert (place.folder / "emowb.toml").read_text().startswith(before)


async def test_what_is_no_address_is_said_and_nothing_is_written(place: PlannedRun) -> None:
    before = (place.folder / "emowb.toml").read_text()
    async with at_endpoints(place) as driver:
        await driver.press("a", *"lab", "tab", *"nowhere", "enter")
        await driver.until_seen("base_url")
        assert driver.is_on(NewEndpointScreen)
    assert (place.folder / "emowb.toml").read_text() == before


async def test_a_probe_shows_its_findings(place: PlannedRun) -> None:
    async with at_endpoints(place) as driver:
        await driver.press("G", "p")
        await driver.until_seen("found out")
        await driver.until_seen("kept")


async def test_what_was_spent_stands_there_by_day(place: PlannedRun) -> None:
    await place.place.sending(place.run, Way(place.endpoint.endpoint("scripted")), stop=Stop(), time=Passing())
    async with at_endpoints(place) as driver:
        await driver.until_seen("10 requests, $0.1000")
