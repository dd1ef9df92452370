"""Every key of the workbench, as one table.

The bindings, the line of keys, the help, the command palette, the document of keys and the settings that change keys
are all made from it. Bindings are priority bindings: Textual runs those in the order of the keys, while other keys pass
through the widget tree and can overtake each other. So on a slow line, `/` `x` `Enter` `1` labels the sample that was
searched for and no other.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from textual.binding import Binding, BindingType


class Scope(StrEnum):
    """Where the keys of a command work. The value is the heading in the help."""

    HOME = "Home"
    IMPORT = "In an import"
    IMPORT_REPORT = "After an import"
    SAMPLES = "In the samples of a data set"
    FORM = "In a form"
    NEW_RUN = "In a new run"
    FIRST_REQUEST = "In the first request"
    ENDPOINTS = "In the endpoints"
    NEW_ENDPOINT = "In a new endpoint"
    MOVE = "Move"
    PICTURE = "Look closer"
    OPINION = "Your review"
    ASK = "The run"
    FILTER = "In the filter"
    SAVED = "In the saved filters"
    VERDICT = "In the verdict"
    ATTEMPTS = "In the attempts"
    ZOOM = "In the large picture"
    METRICS = "In the metrics"
    COMPARE = "In a comparison"
    EXPORT = "In the export"
    QUEUE = "In the queue"
    BATCH = "In a batch"
    LIMITS = "In the limits"
    CHOICE = "In a list to choose from"
    TEXT = "In a line of text"
    QUESTION = "In a question"
    HELP = "In this help"
    EVERYWHERE = "Everywhere"


REVIEW: Final = (Scope.MOVE, Scope.PICTURE, Scope.OPINION, Scope.ASK)
"""The scopes that share the review screen, and so must share its keys."""
NEW_RUN: Final = (Scope.FORM, Scope.NEW_RUN)
"""Those that share the form of a new run."""
IMPORT: Final = (Scope.FORM, Scope.IMPORT)
"""Those that share the form of an import."""
NEW_ENDPOINT: Final = (Scope.FORM, Scope.NEW_ENDPOINT)
"""Those that share the form of a new endpoint."""


@dataclass(frozen=True, slots=True)
class Command:
    """One thing that a key does."""

    id: str
    """Its name in settings and documents, which stays when keys and words change."""
    action: str
    """Textual's action; `{key}` stands for the key that was pressed."""
    title: str
    keys: tuple[str, ...]
    """Empty: only the palette and the help offer it."""
    scope: Scope
    footer: str = ""
    """Its word in the line of keys; empty: it is not there."""
    shown: str = ""
    """The keys in words, where there are too many to list."""
    in_palette: bool = True

    @property
    def key_words(self) -> str:
        """The keys as they are shown: `j ↓`."""
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

DIGITS: Final = tuple("123456789")
"""They only give labels."""


def _list(prefix: str, scope: Scope) -> tuple[Command, ...]:
    """Moving the cursor in a list; the same on every screen with a list."""
    return (
        Command(f"{prefix}.down", "move(1)", "down", ("j", "down"), scope, in_palette=False),
        Command(f"{prefix}.up", "move(-1)", "up", ("k", "up"), scope, in_palette=False),
        Command(f"{prefix}.page-down", "page(1)", "a page down", ("pagedown", "ctrl+d"), scope, in_palette=False),
        Command(f"{prefix}.page-up", "page(-1)", "a page up", ("pageup", "ctrl+u"), scope, in_palette=False),
        Command(f"{prefix}.first", "edge(False)", "to the top", ("g", "home"), scope, in_palette=False),
        Command(f"{prefix}.last", "edge(True)", "to the end", ("G", "end"), scope, in_palette=False),
    )


COMMANDS: Final = (
    *_list("home", Scope.HOME),
    Command("home.open", "open", "review this run", ("enter",), Scope.HOME, "review"),
    Command("home.samples", "samples", "look at the samples of this data set", ("d",), Scope.HOME),
    Command("home.import", "import", "import a data set", ("i",), Scope.HOME, "import"),
    Command("home.new-run", "new_run", "plan a new run of this data set", ("n",), Scope.HOME, "run"),
    Command("home.metrics", "metrics", "metrics of this run", ("M",), Scope.HOME, "metrics"),
    Command("home.matrix", "confusion", "the confusion matrix of this run", ("c",), Scope.HOME),
    Command("home.compare", "compare", "mark this run, or compare it with the marked one", ("=",), Scope.HOME),
    Command("home.queue", "queue", "the queue of this run", ("s",), Scope.HOME, "queue"),
    Command("home.export", "export", "export this run", ("x",), Scope.HOME, "export"),
    Command("home.endpoints", "app.endpoints", "endpoints: list, add, probe", ("e",), Scope.HOME),
    Command("home.refresh", "refresh", "read the workspace again", ("r",), Scope.HOME),
    Command("home.help", "help", "all keys", ("?",), Scope.HOME, "help"),
    Command("home.leave", "leave", "quit", ("q",), Scope.HOME, "quit"),
    Command("form.down", "field(1)", "the next field", ("down", "tab"), Scope.FORM, in_palette=False),
    Command("form.up", "field(-1)", "the field before", ("up", "shift+tab"), Scope.FORM, in_palette=False),
    Command("form.right", "step(1)", "the next choice", ("right",), Scope.FORM, in_palette=False),
    Command("form.left", "step(-1)", "the choice before", ("left",), Scope.FORM, in_palette=False),
    Command("form.list", "list", "a list of all choices", ("space", "f2"), Scope.FORM, "list", in_palette=False),
    Command("import.go", "go", "import it", ("enter",), Scope.IMPORT, "import"),
    Command("import.browse", "browse", "choose the path from what is there", ("f3",), Scope.IMPORT, "browse"),
    Command("import.help", "help", "all keys", ("f1",), Scope.IMPORT, "help"),
    Command("import.close", "close", "back; an import that has begun goes on", ("escape",), Scope.IMPORT, "back"),
    *_list("import-report", Scope.IMPORT_REPORT),
    Command("import-report.samples", "samples", "look at its samples", ("enter",), Scope.IMPORT_REPORT, "its samples"),
    Command("import-report.close", "close", "back", ("q", "escape"), Scope.IMPORT_REPORT, "back"),
    Command("samples.down", "move(1)", "next sample", ("j", "down"), Scope.SAMPLES, in_palette=False),
    Command("samples.up", "move(-1)", "previous sample", ("k", "up"), Scope.SAMPLES, in_palette=False),
    Command("samples.page-down", "page(1)", "a page down", ("pagedown",), Scope.SAMPLES, in_palette=False),
    Command("samples.page-up", "page(-1)", "a page up", ("pageup",), Scope.SAMPLES, in_palette=False),
    Command("samples.half-down", "page(0.5)", "half a page down", ("ctrl+d",), Scope.SAMPLES, in_palette=False),
    Command("samples.half-up", "page(-0.5)", "half a page up", ("ctrl+u",), Scope.SAMPLES, in_palette=False),
    Command("samples.first", "edge(False)", "first sample", ("g", "home"), Scope.SAMPLES),
    Command("samples.last", "edge(True)", "last sample", ("G", "end"), Scope.SAMPLES),
    Command(
        "samples.search",
        "search",
        "search ids, labels, clusters and texts as you type",
        ("/",),
        Scope.SAMPLES,
        "search",
    ),
    Command("samples.filter", "filter", "only one gold label", ("f",), Scope.SAMPLES, "filter"),
    Command("samples.clear", "clear", "clear the search, then the filter", ("escape",), Scope.SAMPLES),
    Command("samples.previous-frame", "frame(-1)", "previous frame", ("[",), Scope.SAMPLES, "frames"),
    Command("samples.next-frame", "frame(1)", "next frame", ("]",), Scope.SAMPLES),
    Command("samples.play", "play", "play the clip, or stop", ("space",), Scope.SAMPLES, "play"),
    Command("samples.zoom", "zoom", "the picture on the whole screen", ("z", "enter"), Scope.SAMPLES, "zoom"),
    Command("samples.words-down", "words(1)", "scroll the text down", ("}",), Scope.SAMPLES, in_palette=False),
    Command("samples.words-up", "words(-1)", "scroll the text up", ("{",), Scope.SAMPLES, in_palette=False),
    Command("samples.narrower", "widen(-4)", "a narrower list", ("<",), Scope.SAMPLES),
    Command("samples.wider", "widen(4)", "a wider list", (">",), Scope.SAMPLES),
    Command("samples.notes", "notes", "what the import left out", ("o",), Scope.SAMPLES, "left out"),
    Command("samples.new-run", "new_run", "plan a new run of this data set", ("n",), Scope.SAMPLES, "new run"),
    Command("samples.copy-id", "copy_id", "copy the sample's id to your terminal's clipboard", ("y",), Scope.SAMPLES),
    Command("samples.help", "help", "all keys", ("?",), Scope.SAMPLES, "help"),
    Command("samples.leave", "leave", "back, or quit", ("q",), Scope.SAMPLES, "back"),
    Command("new-run.go", "go", "send it, in a process of its own", ("enter",), Scope.NEW_RUN, "send"),
    Command(
        "new-run.first-request",
        "first_request",
        "the words and pictures of the first request",
        ("f3",),
        Scope.NEW_RUN,
        "first request",
    ),
    Command("new-run.help", "help", "all keys", ("f1",), Scope.NEW_RUN, "help"),
    Command("new-run.close", "close", "back; nothing is sent", ("escape",), Scope.NEW_RUN, "back"),
    *_list("first-request", Scope.FIRST_REQUEST),
    Command(
        "first-request.before", "picture(-1)", "the picture before", ("[", "left"), Scope.FIRST_REQUEST, "previous"
    ),
    Command("first-request.after", "picture(1)", "the next picture", ("]", "right"), Scope.FIRST_REQUEST, "next"),
    Command("first-request.close", "close", "back", ("q", "escape", "f3"), Scope.FIRST_REQUEST, "back"),
    *_list("endpoints", Scope.ENDPOINTS),
    Command("endpoints.probe", "probe", "find out what it can do", ("p", "enter"), Scope.ENDPOINTS, "probe"),
    Command("endpoints.add", "add", "add an endpoint to emowb.toml", ("a",), Scope.ENDPOINTS, "add"),
    Command("endpoints.help", "help", "all keys", ("?",), Scope.ENDPOINTS, "help"),
    Command("endpoints.close", "close", "back", ("q", "escape"), Scope.ENDPOINTS, "back"),
    Command("new-endpoint.go", "go", "write it into emowb.toml", ("enter",), Scope.NEW_ENDPOINT, "write"),
    Command("new-endpoint.close", "close", "back; nothing is written", ("escape",), Scope.NEW_ENDPOINT, "back"),
    Command("review.down", "move(1)", "next sample", ("j", "down"), Scope.MOVE, in_palette=False),
    Command("review.up", "move(-1)", "previous sample", ("k", "up"), Scope.MOVE, in_palette=False),
    Command("review.page-down", "page(1)", "a page down", ("pagedown",), Scope.MOVE, in_palette=False),
    Command("review.page-up", "page(-1)", "a page up", ("pageup",), Scope.MOVE, in_palette=False),
    Command("review.half-down", "page(0.5)", "half a page down", ("ctrl+d",), Scope.MOVE, in_palette=False),
    Command("review.half-up", "page(-0.5)", "half a page up", ("ctrl+u",), Scope.MOVE, in_palette=False),
    Command("review.first", "edge(False)", "first sample", ("g", "home"), Scope.MOVE),
    Command("review.last", "edge(True)", "last sample", ("G", "end"), Scope.MOVE),
    Command("review.next-failure", "failure(1)", "next failure", ("n",), Scope.MOVE, "failure"),
    Command("review.previous-failure", "failure(-1)", "previous failure", ("N",), Scope.MOVE),
    Command("review.next-alike", "same_failure(1)", "next failure of the same kind", ("e",), Scope.MOVE),
    Command("review.previous-alike", "same_failure(-1)", "previous failure of the same kind", ("E",), Scope.MOVE),
    Command("review.search", "search", "search ids, labels, transcripts and notes as you type", ("/",), Scope.MOVE),
    Command("review.filter", "filter", "choose what is in the list", ("f",), Scope.MOVE, "filter"),
    Command("review.saved", "saved", "saved filters", ("F",), Scope.MOVE),
    Command("review.clear", "clear", "clear the search, then the filter", ("escape",), Scope.MOVE),
    Command("review.previous-frame", "frame(-1)", "previous frame", ("[",), Scope.PICTURE),
    Command("review.next-frame", "frame(1)", "next frame", ("]",), Scope.PICTURE),
    Command("review.play", "play", "play the clip, or stop", ("space",), Scope.PICTURE),
    Command("review.zoom", "zoom", "the picture on the whole screen", ("z",), Scope.PICTURE),
    Command("review.attempts", "attempts", "all attempts, with replies and prompts", ("a",), Scope.PICTURE, "replies"),
    Command("review.words-down", "words(1)", "scroll the transcript down", ("}",), Scope.PICTURE, in_palette=False),
    Command("review.words-up", "words(-1)", "scroll the transcript up", ("{",), Scope.PICTURE, in_palette=False),
    Command("review.beside", "beside", "show another run's answers beside, or none", ("=",), Scope.PICTURE),
    Command("review.matrix", "confusion", "the confusion matrix", ("c",), Scope.PICTURE),
    Command("review.metrics", "metrics", "metrics of the run", ("M",), Scope.PICTURE),
    Command("review.compare", "compare", "compare with another run", ("C",), Scope.PICTURE),
    Command("review.narrower", "widen(-4)", "a narrower list", ("<",), Scope.PICTURE),
    Command("review.wider", "widen(4)", "a wider list", (">",), Scope.PICTURE),
    Command("review.verdict", "verdict", "give your verdict on a mismatch", ("m",), Scope.OPINION, "verdict"),
    Command(
        "review.label",
        "label({key})",
        "give your own label; the same digit removes it",
        DIGITS,
        Scope.OPINION,
        "label",
        "1-9",
        in_palette=False,
    ),
    Command("review.no-label", "label(0)", "remove your label", ("0",), Scope.OPINION),
    Command("review.note", "note", "write a note", ("t",), Scope.OPINION, "note"),
    Command("review.tags", "tags", "write tags, with spaces between them", ("T",), Scope.OPINION),
    Command("review.undo", "undo", "undo your latest change", ("u",), Scope.OPINION),
    Command("review.reviewer", "reviewer", "review under another name", (), Scope.OPINION),
    Command("review.retry", "retry", "ask the model again about this sample", ("r",), Scope.ASK, "retry"),
    Command("review.retry-all", "retry_all", "ask again about all listed samples without an answer", ("R",), Scope.ASK),
    Command("review.queue", "queue", "the queue of the run", ("s",), Scope.ASK),
    Command("review.export", "export", "export the run's files", ("x",), Scope.ASK),
    Command("review.copy-id", "copy_id", "copy the sample's id to your terminal's clipboard", ("y",), Scope.ASK),
    Command("review.help", "help", "all keys", ("?",), Scope.ASK, "help"),
    Command("review.leave", "leave", "back, or quit", ("q",), Scope.ASK, "back"),
    Command("filter.down", "move(1)", "down", ("j", "down"), Scope.FILTER),
    Command("filter.up", "move(-1)", "up", ("k", "up"), Scope.FILTER),
    Command("filter.left", "column(-1)", "the column to the left", ("h", "left", "shift+tab"), Scope.FILTER),
    Command("filter.right", "column(1)", "the column to the right", ("l", "right", "tab"), Scope.FILTER),
    Command("filter.choose", "choose", "show these samples", ("enter",), Scope.FILTER, "show"),
    Command("filter.clear", "clear", "show everything", ("x",), Scope.FILTER, "everything"),
    Command("filter.close", "close", "back", ("q", "escape"), Scope.FILTER, "back"),
    *_list("saved", Scope.SAVED),
    Command("saved.choose", "choose", "show this one", ("enter",), Scope.SAVED, "show"),
    Command("saved.keep", "keep", "save the present filter under a name", ("a",), Scope.SAVED, "save"),
    Command("saved.delete", "delete", "delete this one", ("d",), Scope.SAVED, "delete"),
    Command("saved.undo", "undo", "undo the last change", ("u",), Scope.SAVED, "undo"),
    Command("saved.close", "close", "back", ("q", "F", "escape"), Scope.SAVED, "back"),
    Command("verdict.down", "move(1)", "down", ("j", "down"), Scope.VERDICT),
    Command("verdict.up", "move(-1)", "up", ("k", "up"), Scope.VERDICT),
    Command("verdict.model-wrong", "say('model wrong')", "model wrong", ("w",), Scope.VERDICT),
    Command("verdict.gold-doubtful", "say('gold doubtful')", "gold doubtful", ("g",), Scope.VERDICT),
    Command("verdict.both-acceptable", "say('both acceptable')", "both acceptable", ("b",), Scope.VERDICT),
    Command("verdict.bad-media", "say('bad media')", "bad media", ("m",), Scope.VERDICT),
    Command("verdict.unsure", "say('unsure')", "unsure", ("u",), Scope.VERDICT),
    Command("verdict.none", "say('')", "no verdict", ("c",), Scope.VERDICT),
    Command("verdict.choose", "choose", "give this verdict", ("enter",), Scope.VERDICT, "choose"),
    Command("verdict.close", "close", "back", ("q", "escape"), Scope.VERDICT, "back"),
    Command("attempts.before", "attempt(-1)", "the previous attempt", ("[", "h", "left"), Scope.ATTEMPTS, "previous"),
    Command("attempts.after", "attempt(1)", "the next attempt", ("]", "l", "right"), Scope.ATTEMPTS, "next"),
    *_list("attempts", Scope.ATTEMPTS),
    Command("attempts.space", "page(1)", "a page down", ("space",), Scope.ATTEMPTS),
    Command("attempts.close", "close", "back", ("q", "a", "escape"), Scope.ATTEMPTS, "back"),
    Command("zoom.previous-frame", "frame(-1)", "previous frame", ("[",), Scope.ZOOM),
    Command("zoom.next-frame", "frame(1)", "next frame", ("]",), Scope.ZOOM),
    Command("zoom.play", "play", "play, or stop; any other key goes back", ("space",), Scope.ZOOM),
    Command("metrics.left", "walk(0, -1)", "one cell left", ("h", "left"), Scope.METRICS, in_palette=False),
    Command("metrics.right", "walk(0, 1)", "one cell right", ("l", "right"), Scope.METRICS, in_palette=False),
    Command("metrics.down", "walk(1, 0)", "one cell or line down", ("j", "down"), Scope.METRICS, in_palette=False),
    Command("metrics.up", "walk(-1, 0)", "one cell or line up", ("k", "up"), Scope.METRICS, in_palette=False),
    Command("metrics.page-down", "page(1)", "a page down", ("pagedown", "ctrl+d"), Scope.METRICS, in_palette=False),
    Command("metrics.page-up", "page(-1)", "a page up", ("pageup", "ctrl+u"), Scope.METRICS, in_palette=False),
    Command("metrics.choose", "choose", "the samples of this cell", ("enter",), Scope.METRICS, "its samples"),
    Command("metrics.next-view", "view(1)", "the next view", ("tab",), Scope.METRICS, "next view"),
    Command("metrics.previous-view", "view(-1)", "the previous view", ("shift+tab",), Scope.METRICS),
    Command("metrics.protocol", "protocol", "the next protocol", ("p",), Scope.METRICS, "protocol"),
    Command("metrics.shares", "shares", "counts, or shares of the row", ("%",), Scope.METRICS),
    Command("metrics.help", "help", "all keys", ("?",), Scope.METRICS, "help"),
    Command("metrics.close", "close", "back", ("q", "c", "M", "escape"), Scope.METRICS, "back"),
    *_list("compare", Scope.COMPARE),
    Command(
        "compare.choose",
        "choose",
        "review the samples that changed sides, from this one on",
        ("enter",),
        Scope.COMPARE,
        "review",
    ),
    Command("compare.protocol", "protocol", "the next protocol", ("p",), Scope.COMPARE, "protocol"),
    Command("compare.help", "help", "all keys", ("?",), Scope.COMPARE, "help"),
    Command("compare.close", "close", "back", ("q", "escape"), Scope.COMPARE, "back"),
    Command("export.down", "move(1)", "down", ("j", "down"), Scope.EXPORT, in_palette=False),
    Command("export.up", "move(-1)", "up", ("k", "up"), Scope.EXPORT, in_palette=False),
    Command(
        "export.left",
        "column(-1)",
        "the column to the left",
        ("h", "left", "shift+tab"),
        Scope.EXPORT,
        in_palette=False,
    ),
    Command(
        "export.right", "column(1)", "the column to the right", ("l", "right", "tab"), Scope.EXPORT, in_palette=False
    ),
    Command("export.toggle", "tick", "choose this one, or not", ("space",), Scope.EXPORT, "choose"),
    Command("export.folder", "folder", "another folder", ("f",), Scope.EXPORT, "folder"),
    Command("export.write", "write", "write the files", ("enter",), Scope.EXPORT, "write"),
    Command("export.copy", "copy", "copy the paths to your terminal's clipboard", ("y",), Scope.EXPORT, "copy paths"),
    Command("export.close", "close", "back", ("q", "x", "escape"), Scope.EXPORT, "back"),
    *_list("queue", Scope.QUEUE),
    Command("queue.pause", "pause", "pause; replies in flight are waited for", ("p",), Scope.QUEUE, "pause"),
    Command("queue.resume", "resume", "resume in a process of its own", ("r",), Scope.QUEUE, "resume"),
    Command("queue.cancel", "cancel", "cancel at once, without waiting for replies", ("X",), Scope.QUEUE),
    Command("queue.limits", "limits", "change limits and budget", ("l",), Scope.QUEUE, "limits"),
    Command("queue.retry-refused", "retry_refused", "ask again about all refused samples", ("R",), Scope.QUEUE),
    Command("queue.filter", "filter(1)", "list the batches of the next state", ("f",), Scope.QUEUE, "state"),
    Command("queue.filter-back", "filter(-1)", "list the batches of the previous state", ("F",), Scope.QUEUE),
    Command("queue.look-into", "look_into", "show a batch in full", ("enter",), Scope.QUEUE, "show"),
    Command("queue.help", "help", "all keys", ("?",), Scope.QUEUE, "help"),
    Command("queue.close", "close", "back; the run continues", ("q", "escape"), Scope.QUEUE, "back"),
    Command("batch.parent", "relative(-1)", "the batch that it is a part of", ("<",), Scope.BATCH, "parent"),
    Command("batch.child", "relative(1)", "the batch that continues it", (">",), Scope.BATCH, "child"),
    Command("limits.down", "field(1)", "the next line", ("down", "tab"), Scope.LIMITS),
    Command("limits.up", "field(-1)", "the line above", ("up", "shift+tab"), Scope.LIMITS),
    Command("limits.keep", "keep", "apply these limits", ("enter",), Scope.LIMITS, "apply"),
    Command("limits.cancel", "cancel", "back", ("escape",), Scope.LIMITS, "back"),
    *_list("choice", Scope.CHOICE),
    Command("choice.choose", "choose", "choose this one", ("enter",), Scope.CHOICE, "choose"),
    Command("choice.close", "close", "back", ("q", "escape"), Scope.CHOICE, "back"),
    Command("text.keep", "keep", "keep the text", ("enter",), Scope.TEXT, "keep"),
    Command("text.cancel", "cancel", "cancel; the search before comes back", ("escape",), Scope.TEXT, "cancel"),
    Command("question.yes", "answer('yes')", "yes", ("y",), Scope.QUESTION, "yes"),
    Command("question.no", "answer('no')", "no", ("n", "q", "escape"), Scope.QUESTION, "no"),
    *_list("help", Scope.HELP),
    Command("help.search", "search", "search the keys", ("/",), Scope.HELP, "search"),
    Command("help.choose", "choose", "run this command", ("enter",), Scope.HELP, "run"),
    Command("help.close", "close", "back", ("q", "?", "escape"), Scope.HELP, "back"),
    Command("everywhere.endpoints", "app.endpoints", "endpoints: list, add, probe", (), Scope.EVERYWHERE),
    Command("everywhere.new-run", "app.new_run", "a new run or ablation", (), Scope.EVERYWHERE),
    Command("everywhere.palette", "command_palette", "every command by name", ("ctrl+p",), Scope.EVERYWHERE),
    Command("everywhere.colours", "next_theme", "the next colour theme", ("ctrl+t",), Scope.EVERYWHERE),
    Command(
        "everywhere.suspend", "suspend_process", "suspend; `fg` in the shell comes back", ("ctrl+z",), Scope.EVERYWHERE
    ),
    Command("everywhere.quit", "quit", "quit at once", ("ctrl+q",), Scope.EVERYWHERE),
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
                id=command.id,
            )
