import re
import sys
from pathlib import Path

import pytest

from tests.tui.driving import opened
from tests.tui.hostile_run import ATTACKS, hostile_run
from tests.tui.pty_terminal import PtyTerminal

_OUR_OWN = re.compile(rb"\x1b\](52;c;[A-Za-z0-9+/=]*|22;default)\x07")  # the copied id, and the mouse pointer


TERMINALS = [
    {"TERM": "xterm-256color", "COLORTERM": "truecolor"},
    {"TERM": "screen", "COLORTERM": "", "NO_COLOR": "1"},
]

IN_REVIEW = (
    ("", "1/4"),
    ("j", "2/4"),
    ("a", "attempt 1 of 1"),
    ("Gq", "2/4"),
    ("kr", "has an answer"),
    ("y", "copied"),
    ("1u", "undone"),
    ("jjr", "gone"),
    ("c", "counts as right"),
    ("\rf", "unreviewed"),
    ("xm", "verdict on"),
    ("q0g", "1/4"),
    ("t", "note on"),
    ("\rT", "tags of"),
    ("\r?", "next failure"),
    ("q/PWNED\r", "PWNED"),
    ("F", "shown now"),
    ("aPWNED\r", "PWNED  all"),
    ("qR", "cost money"),
    ("n\x10review under", "review under another name"),
    ("\r", "another name …"),
    ("qx", "[x] csv"),
    ("\r", "files below"),
    ("q\x10label [/b", "characters)  7"),  # the palette's own line: the label stands elsewhere too
    ("\r", "[7 [/bold]"),
)
AT_HOME = (
    ("", "samples"),
    ("jM", "planned 4"),
    ("\t", "recall: 0 to 100"),
    ("\t", "gold down"),
    ("jl%", "of the row"),
    ("\t", "no figures of this data set"),
    ("\t", "by class"),
    ("?", "the next protocol"),
    ("qq=", "marked other"),
    ("j=", "exact McNemar"),
    ("p", "protocol answered"),
    ("qx", "icence"),
    ("\r", "files below"),
    ("qs", "[all 4]"),
    ("q\r", "1/4"),
    ("=", "answers of which run beside"),
    ("\r", "beside other"),
    ("C", "exact McNemar"),
    ("qq", "of 411 samples"),
)


@pytest.mark.slow
@pytest.mark.parametrize("environment", TERMINALS)
@pytest.mark.parametrize(("place", "keys"), [((), IN_REVIEW), (("home",), AT_HOME)], ids=["review", "home"])
def test_nothing_from_outside_reaches_the_terminal_raw(
    tmp_path: Path, environment: dict[str, str], place: tuple[str, ...], keys: tuple[tuple[str, str], ...]
) -> None:
    command = [sys.executable, "-m", "tests.tui.hostile_run", str(tmp_path), *place]
    terminal = PtyTerminal(command, environment, columns=100, lines=40)
    try:
        for typed, words in keys:
            terminal.type(typed)
            terminal.wait_for(words)
        terminal.type("q")
        assert terminal.wait_for_end() == 0
    finally:
        terminal.close()
    written = terminal.written
    assert "␛]0;PWNED␇".encode() in written
    for attack in ATTACKS:
        assert attack.encode() not in written
    for character in "\x07\x08\x7f\x9b\x90\x9c\u202e\u2066\u2069":
        assert character.encode() not in _OUR_OWN.sub(b"", written)


async def test_markup_and_megabytes_are_shown_as_they_are(tmp_path: Path) -> None:
    async with opened(hostile_run(tmp_path).parts, size=(120, 40)) as driver:
        await driver.until_seen("[/bold][@click=app.quit]x[/]")
        await driver.press("j", "a")
        await driver.until_seen("[/bold][@click=app.quit]x[/][$error]␛]0;PWNED␇")
        await driver.press("G")
        await driver.until_seen("[picture 1]")
