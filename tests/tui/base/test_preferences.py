"""Keys, colours, panes, filters and places of a person: chosen, remembered, never in the way."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
from textual.color import Color

from tests.tui.driving import Driver, opened
from tests.tui.home_run import at_home
from tests.tui.review_run import ReviewRun
from workbench.application.reviews import RunReview
from workbench.domain.cases import CaseFilter, CaseKind
from workbench.errors import UsageError
from workbench.tui.base.keymap import commands_with
from workbench.tui.base.preferences import Preferences
from workbench.tui.base.remembered_state import RememberedState, filter_as_json, filter_from_json
from workbench.tui.base.theme import HIGH_CONTRAST, THEMES
from workbench.tui.review.case_browser import CaseBrowser
from workbench.tui.review.review_screen import ReviewScreen
from workbench.tui.workbench_app import WorkbenchApp


def reviewing(parts: RunReview, preferences: Preferences) -> WorkbenchApp:
    return WorkbenchApp(parts, preferences=preferences)


async def shown(driver: Driver) -> None:
    await driver.until(lambda: driver.is_on(ReviewScreen))
    await driver.until_shown()


async def test_a_key_of_ones_own_takes_the_place_of_the_usual_one(review: ReviewRun) -> None:
    preferences = Preferences(commands=commands_with({"review.next-failure": ("o", "f5"), "review.note": ("n",)}))
    async with reviewing(review.parts, preferences).run_test(size=(100, 30)) as pilot:
        driver = Driver(pilot)
        await shown(driver)
        await driver.press("o")
        assert driver.current == "sub02/EP01_03f"
        await driver.press("f5")
        assert driver.current == "sub02/EP03_05f"
        await driver.press("n")
        await driver.until_seen("note on sub02/EP03_05f")
        await driver.press("escape", "question_mark", "slash", *"next failure", "enter")
        await driver.until_seen("o f5")


@pytest.mark.parametrize(
    ("keys", "says"),
    [
        ({"review.nxt-failure": ("o",)}, "review.next-failure"),
        ({"review.note": ("n",)}, "both review.next-failure and review.note"),
        ({"review.note": ("5",)}, "digits only ever label"),
        ({"review.label": ("l",)}, "cannot be changed"),
        ({"review.note": ("ctrl+q",)}, "is taken"),
        ({"review.note": ("\x1b[2J",)}, "is no key"),
        ({"review.note": ()}, "names no key"),
    ],
)
def test_keys_that_cannot_be_are_said_before_anything_opens(keys: dict[str, tuple[str, ...]], says: str) -> None:
    with pytest.raises(UsageError) as raised:
        commands_with(keys)
    assert says in str(raised.value)
    assert "\x1b" not in str(raised.value)


async def test_filter_place_pane_and_colours_are_as_they_were_left(review: ReviewRun, tmp_path: Path) -> None:
    state = tmp_path / "state"
    async with reviewing(review.parts, Preferences(RememberedState(state))).run_test(size=(120, 40)) as pilot:
        driver = Driver(pilot)
        await shown(driver)
        await driver.press("f", "j", "enter")
        await driver.until_seen("1/10 failures")
        await driver.press("j", "j", ">", "ctrl+t")
        await driver.until(lambda: driver.current == "sub03/EP01_06f")
        width = driver.screen.cases.size.width
    async with reviewing(review.parts, Preferences(RememberedState(state))).run_test(size=(120, 40)) as pilot:
        driver = Driver(pilot)
        await shown(driver)
        await driver.until_seen("3/10 failures")
        assert driver.app.theme == "emowb-light"
        await driver.until(lambda: driver.screen.cases.size.width == width)


@pytest.mark.parametrize("text", ["", "{", "[1]", '{"theme": 3, "protocol": ["x"]}', '{"theme": "\\u001b[2J"}'])
async def test_what_cannot_be_read_is_as_good_as_none(review: ReviewRun, tmp_path: Path, text: str) -> None:
    (tmp_path / "look.json").write_text(text)
    (tmp_path / "sets").mkdir()
    (tmp_path / "sets" / "casme2.json").write_text('{"run": "main", "wanted": {"kind": 5, "search": 1}, "sample": {}}')
    async with reviewing(review.parts, Preferences(RememberedState(tmp_path))).run_test() as pilot:
        driver = Driver(pilot)
        await shown(driver)
        await driver.until_seen("1/30 all")
        assert driver.app.theme == "emowb-dark"


def test_memory_is_written_whole_and_a_folder_that_cannot_be_is_no_matter(tmp_path: Path) -> None:
    memory = RememberedState(tmp_path / "state")
    for width in range(50):
        memory.keep_of_dataset("../casme2", list_width=width)
    memory.close()
    (written,) = (tmp_path / "state" / "sets").iterdir()
    assert json.loads(written.read_text()) == {"list_width": 49}
    in_the_way = tmp_path / "file"
    in_the_way.write_text("")
    memory = RememberedState(in_the_way)
    memory.keep_look(theme="emowb-dark")
    memory.close()
    assert memory.look() == {"theme": "emowb-dark"}


def test_a_filter_survives_its_way_through_json() -> None:
    wanted = CaseFilter(CaseKind.REFUSED, gold="happy", predicted="", search="x", unscored=("neutral",))
    assert filter_from_json(json.loads(json.dumps(filter_as_json(wanted)))) == wanted
    assert filter_from_json("x") is None
    assert filter_from_json({"kind": "unknown", "later": 1}) == CaseFilter()


async def test_a_filter_is_saved_by_name_shown_deleted_and_brought_back(review: ReviewRun) -> None:
    async with reviewing(review.parts, Preferences()).run_test(size=(100, 30), notifications=True) as pilot:
        driver = Driver(pilot)
        await shown(driver)
        await driver.press("f", "j", "enter", "F")
        await driver.until_seen("no filter is saved yet")
        await driver.press("a", *"bad ones", "enter")
        await driver.until_seen("bad ones  failures")
        await driver.press("d")
        await driver.until_seen("no filter is saved yet")
        await driver.press("u")
        await driver.until_seen("bad ones  failures")
        await driver.press("q", "escape")
        await driver.until_seen("/30 all")
        await driver.press("F", "enter")
        await driver.until_seen("/10 failures")


async def test_the_divider_follows_keys_and_mouse_and_leaves_both_sides_room(review: ReviewRun) -> None:
    async with reviewing(review.parts, Preferences()).run_test(size=(100, 30)) as pilot:
        driver = Driver(pilot)
        await shown(driver)
        before = driver.screen.cases.size.width
        await driver.press(*[">"] * 3)
        await driver.until(lambda: driver.screen.cases.size.width == before + 12)
        await driver.press(*["<"] * 30)
        await driver.until(lambda: driver.screen.query_one(CaseBrowser).size.width == 16)
        await pilot.mouse_down("Divider", offset=(0, 5))
        await pilot.hover("StatusLine", offset=(50, 0))
        await pilot.mouse_up("StatusLine", offset=(50, 0))
        await driver.until(lambda: driver.screen.query_one(CaseBrowser).size.width > 40)


async def test_tags_are_written_and_progress_is_counted(review: ReviewRun) -> None:
    async with reviewing(review.parts, Preferences()).run_test(size=(120, 30)) as pilot:
        driver = Driver(pilot)
        await shown(driver)
        await driver.until_seen("reviewed 0, left 30")
        await driver.press("T", *"blurred dark", "enter")
        await driver.until_seen("#blurred #dark")
        await driver.until_seen("reviewed 1, left 29")
        await driver.until_seen("/min")


async def test_another_reviewer_takes_over_where_one_stands(review: ReviewRun) -> None:
    async with reviewing(review.parts, Preferences()).run_test(size=(120, 30)) as pilot:
        driver = Driver(pilot)
        await shown(driver)
        await driver.press("j", "1", "ctrl+p", *"under another", "enter")
        await driver.until_seen("another name")
        await driver.press("enter", *"boris", "enter")
        await driver.until_seen("boris")
        await shown(driver)
        assert driver.current == "sub01/EP02_01f"
        await driver.until_seen("▸ ✓+")
        await driver.press("2")
        await driver.until_seen("ana  label happy")
        await driver.until_seen("▸ ✓≠")
        await driver.press("1")
        await driver.until_seen("▸ ✓=")


@pytest.mark.parametrize("size", [(80, 24), (120, 40), (200, 50)])
async def test_every_screen_fits_and_survives_a_tiny_window(review: ReviewRun, size: tuple[int, int]) -> None:
    async with at_home(review, size=size) as driver:
        for keys in (
            ("j",),
            ("M",),
            ("tab",),
            ("tab",),
            ("tab",),
            ("tab",),
            ("q", "x"),
            ("q", "question_mark"),
            ("q", "enter"),
        ):
            await driver.press(*keys)
            await driver.pilot.resize_terminal(20, 5)
            await driver.pilot.resize_terminal(*size)
            await driver.until(lambda: " back" in driver.text or " quit" in driver.text)
            assert max(map(len, driver.text.splitlines())) <= size[0]
        await driver.until_seen("1/30 all")


@pytest.mark.parametrize("size", [(80, 24), (120, 40), (200, 50)])
async def test_whatever_lies_over_a_review_fits_and_survives_a_tiny_window(
    review: ReviewRun, size: tuple[int, int]
) -> None:
    async with opened(review.parts, size=size) as driver:
        beneath = driver.app.screen
        for key, leave, says in (
            ("a", "q", "[picture 1]"),
            ("z", "q", "apex, sent"),
            ("f", "escape", "unreviewed"),
            ("F", "escape", "no filter is saved yet"),
            ("m", "escape", "gold doubtful"),
            ("t", "escape", "note on"),
            ("slash", "escape", "cancel"),
        ):
            await driver.press(key)
            await driver.until_seen(says)
            over = driver.app.screen
            assert over is not beneath
            await driver.pilot.resize_terminal(20, 5)
            await driver.pilot.resize_terminal(*size)
            await driver.until_seen(says)
            assert max(map(len, driver.text.splitlines())) <= size[0]
            await driver.press(leave)
            await driver.until(lambda: driver.app.screen is beneath)


def contrast(one: Color, other: Color) -> float:
    """As WCAG 2.1 has it."""

    def luminance(colour: Color) -> float:
        parts = (value / 255 for value in colour.rgb)
        red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue

    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("theme", THEMES, ids=lambda theme: theme.name)
def test_words_stand_out_from_every_ground(theme: object) -> None:
    assert theme in THEMES
    known = THEMES[THEMES.index(theme)]
    for ground in (known.background, known.surface, known.panel):
        assert contrast(Color.parse(str(known.foreground)), Color.parse(str(ground))) >= 7


def test_with_high_contrast_every_tone_stands_out() -> None:
    for ground in (HIGH_CONTRAST.background, HIGH_CONTRAST.panel):
        for name, tone in HIGH_CONTRAST.variables.items():
            assert contrast(Color.parse(tone), Color.parse(str(ground))) >= 7, name


async def test_the_setting_wins_over_what_is_remembered(review: ReviewRun, tmp_path: Path) -> None:
    memory = RememberedState(tmp_path)
    memory.keep_look(theme="emowb-light")
    preferences = replace(Preferences(memory), theme="emowb-high-contrast")
    async with reviewing(review.parts, preferences).run_test() as pilot:
        assert pilot.app.theme == "emowb-high-contrast"
