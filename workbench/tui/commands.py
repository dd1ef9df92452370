"""Every key of the workbench, as one table.

The table feeds the bindings, the footer, the help screen and the command palette, so none of them can say
something else than the keys do. Bindings are priority bindings: Textual runs those one after the other as the keys
arrive, while other keys wander through the widget tree and can overtake each other. On a slow line, `/` `x` `Enter`
`1` then labels the sample that was searched for and no other.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from textual.binding import Binding, BindingType


class Scope(StrEnum):
    """Where a command's keys work; the wording heads its section of the help screen."""

    WALK = "Walk"
    PICTURE = "Look"
    OPINION = "Say"
    ASK = "Ask and keep"
    CONFUSION = "In the confusion matrix"
    FILTER = "In the filter"
    VERDICT = "In the verdict"
    ATTEMPTS = "In the attempts"
    ZOOM = "In the large picture"
    TEXT = "In a line of text"
    QUESTION = "In a question"
    HELP = "In this help"
    EVERYWHERE = "Everywhere"


REVIEW: Final = (Scope.WALK, Scope.PICTURE, Scope.OPINION, Scope.ASK)
"""The scopes that share the review screen, and so must share its keys."""


@dataclass(frozen=True, slots=True)
class Command:
    """One thing that a key does."""

    action: str
    """Textual's action; `{key}` stands for the key that was pressed."""
    title: str
    keys: tuple[str, ...]
    scope: Scope
    footer: str = ""
    """Its one word in the footer; empty: not there."""
    shown: str = ""
    """The keys as people read them, where listing them all would be a list."""
    in_palette: bool = True

    @property
    def key_words(self) -> str:
        """The keys for people: `j ↓`."""
        return self.shown or " ".join(_KEY_WORDS.get(key, key) for key in self.keys)


_KEY_WORDS: Final = {
    "down": "↓",
    "up": "↑",
    "left": "←",
    "right": "→",
    "pagedown": "PgDn",
    "pageup": "PgUp",
    "home": "Home",
    "end": "End",
    "enter": "Enter",
    "escape": "Esc",
}

_DIGITS: Final = tuple("123456789")

COMMANDS: Final = (
    Command("move(1)", "next sample", ("j", "down"), Scope.WALK, in_palette=False),
    Command("move(-1)", "previous sample", ("k", "up"), Scope.WALK, in_palette=False),
    Command("page(1)", "a page down", ("pagedown",), Scope.WALK, in_palette=False),
    Command("page(-1)", "a page up", ("pageup",), Scope.WALK, in_palette=False),
    Command("page(0.5)", "half a page down", ("ctrl+d",), Scope.WALK, in_palette=False),
    Command("page(-0.5)", "half a page up", ("ctrl+u",), Scope.WALK, in_palette=False),
    Command("first", "first sample", ("g", "home"), Scope.WALK),
    Command("last", "last sample", ("G", "end"), Scope.WALK),
    Command("failure(1)", "next failure", ("n",), Scope.WALK, footer="failure"),
    Command("failure(-1)", "previous failure", ("N",), Scope.WALK),
    Command("search", "search as you type: ids, labels, words said, notes", ("/",), Scope.WALK),
    Command("filter", "choose what is in the list", ("f",), Scope.WALK, footer="filter"),
    Command("clear", "clear the search, then the filter", ("escape",), Scope.WALK),
    Command("frame(-1)", "previous frame", ("[",), Scope.PICTURE),
    Command("frame(1)", "next frame", ("]",), Scope.PICTURE),
    Command("play", "play the clip, or stop", ("space",), Scope.PICTURE),
    Command("zoom", "the picture on the whole screen", ("z",), Scope.PICTURE),
    Command("attempts", "all attempts, with replies and prompts", ("a",), Scope.PICTURE, footer="replies"),
    Command("confusion", "the confusion matrix", ("c",), Scope.PICTURE),
    Command("verdict", "flag a mismatch: your verdict", ("m",), Scope.OPINION, footer="verdict"),
    Command(
        "label({key})",
        "your own label; the same digit takes it back",
        _DIGITS,
        Scope.OPINION,
        "label",
        "1-9",
        in_palette=False,
    ),
    Command("label(0)", "take your label back", ("0",), Scope.OPINION),
    Command("note", "write a note", ("t",), Scope.OPINION, footer="note"),
    Command("undo", "undo your latest change", ("u",), Scope.OPINION),
    Command("retry", "ask again about this sample", ("r",), Scope.ASK, footer="retry"),
    Command("retry_all", "ask again about all in the list without an answer", ("R",), Scope.ASK),
    Command("export", "export the run's files", ("x",), Scope.ASK),
    Command("copy_id", "copy the sample's id to your terminal's clipboard", ("y",), Scope.ASK),
    Command("help", "all keys", ("?",), Scope.ASK, footer="help"),
    Command("leave", "quit", ("q",), Scope.ASK, footer="quit"),
    Command("walk(0, -1)", "one cell left", ("h", "left"), Scope.CONFUSION),
    Command("walk(0, 1)", "one cell right", ("l", "right"), Scope.CONFUSION),
    Command("walk(1, 0)", "one cell down", ("j", "down"), Scope.CONFUSION),
    Command("walk(-1, 0)", "one cell up", ("k", "up"), Scope.CONFUSION),
    Command("choose", "the samples of this cell", ("enter",), Scope.CONFUSION, footer="its samples"),
    Command("close", "back", ("q", "c", "escape"), Scope.CONFUSION, footer="back"),
    Command("move(1)", "down", ("j", "down"), Scope.FILTER),
    Command("move(-1)", "up", ("k", "up"), Scope.FILTER),
    Command("column(-1)", "the column to the left", ("h", "left", "shift+tab"), Scope.FILTER),
    Command("column(1)", "the column to the right", ("l", "right", "tab"), Scope.FILTER),
    Command("choose", "show these", ("enter",), Scope.FILTER, footer="show"),
    Command("clear", "everything", ("x",), Scope.FILTER, footer="everything"),
    Command("close", "back", ("q", "escape"), Scope.FILTER, footer="back"),
    Command("move(1)", "down", ("j", "down"), Scope.VERDICT),
    Command("move(-1)", "up", ("k", "up"), Scope.VERDICT),
    Command("say('model wrong')", "model wrong", ("w",), Scope.VERDICT),
    Command("say('gold doubtful')", "gold doubtful", ("g",), Scope.VERDICT),
    Command("say('both acceptable')", "both acceptable", ("b",), Scope.VERDICT),
    Command("say('bad media')", "bad media", ("m",), Scope.VERDICT),
    Command("say('unsure')", "unsure", ("u",), Scope.VERDICT),
    Command("say('')", "no verdict", ("c",), Scope.VERDICT),
    Command("choose", "say this", ("enter",), Scope.VERDICT, footer="say this"),
    Command("close", "back", ("q", "escape"), Scope.VERDICT, footer="back"),
    Command("attempt(-1)", "the attempt before", ("[", "h", "left"), Scope.ATTEMPTS, footer="before"),
    Command("attempt(1)", "the attempt after", ("]", "l", "right"), Scope.ATTEMPTS, footer="after"),
    Command("scroll_lines(1)", "scroll down", ("j", "down"), Scope.ATTEMPTS),
    Command("scroll_lines(-1)", "scroll up", ("k", "up"), Scope.ATTEMPTS),
    Command("scroll_page(1)", "a page down", ("pagedown", "ctrl+d", "space"), Scope.ATTEMPTS),
    Command("scroll_page(-1)", "a page up", ("pageup", "ctrl+u"), Scope.ATTEMPTS),
    Command("scroll_to_edge(False)", "to the top", ("g", "home"), Scope.ATTEMPTS),
    Command("scroll_to_edge(True)", "to the end", ("G", "end"), Scope.ATTEMPTS),
    Command("close", "back", ("q", "a", "escape"), Scope.ATTEMPTS, footer="back"),
    Command("frame(-1)", "previous frame", ("[",), Scope.ZOOM),
    Command("frame(1)", "next frame", ("]",), Scope.ZOOM),
    Command("play", "play, or stop; any other key goes back", ("space",), Scope.ZOOM),
    Command("keep", "keep", ("enter",), Scope.TEXT, footer="keep"),
    Command("cancel", "cancel; a search is cleared", ("escape",), Scope.TEXT, footer="cancel"),
    Command("answer('yes')", "yes", ("y",), Scope.QUESTION, footer="yes"),
    Command("answer('no')", "no", ("n", "q", "escape"), Scope.QUESTION, footer="no"),
    Command("scroll_lines(1)", "scroll down", ("j", "down"), Scope.HELP),
    Command("scroll_lines(-1)", "scroll up", ("k", "up"), Scope.HELP),
    Command("scroll_page(1)", "a page down", ("pagedown", "ctrl+d", "space"), Scope.HELP),
    Command("scroll_page(-1)", "a page up", ("pageup", "ctrl+u"), Scope.HELP),
    Command("close", "back", ("q", "?", "escape"), Scope.HELP, footer="back"),
    Command("command_palette", "every command by name", ("ctrl+p",), Scope.EVERYWHERE),
    Command("quit", "quit at once", ("ctrl+q",), Scope.EVERYWHERE),
)


def bindings(*scopes: Scope) -> list[BindingType]:
    """Textual's bindings for the commands of some scopes."""
    return list(_bindings(scopes))


def _bindings(scopes: tuple[Scope, ...]) -> Iterator[Binding]:
    for command in COMMANDS:
        if command.scope not in scopes:
            continue
        for nth, key in enumerate(command.keys):
            yield Binding(
                key,
                command.action.format(key=key),
                command.footer,
                show=bool(command.footer) and nth == 0,
                key_display=command.shown or _KEY_WORDS.get(key, key),
                priority=True,
            )
