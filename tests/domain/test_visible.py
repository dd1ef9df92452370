import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.domain.visible import LONGEST_CHARS, visible

BIDI = "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
SHOWN = {
    "plain words": ("happy, sad", "happy, sad"),
    "markup stays literal": ("[bold]x[/x] [@click=app.quit]", "[bold]x[/x] [@click=app.quit]"),
    "a title": ("\x1b]0;pwned\x07", "␛]0;pwned␇"),
    "the clipboard": ("\x1b]52;c;aGk=\x1b\\", "␛]52;c;aGk=␛\\"),
    "clearing the screen": ("\x1b[2J", "␛[2J"),
    "a link": ("\x1b]8;;http://x\x1b\\y", "␛]8;;http://x␛\\y"),
    "device control": ("\x1bP+q\x1b\\", "␛P+q␛\\"),
    "a C1 control": ("\x9b2J", "\\u{9b}2J"),
    "a C1 string": ("\x9d0;x\x9c", "\\u{9d}0;x\\u{9c}"),
    "overwriting": ("sad\b\b\bhappy\rx", "sad␈␈␈happy␍x"),
    "nothing and delete": ("\x00\x7f", "␀␡"),
    "backwards": ("\u202egpj.exe", "\\u{202e}gpj.exe"),
    "isolates": ("\u2066a\u2069", "\\u{2066}a\\u{2069}"),
    "zero width": ("ha\u200bppy\ufeff", "ha\\u{200b}ppy\\u{feff}"),
    "half a surrogate pair": ("\ud83d", "\\u{d83d}"),
    "separators": ("a\u2028b\u2029", "a\\u{2028}b\\u{2029}"),
    "tags": ("\U000e0041", "\\u{e0041}"),
    "private use": ("\ue000", "\\u{e000}"),
    "Chinese": ("我很高兴。", "我很高兴。"),
    "accents": ("Ärger déjà", "Ärger déjà"),
    "a family": ("👨\u200d👩\u200d👧", "👨\u200d👩\u200d👧"),
    "a heart": ("❤\ufe0f", "❤\ufe0f"),
    "an ideographic blank": ("a\u3000b", "a\u3000b"),
    "nothing at all": ("", ""),
}


@pytest.mark.parametrize(("text", "shown"), SHOWN.values(), ids=SHOWN)
def test_what_could_act_is_shown_and_what_can_be_read_stays(text: str, shown: str) -> None:
    assert visible(text) == shown


@given(text=st.text(st.characters(), max_size=200), longest=st.integers(1, 50), lines=st.booleans())
def test_nothing_that_is_shown_can_act_on_a_terminal(text: str, longest: int, *, lines: bool) -> None:
    shown = visible(text, lines=lines, longest=longest)
    kept = shown.replace("\n", "") if lines else shown
    assert not [one for one in kept if unicodedata.category(one) in ("Cc", "Cs", "Zl", "Zp")]
    assert not set(kept) & set(BIDI)
    kept.encode("utf-8")
    assert len(shown) <= 10 * longest + 40


@given(st.text(st.sampled_from("\x1b\x9b\x07\r\n\t\x00" + BIDI + "a[31m"), max_size=60))
def test_hostile_text_is_one_line(text: str) -> None:
    assert len(visible(text).splitlines()) <= 1


@given(st.text(st.characters(min_codepoint=0x20, max_codepoint=0x7E), max_size=100))
def test_plain_text_passes_unchanged(text: str) -> None:
    assert visible(text) == text


def test_lines_stay_lines_where_they_are_wanted() -> None:
    text = "one\r\ntwo\n\tthree\rfour\x0bfive"
    assert visible(text, lines=True) == "one\ntwo\n    three␍four␋five"
    assert visible(text) == "one␍␊two␊␉three␍four␋five"


def test_a_cut_is_said() -> None:
    assert visible("x" * 12_345, longest=10) == "x" * 10 + "… (12,335 more characters)"
    assert visible("x" * 10, longest=10) == "x" * 10


def test_megabytes_are_cut_before_they_are_looked_at() -> None:
    shown = visible("\x1b" * 10_000_000)
    assert shown == "␛" * LONGEST_CHARS + "… (9,980,000 more characters)"
