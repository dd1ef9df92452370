"""Figures as a page takes them: text as text, the page's own ink, the same bytes every time."""

import os
import re
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from tests.export.hostile_run import ATTACK
from workbench.domain.visible import visible
from workbench.export.figures import Bar, FigureTone, bar_figure, heat_map, pair_figure, place_figure

BARS = (Bar("happy", 0.745, 0.7, 0.79), Bar("sad $x^2$ 情感", 0.5, tone=FigureTone.OTHER), Bar("none", None))


def texts_of(svg: str) -> list[str]:
    """The words of a figure, found by a parser that forgives nothing."""
    root = ET.fromstring(svg)
    return [text for element in root.iter("text") for text in element.itertext()]


def every_figure(key: str = "k") -> dict[str, str]:
    return {
        "bars": bar_figure(key, BARS, "per cent"),
        "pairs": pair_figure(key, [("happy", 0.2, 0.1), ("sad", None, None)], "refused"),
        "places": place_figure(key, BARS, "place"),
        "map": heat_map(key, ["happy", "sad"], ["happy", "sad", "no answer"], [[10, 2, 0], [1, 1185, 3]]),
    }


def test_words_and_figures_stay_text() -> None:
    figures = {name: texts_of(svg) for name, svg in every_figure().items()}
    assert {"happy", "sad $x^2$ 情感", "74.50", "50.00", "per cent"} <= set(figures["bars"])
    assert {"happy", "sad", "no answer", "10", "1,185", "0"} <= set(figures["map"])


@pytest.mark.parametrize("name", ["bars", "pairs", "places", "map"])
def test_a_figure_takes_ink_and_colours_and_font_from_its_page(name: str) -> None:
    svg = every_figure()[name]
    assert "currentColor" in svg
    assert "font-family" not in svg
    assert "DejaVu" not in svg
    assert set(re.findall(r"#[0-9a-f]{6}\b", svg)) <= {"#ffffff"}
    assert set(re.findall(r"var\((--[\w-]+)\)", svg)) <= {tone.variable for tone in FigureTone}


@pytest.mark.parametrize("name", ["bars", "pairs", "places", "map"])
def test_a_figure_needs_nothing_from_elsewhere_and_tells_no_date(name: str) -> None:
    svg = every_figure()[name]
    assert svg.startswith("<svg viewBox=")
    assert "http" not in svg
    assert "<metadata" not in svg
    assert "<style" not in svg
    assert "<image" not in svg


def test_the_same_figures_give_the_same_bytes() -> None:
    assert every_figure() == every_figure()


def test_two_figures_of_a_page_share_no_id() -> None:
    first, second = (set(re.findall(r'\bid="([^"]+)"', bar_figure(key, BARS, "x"))) for key in ("one", "two"))
    assert first
    assert not first & second
    svg = bar_figure("one", BARS, "x")
    used = re.findall(r'url\(#([^)]+)\)|href="#([^"]+)"', svg)
    assert {one or other for one, other in used} <= first


def test_hostile_labels_stay_labels() -> None:
    shown = visible(ATTACK)
    svg = bar_figure("k", [Bar(shown, 0.5)], "x") + heat_map("k", [shown], [shown], [[1]])
    assert "<script" not in svg
    assert "<img" not in svg
    (label,) = (text for text in texts_of(bar_figure("k", [Bar(shown, 0.5)], "x")) if text.endswith("…"))
    assert shown.startswith(label.removesuffix("…"))


@pytest.mark.parametrize(
    "label", ["font: 12px x;", 'id="a"', "url(#a)", "#010203", "</text>", "&lt;", "\uffff\ufffe", "<style>x", "a\u0301"]
)
def test_a_label_that_reads_like_markup_is_a_label(label: str) -> None:
    others = texts_of(bar_figure("k", [Bar("plain", 0.5), Bar("next", 0.25)], "per cent"))
    found = texts_of(bar_figure("k", [Bar(label, 0.5), Bar("next", 0.25)], "per cent"))
    assert sorted(found) == sorted(
        [label.replace("\uffff", "\ufffd").replace("\ufffe", "\ufffd"), *(one for one in others if one != "plain")]
    )


def test_nothing_known_is_an_empty_figure() -> None:
    assert texts_of(place_figure("k", [], "place")) != []
    assert bar_figure("k", [], "x").startswith("<svg")


def test_a_home_that_cannot_be_written_and_settings_of_the_users_own_change_nothing(tmp_path: Path) -> None:
    config = tmp_path / "config"
    config.mkdir()
    (tmp_path / "file").touch()
    home = tmp_path / "file" / "home"  # not even root can make it
    (config / "matplotlibrc").write_text("text.usetex: True\nsvg.fonttype: path\naxes.facecolor: red\n")
    code = "from tests.export.test_figures import *; print(bar_figure('k', BARS, 'per cent'), end='')"
    environment = {"PATH": os.environ["PATH"], "HOME": str(home), "TMPDIR": str(tmp_path)}

    def drawn(**more: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-c", code],
            env=environment | more,
            cwd=Path(__file__).parents[2],
            capture_output=True,
            text=True,
            check=True,
        )

    plain = bar_figure("k", BARS, "per cent")
    alone = drawn()
    assert (alone.stdout, alone.stderr) == (plain, "")
    assert drawn(MATPLOTLIBRC=str(config / "matplotlibrc")).stdout == plain
