"""Importing a data set: a folder with a published one, or a table of one's own, and the command that does the same."""

import codecs
import shlex
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path
from time import monotonic
from typing import Any, ClassVar, Final

from textual import on, work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.timer import Timer
from textual.widgets import Static

from workbench.application.context import Context
from workbench.application.datasets import find_card
from workbench.application.importing import (
    FIELDS,
    Candidate,
    Headings,
    ImportOptions,
    ImportReport,
    KeptLabels,
    MajorityRule,
    find_candidates,
    import_archive,
    import_manifest,
    options_of,
    read_headings,
    require_own_key,
    splits_of,
)
from workbench.domain.datasets.cards import CARDS
from workbench.domain.datasets.tasks import Task
from workbench.domain.visible import visible
from workbench.errors import DataError, UsageError, WorkbenchError
from workbench.tui.base.background import run_blocking
from workbench.tui.base.commands import IMPORT, Scope, bindings
from workbench.tui.dialogs.choice_screen import ChoiceScreen
from workbench.tui.forms.form_fields import ChoiceField, FormField, TextField
from workbench.tui.forms.form_screen import FormScreen
from workbench.tui.importing.import_report_screen import Imported
from workbench.tui.importing.paths import PathSuggester, entries_below, path_of
from workbench.tui.widgets.keys_line import KeysLine
from workbench.tui.widgets.line_list import ListLine

_PAUSE_S: Final = 0.3
"""After a change of the path, before it is looked at."""
_YES, _NO = "yes", "no"
_NO_COLUMN: Final = "no column"
_TASK_OF_MEDIA: Final = "what fits its media"
_NO_TABLE: Final = "no table of text"
_UP: Final = "../"


class ImportScreen(FormScreen):
    """The form. Ends with what was imported, or None."""

    SCOPES: ClassVar[tuple[Scope, ...]] = IMPORT
    BINDINGS: ClassVar[list[BindingType]] = bindings(*IMPORT)
    DEFAULT_CSS = """
    ImportScreen {
        & > #head { height: 1; background: $panel; padding: 0 1; text-wrap: nowrap; text-overflow: ellipsis; }
        & > #fields { height: auto; padding: 1 1 0 1; }
        & > .said { height: auto; padding: 0 1; margin-top: 1; }
        & > #found { color: $foreground-muted; max-height: 3; }
        & > #command { color: $text-accent; max-height: 2; }
        & > #fault { color: $text-error; max-height: 3; display: none; }
        & > #fault.-wrong { display: block; }
    }
    """

    def __init__(self, context: Context, wanted: str | None = None) -> None:
        """`wanted` is the published data set that is meant, where one is."""
        super().__init__()
        self.context = context
        self._wanted = wanted
        self._candidates: Mapping[str, Candidate] = {}
        self._columns: Headings | None = None
        """Of the table at the path; None: the path is no table."""
        self._asked = 0
        """How often it was asked what a path holds: an earlier question is broken off by a later one."""
        self._pause: Timer | None = None
        self._begun_s: float | None = None
        """When the import began; None: none is going on."""
        self._path = TextField("path", "the folder of a published data set, or a table of your own (csv, jsonl)")
        self._path.input.suggester = PathSuggester()
        self._dataset = ChoiceField("data set", empty="give the path first")
        self._split = ChoiceField("split", empty="the paper's; space names another, or a file of videos")
        self._split_of = ""
        """The data set that the splits are those of."""
        self._options: dict[str, FormField] = {
            "split": self._split,
            "labels": ChoiceField("labels", tuple(KeptLabels), KeptLabels.PAPER),
            "agreement": ChoiceField("agreement", ("3", "4", "5"), "3"),
            "majority": ChoiceField("majority", tuple(MajorityRule), MajorityRule.ARGMAX),
            "strict_apex": ChoiceField("strict apex", (_NO, _YES), _NO),
            "transcripts": TextField("transcripts", "a table of what is said, where there is one"),
            "frames_root": TextField("frames root", "the folder of the media, where it is another one"),
        }
        self._key = TextField("key", "a short name of your own, such as mine")
        self._root = TextField("media folder", "the folder of the table")
        self._labels = TextField("labels", "those of its rows; or: happy, sad, angry")
        self._task_choice = ChoiceField("task", (_TASK_OF_MEDIA, *Task), _TASK_OF_MEDIA)
        self._fields = {name: ChoiceField(name, empty=_NO_COLUMN) for name in FIELDS}
        self._own = (self._key, self._root, self._labels, self._task_choice, *self._fields.values())
        self._encoding = TextField("encoding", "found out; or: cp1252, gb18030, ...")
        self.fields = (self._path, self._dataset, *self._options.values(), *self._own, self._encoding)
        for field in ("transcripts", "frames_root"):
            line = self._options[field]
            assert isinstance(line, TextField)
            line.input.suggester = PathSuggester()
        self._root.input.suggester = PathSuggester()
        self._found = Static(id="found", classes="said", markup=False)
        self._command = Static(id="command", classes="said", markup=False)
        self._fault = Static(id="fault", classes="said", markup=False)

    def compose(self) -> ComposeResult:
        yield Static(
            Content.assemble(("import a data set", "bold"), ("  Enter imports it", "$foreground-muted")), id="head"
        )
        with Vertical(id="fields"):
            yield from self.fields
        yield self._found
        yield self._fault
        yield self._command
        yield KeysLine()

    def on_mount(self) -> None:
        self.set_focus(self._path.line)
        self._show_fields()
        expected = "" if self._wanted is None else f" {CARDS[self._wanted].title} is looked for."
        self._found.update(f"→ completes a name, F3 lists what is there.{expected}")

    # ── what is at the path ──────────────────────────────────────────────────────────────────────────────────────

    @on(FormField.Changed)
    def _changed(self, message: FormField.Changed) -> None:
        message.field.complain("")
        self._complain("")
        if message.field in (self._path, self._encoding):
            self._asked += 1
            if self._pause is not None:
                self._pause.stop()
            self._pause = self.set_timer(_PAUSE_S, self._look_at_path)
        else:
            self._show_fields()

    @work(group="path", exclusive=True)
    async def _look_at_path(self) -> None:
        await self._recognise(self._path.value)
        self._pause = None

    async def _recognise(self, text: str) -> None:
        """Find out what is at a path, and offer what it could be."""
        self._columns, self._candidates = None, {}
        self._asked = asked = self._asked + 1
        self._dataset.offer((), empty="give the path first")
        path = path_of(text)
        encoding = self._encoding.value if is_encoding(self._encoding.value) else None
        try:
            if not text:
                self._found.update("→ completes a name, F3 lists what is there.")
            elif path.is_file():
                self._columns = await run_blocking(lambda: read_headings(path, encoding), "columns")
                self._offer_columns(self._columns)
            elif path.is_dir():
                self._found.update("looking which data set this is …")
                found = await run_blocking(lambda: find_candidates(path, lambda: asked != self._asked), "recognise")
                self._offer_datasets(found)
            else:
                self._path.complain("there is no such file or folder")
                self._found.update("")
        except DataError as error:
            if asked != self._asked:
                return
            self._found.update(visible(str(error), longest=400))
            if path.is_dir():
                self._offer_datasets([])
            else:
                self._path.complain(_NO_TABLE)
        self._show_fields()

    def _offer_datasets(self, found: list[Candidate]) -> None:
        self._candidates = {one.key: one for one in found}
        others = [key for key in CARDS if key not in self._candidates]
        likely = next(iter(self._candidates), "")
        chosen = self._wanted if self._wanted in self._candidates or not found else likely
        self._dataset.offer((*self._candidates, *others), chosen or "", empty="not recognised; choose one")
        if found:
            words = ", ".join(f"{CARDS[one.key].title} ({_count_words(one)})" for one in found[:4])
            many = "; look whether the right one is chosen" if len(found) > 1 else ""
            other = self._wanted is not None and self._wanted not in self._candidates
            not_wanted = f"; {CARDS[self._wanted].title} is not there" if other and self._wanted else ""
            self._found.update(f"looks like {words}{many}{not_wanted}")

    def _offer_columns(self, columns: Headings) -> None:
        for name, field in self._fields.items():
            field.offer((_NO_COLUMN, *columns.names), columns.fields.get(name, _NO_COLUMN))
        if not self._key.value:
            stem = "".join(one if one.isalnum() and one.isascii() else "-" for one in path_of(self._path.value).stem)
            self._key.input.value = stem.casefold().strip("-")[:40]
        example = ", ".join(f"{name} = {cell}" for name, cell in zip(columns.names, columns.example, strict=False))
        self._found.update(f"a table of your own; its first row: {visible(example, longest=240)}")

    def _show_fields(self) -> None:
        """Show the fields of what is at the path, and the command that does the same."""
        is_table, key = self._columns is not None, self._dataset.value
        known = options_of(CARDS[key]) if key in CARDS and not is_table else ()
        self._dataset.display = not is_table
        splits = splits_of(CARDS[key]) if "split" in known else ()
        if splits != self._split.choices or key != self._split_of:
            self._split_of = key
            self._split.offer(splits, next(iter(splits), ""))
        for name, field in self._options.items():
            field.display = name in known
        for field in self._own:
            field.display = is_table
        self._command.update(Content(visible(self._command_words(), longest=400)))

    def _command_words(self) -> str:
        path = self._path.value or "PATH"
        if self._columns is None:
            words = ["emowb", "import", self._dataset.value or "KEY", path]
            for name, field in self._options.items():
                if field.display and (value := _changed_value(field)):
                    words += [f"--{name.replace('_', '-')}", *([] if value == _YES else [value])]
            return shlex.join(words + self._encoding_words())
        words = ["emowb", "import", self._key.value or "KEY", *([self._root.value] if self._root.value else [])]
        words += ["--manifest", path]
        if columns := self._given_columns():
            words += ["--columns", ",".join(f"{name}={column}" for name, column in columns.items())]
        for name, value in (("--labels", self._labels.value), ("--task", self._chosen_task())):
            words += [name, value] if value else []
        return shlex.join(words + self._encoding_words())

    def _encoding_words(self) -> list[str]:
        return ["--encoding", self._encoding.value] if self._encoding.value else []

    def _given_columns(self) -> dict[str, str]:
        """The columns that do not have their field's name."""
        chosen = {name: field.value for name, field in self._fields.items() if field.value not in ("", _NO_COLUMN)}
        return {name: column for name, column in chosen.items() if column.strip().casefold() != name}

    def _chosen_task(self) -> str:
        return "" if self._task_choice.value == _TASK_OF_MEDIA else self._task_choice.value

    # ── importing ────────────────────────────────────────────────────────────────────────────────────────────────

    def action_go(self) -> None:
        if self._begun_s is None:
            self._go()

    @work(group="go", exclusive=True)
    async def _go(self) -> None:
        await self.all_typed()
        if self._pause is not None:  # the path is not looked at yet, or not to the end
            self._pause.stop()
            await self._look_at_path().wait()
        try:
            work = self._checked()
        except UsageError as error:
            return self._complain(str(error))
        if work is None:
            return None
        self._begun_s = monotonic()
        ticks = self.set_interval(0.5, self._show_progress)
        self._show_progress()
        try:
            report = await run_blocking(work, "import")
            card = await run_blocking(lambda: find_card(self.context, report.dataset))
        except WorkbenchError as error:
            self._found.update("")
            return self._complain(str(error))
        finally:
            ticks.stop()
            self._begun_s = None
            self._show_fields()
        if self.is_current:
            self.dismiss(Imported(card, report))
        return None

    def _checked(self) -> "partial[ImportReport] | None":
        """What Enter does; None, with words beside the fields, where something is wrong. Raises UsageError."""
        path = path_of(self._path.value)
        faults = self._faults_of_path(path)
        if self._encoding.value and not is_encoding(self._encoding.value):
            faults.append((self._encoding, "no encoding has that name"))
        for name, is_right in (("transcripts", Path.is_file), ("frames_root", Path.is_dir)):
            field = self._options[name]
            if field.display and field.value and not is_right(path_of(field.value)):
                faults.append((field, "there is no such " + ("file" if name == "transcripts" else "folder")))
        for field, words in faults:
            field.complain(words)
        if faults:
            self.set_focus(faults[0][0].line)
            return None
        if self._columns is None:
            return partial(import_archive, self.context, self._dataset.value, path, self._import_options())
        return partial(
            import_manifest,
            self.context,
            self._key.value,
            path,
            root=path_of(self._root.value) if self._root.value else None,
            labels=[name.strip() for name in self._labels.value.split(",")] if self._labels.value else None,
            task=self._chosen_task() or None,
            encoding=self._encoding.value or None,
            columns=self._given_columns(),
        )

    def _faults_of_path(self, path: Path) -> list[tuple[FormField, str]]:
        if not self._path.value:
            return [(self._path, "which folder or table?")]
        if not path.exists():
            return [(self._path, "there is no such file or folder")]
        if self._columns is not None:
            return self._faults_of_table()
        if path.is_file():
            return [(self._path, _NO_TABLE)]
        return [] if self._dataset.value in CARDS else [(self._dataset, "choose one")]

    def _faults_of_table(self) -> list[tuple[FormField, str]]:
        faults: list[tuple[FormField, str]] = []
        chosen = {name: field.value for name, field in self._fields.items() if field.value not in ("", _NO_COLUMN)}
        try:
            require_own_key(self._key.value)
        except UsageError as error:
            faults.append((self._key, str(error)))
        if self._root.value and not path_of(self._root.value).is_dir():
            faults.append((self._root, "there is no such folder"))
        if "path" not in chosen and "text" not in chosen:
            faults.append((self._fields["path"], "path or text is needed"))
        if "gold" not in chosen and "score" not in chosen:
            faults.append((self._fields["gold"], "gold or score is needed"))
        names = [*chosen.values()]
        faults += [(self._fields[name], "chosen twice") for name, one in chosen.items() if names.count(one) > 1]
        return faults

    def _import_options(self) -> ImportOptions:
        given: dict[str, Any] = {
            name: value for name, field in self._options.items() if field.display and (value := _changed_value(field))
        }
        readers: dict[str, Callable[[str], Any]] = {
            "agreement": int,
            "labels": KeptLabels,
            "majority": MajorityRule,
            "strict_apex": bool,
            "transcripts": path_of,
            "frames_root": path_of,
        }
        options = ImportOptions(encoding=self._encoding.value or None)
        return replace(options, **{name: readers.get(name, str)(value) for name, value in given.items()})

    def _show_progress(self) -> None:
        if self._begun_s is not None:
            self._found.update(f"importing …  {monotonic() - self._begun_s:.0f} s")

    def _complain(self, words: str) -> None:
        self._fault.set_class(bool(words), "-wrong")
        self._found.display = not words
        self._fault.update(visible(words, longest=600))

    # ── the path from a list ─────────────────────────────────────────────────────────────────────────────────────

    def action_browse(self) -> None:
        self._browse()

    @work(group="browse", exclusive=True)
    async def _browse(self) -> None:
        """Walk through folders; a table, or `this folder`, ends it."""
        await self.all_typed()
        folder = path_of(self._path.value or ".")
        while not folder.is_dir() and folder != folder.parent:
            folder = folder.parent
        while True:
            at = folder
            names = await run_blocking(lambda: entries_below(at), "browse")  # noqa: B023  # awaited at once
            choices = ["./", _UP, *names]
            lines = [ListLine((("this folder" if one == "./" else one, "plain"),)) for one in choices]
            chosen = await self.app.push_screen_wait(ChoiceScreen[str](str(at.absolute()), choices, lines))
            if chosen is None:
                return
            if chosen == "./" or not chosen.endswith("/"):
                self._path.input.value = str(at if chosen == "./" else at / chosen)
                self._path.input.cursor_position = len(self._path.input.value)
                self.set_focus(self._path.line)
                return
            folder = at.absolute().parent if chosen == _UP else at / chosen

    def on_unmount(self) -> None:
        self._asked += 1  # nobody waits for what is being looked at

    def action_close(self) -> None:
        if self._begun_s is not None:
            self.notice("the import goes on; home shows it when it is done and r reads the workspace again", seconds=8)
        self.dismiss(None)


def is_encoding(name: str) -> bool:
    """Whether Python knows an encoding of that name."""
    try:
        codecs.lookup(name)
    except (LookupError, ValueError):
        return False
    return True


def _count_words(one: Candidate) -> str:
    skipped = f", {one.skipped:,} skipped" if one.skipped else ""
    doubt = ", doubtful" if one.doubts else ""
    return f"{one.samples:,} samples{skipped}{doubt}"


def _changed_value(field: FormField) -> str:
    """The value of an option that is not as usual; empty where it is."""
    if isinstance(field, ChoiceField) and field.value in field.choices[:1]:
        return ""
    return field.value
