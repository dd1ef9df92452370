from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from pathlib import Path
from threading import Event

import pytest
from PIL import Image

from tests.tui.driving import Driver
from workbench.application.context import Context
from workbench.application.importing import ImportOptions, ImportReport, import_archive
from workbench.domain.datasets.samples import Sample
from workbench.settings import load_settings
from workbench.storage.samples import load_samples
from workbench.storage.workspace.database import open_workspace
from workbench.tui.dialogs.choice_screen import ChoiceScreen
from workbench.tui.home.home_screen import HomeScreen
from workbench.tui.importing import import_screen
from workbench.tui.importing.import_report_screen import ImportReportScreen
from workbench.tui.importing.import_screen import ImportScreen
from workbench.tui.samples.dataset_screen import DatasetScreen
from workbench.tui.workbench_app import WorkbenchApp


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working directory with the tree of RAVDESS, and a table whose headings nobody knows."""
    for actor in ("Actor_01", "Actor_02"):
        (tmp_path / "clips" / actor).mkdir(parents=True)
        for emotion in ("03", "04", "05"):
            (tmp_path / "clips" / actor / f"02-01-{emotion}-01-01-01-{actor[-2:]}.mp4").write_bytes(b"no video")
    (tmp_path / "faces").mkdir()
    for name in "abcd":
        Image.new("RGB", (8, 8), "gray").save(tmp_path / "faces" / f"{name}.png")
    rows = "\n".join(f"{word};faces/{name}.png;{name}" for word, name in zip(("joy", "woe") * 2, "abcd", strict=True))
    (tmp_path / "Own Faces.csv").write_text(f"what;where;who\n{rows}\njoy;faces/gone.png;e\n")
    monkeypatch.chdir(tmp_path)
    return tmp_path


@asynccontextmanager
async def at_home(folder: Path, size: tuple[int, int] = (80, 24)) -> AsyncIterator[Driver]:
    """Home of a workspace that is not there yet."""
    settings = load_settings({"EMOWB_DB": str(folder / "emowb.db")}, folder)
    app = WorkbenchApp(Context(settings=settings, environment={}))
    async with app.run_test(size=size, notifications=True) as pilot:
        driver = Driver(pilot)
        await driver.until_seen("Nothing is imported yet. i imports a data set")
        yield driver


def stored(folder: Path, key: str) -> list[Sample]:
    with closing(open_workspace(folder / "emowb.db")) as db:
        return load_samples(db, key)


async def test_a_published_set_is_recognised_imported_and_looked_at(folder: Path) -> None:
    async with at_home(folder) as driver:
        await driver.press("i", *"clips")
        await driver.until_seen("looks like RAVDESS (6 samples)")
        await driver.until_seen("emowb import ravdess clips")
        assert not (folder / "emowb.db").exists()
        await driver.press("enter")
        await driver.until(lambda: driver.is_on(ImportReportScreen))
        for words in ("6 samples (Table 1 of the paper has 1,440)", "2  happy", "licence: CC BY-NC-SA"):
            await driver.until_seen(words)
        await driver.press("enter")
        await driver.until(lambda: driver.is_on(DatasetScreen))
        await driver.until_seen("1/6 all  no run yet")
        await driver.press("q")
        await driver.until_seen("6 of 1,440 samples")
        assert driver.is_on(HomeScreen)
    assert len(stored(folder, "ravdess")) == 6


async def test_enter_that_comes_before_the_path_was_looked_at_waits_for_it(folder: Path) -> None:
    async with at_home(folder) as driver:
        await driver.press("i", *"clips", "enter")
        await driver.until(lambda: driver.is_on(ImportReportScreen))


async def test_columns_are_matched_by_hand_where_nobody_knows_their_headings(folder: Path) -> None:
    async with at_home(folder) as driver:
        await driver.press("i", *"Own Faces.csv")
        await driver.until_seen("what = joy, where = faces/a.png, who = a")
        await driver.until_seen("own-faces")
        await driver.press("enter")
        await driver.until_seen("path or text is needed")
        await driver.until_seen("gold or score is needed")
        assert driver.is_on(ImportScreen)
        await driver.press("right", "right", "down", "right", *["down"] * 3, "space")  # the cursor is on the path
        await driver.until(lambda: driver.is_on(ChoiceScreen))
        await driver.press("G", "enter")
        words = "--columns path=where,gold=what,subject=who"
        await driver.until(lambda: words in " ".join(driver.text.split()))
        await driver.press("enter")
        await driver.until(lambda: driver.is_on(ImportReportScreen))
        for words in ("4 samples", "2  joy", "1 skipped", "line 6: faces/gone.png"):
            await driver.until_seen(words)
    samples = stored(folder, "own-faces")
    assert [(one.gold, one.cluster) for one in samples] == [("joy", "a"), ("woe", "b"), ("joy", "c"), ("woe", "d")]


async def test_a_column_for_two_fields_is_said_beside_both(folder: Path) -> None:
    async with at_home(folder) as driver:
        await driver.press("i", *"Own Faces.csv")
        await driver.until_seen("own-faces")
        await driver.press("up", "up", "up", "right", "up", "up", "up", "right", "enter")  # subject, then gold
        await driver.until(lambda: driver.text.count("chosen twice") == 2)
        assert driver.is_on(ImportScreen)


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("", "which folder or table?"),
        ("nowhere", "there is no such file or folder"),
        ("faces", "choose one"),
        ("faces/a.png", "no table of text"),
    ],
)
async def test_a_wrong_path_is_said_and_nothing_is_made(folder: Path, typed: str, said: str) -> None:
    async with at_home(folder) as driver:
        await driver.press("i", *typed, "enter")
        await driver.until_seen(said)
        assert driver.is_on(ImportScreen)
        await driver.press("escape")
        assert driver.is_on(HomeScreen)
    assert not (folder / "emowb.db").exists()


async def test_options_are_those_of_the_set_and_wrong_ones_are_said(folder: Path) -> None:
    async with at_home(folder) as driver:
        await driver.press("i", *"clips")
        await driver.until_seen("looks like RAVDESS")
        assert "agreement" not in driver.text
        await driver.press("down", "f2")
        await driver.until(lambda: driver.is_on(ChoiceScreen))
        await driver.press("G", *["k"] * 2, "enter")  # MER2023, the third from the end
        await driver.until_seen("emowb import mer2023 clips")
        await driver.until_seen("transcripts")
        await driver.press("tab", "tab", *"gone.csv", "enter")
        await driver.until_seen("there is no such")
        assert driver.is_on(ImportScreen)


async def test_the_right_arrow_completes_a_path_and_f3_lists_what_is_there(folder: Path) -> None:
    async with at_home(folder) as driver:
        await driver.press("i", *"cl")
        await driver.until_seen("clips/")
        await driver.press("right")
        await driver.until_seen("looks like RAVDESS")
        await driver.press("ctrl+u", "f3")
        await driver.until(lambda: driver.is_on(ChoiceScreen))
        await driver.until_seen("this folder")
        assert "faces/" in driver.text
        await driver.press("j", "j", "enter")
        await driver.until_seen("Actor_01/")
        await driver.press("enter")
        await driver.until_seen("looks like RAVDESS")
        assert driver.is_on(ImportScreen)


async def test_an_import_that_is_left_goes_on(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    may_end, has_ended = Event(), Event()

    def slow(context: Context, key: str, path: Path, options: ImportOptions) -> ImportReport:
        assert may_end.wait(60)
        report = import_archive(context, key, path, options)
        has_ended.set()
        return report

    monkeypatch.setattr(import_screen, "import_archive", slow)
    async with at_home(folder) as driver:
        await driver.press("i", *"clips", "enter")
        await driver.until_seen("importing …")
        await driver.press("enter", "escape")  # a second Enter begins no second import
        await driver.until_seen("the import goes on")
        assert driver.is_on(HomeScreen)
        may_end.set()
        await driver.until(has_ended.is_set)
        await driver.press("r")
        await driver.until_seen("6 of 1,440 samples")


async def test_a_name_of_an_encoding_that_nobody_knows_is_said_beside_it(folder: Path) -> None:
    async with at_home(folder) as driver:
        await driver.press("i", *"clips")
        await driver.until_seen("looks like RAVDESS")
        await driver.press("up", *"klingon", "enter")
        await driver.until_seen("no encoding has that name")
        assert driver.is_on(ImportScreen)


async def test_a_mouse_chooses_and_the_line_of_keys_imports(folder: Path) -> None:
    async with at_home(folder, size=(120, 40)) as driver:
        await driver.press("i", *"clips")
        await driver.until_seen("looks like RAVDESS")
        await driver.pilot.click("#fields ChoiceLine")
        await driver.until(lambda: driver.is_on(ChoiceScreen))
        await driver.press("escape")
        line = driver.text.splitlines()[-1]
        await driver.pilot.click("KeysLine", offset=(line.index("Enter") + 1, 0))
        await driver.until(lambda: driver.is_on(ImportReportScreen))
