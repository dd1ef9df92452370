"""A new run or ablation: the form, what it would take as it is changed, and the command that does the same."""

import shlex
from collections.abc import Callable
from functools import partial
from typing import Any, ClassVar, Final

from textual import on, work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.timer import Timer
from textual.widgets import Static

from workbench.application.context import Context
from workbench.application.new_runs import (
    Axis,
    EndpointChoice,
    NameTaken,
    NewRun,
    NewRunPlan,
    ReadyNewRun,
    first_request,
    list_choices,
    list_models,
    plan_new_run,
    queue_new_run,
    ready_new_run,
)
from workbench.application.run_actions import run_actions
from workbench.domain.datasets.cards import DatasetCard
from workbench.domain.datasets.tasks import Modality
from workbench.domain.endpoints import OfferedModel
from workbench.domain.prompts import LATEST
from workbench.domain.run_options import RunOptions, frame_policy, ordered_labels
from workbench.domain.run_status import GivenLimits
from workbench.domain.runs import Colour
from workbench.domain.visible import visible
from workbench.errors import UsageError, WorkbenchError
from workbench.tui.base.background import run_blocking
from workbench.tui.base.commands import NEW_RUN, Scope, bindings
from workbench.tui.base.screen_table import new_screen
from workbench.tui.dialogs.question_screen import YES, QuestionScreen
from workbench.tui.forms.form_fields import (
    ChoiceField,
    FormField,
    TextField,
    dollar_amount,
    number_from_one,
)
from workbench.tui.forms.form_screen import FormScreen
from workbench.tui.new_run.new_run_words import assumed_words, estimate_words, question_words
from workbench.tui.widgets.keys_line import KeysLine

_PAUSE_S: Final = 0.15
"""After a change, before it is estimated: whoever types a number types more than one digit."""
_ONE: Final = "nothing: one run"
_IN_LINE: Final = "in line"
_AT_ONCE: Final = "at once, beside others"
_WHOLE: Final = (number_from_one, "a whole number from 1")


class NewRunScreen(FormScreen):
    """Ends with what was queued, and the process that sends it; with None where nothing was."""

    SCOPES: ClassVar[tuple[Scope, ...]] = NEW_RUN
    BINDINGS: ClassVar[list[BindingType]] = bindings(*NEW_RUN)
    DEFAULT_CSS = """
    NewRunScreen {
        & > #head { height: 1; background: $panel; padding: 0 1; text-wrap: nowrap; text-overflow: ellipsis; }
        & > #fields { height: auto; padding: 1 1 0 1; }
        & #asked { width: 1fr; height: auto; margin-right: 2; }
        & #sent { width: 1fr; height: auto; }
        & > .said { height: auto; padding: 0 1; }
        & > #estimate { margin-top: 1; }
        & > #assumed { color: $foreground-muted; max-height: 2; }
        & > #command { color: $text-accent; max-height: 4; }
        & > #fault { color: $text-error; max-height: 3; }
    }
    """

    def __init__(self, context: Context, dataset: str | None = None) -> None:
        """`dataset` is chosen at first, where it holds samples."""
        super().__init__()
        self.context = context
        self._wanted = dataset
        self._cards: dict[str, DatasetCard] = {}
        self._endpoints: dict[str, EndpointChoice] = {}
        self._models: dict[str, OfferedModel] = {}
        self.plan: NewRunPlan | None = None
        """What the form would take; None until it is estimated after a change."""
        self._is_estimating = self._is_outdated = self._is_going = False
        self._pause: Timer | None = None
        self._dataset = ChoiceField("data set", empty="reading …")
        self._endpoint = ChoiceField("endpoint", empty="reading …")
        self._model = ChoiceField("model")
        self._prompt = ChoiceField("prompt", tuple(LATEST), next(iter(LATEST)))
        self._modality = ChoiceField("modality")
        self._frames = TextField("frames")
        self._colour = ChoiceField("colour", tuple(Colour), Colour.RGB)
        self._batch_size = TextField("batch size")
        self._limit = TextField("samples", "all")
        self._order = TextField("label order", "card")
        self._axis = ChoiceField("compare", (_ONE, *Axis), _ONE)
        self._repeat = TextField("repeats", "1")
        self._run_name = TextField("name")
        self._start = ChoiceField("start", (_IN_LINE, _AT_ONCE), _IN_LINE)
        self._limits = {
            "rpm": TextField("requests/min", _limit_words(context.settings.rpm)),
            "tpm": TextField("tokens/min", _limit_words(context.settings.tpm)),
            "rpd": TextField("requests/day", _limit_words(context.settings.rpd)),
            "concurrency": TextField("in flight", _limit_words(context.settings.concurrency, "found out")),
            "budget_usd": TextField("budget, USD", _limit_words(context.settings.budget_usd)),
        }
        self._asked = (
            self._dataset,
            self._endpoint,
            self._model,
            self._prompt,
            self._modality,
            self._frames,
            self._colour,
            self._batch_size,
            self._limit,
            self._order,
        )
        self._sent = (self._axis, self._repeat, self._run_name, *self._limits.values(), self._start)
        self.fields = (*self._asked, *self._sent)
        self._estimate = Static(id="estimate", classes="said", markup=False)
        self._assumed = Static(id="assumed", classes="said", markup=False)
        self._command = Static(id="command", classes="said", markup=False)
        self._fault = Static(id="fault", classes="said", markup=False)

    def compose(self) -> ComposeResult:
        yield Static(Content.assemble(("new run", "bold"), ("  Enter sends it", "$foreground-muted")), id="head")
        with Horizontal(id="fields"):
            with Vertical(id="asked"):
                yield from self._asked
            with Vertical(id="sent"):
                yield from self._sent
        yield self._estimate
        yield self._assumed
        yield self._command
        yield self._fault
        yield KeysLine()

    def on_mount(self) -> None:
        self.set_focus(self._dataset.line)
        self._load()

    # ── what can be chosen ───────────────────────────────────────────────────────────────────────────────────────

    @work(group="choices", exclusive=True)
    async def _load(self) -> None:
        try:
            cards, endpoints = await run_blocking(lambda: list_choices(self.context), "choices")
        except WorkbenchError as error:
            return self._say_fault(str(error))
        self._cards = {card.key: card for card in cards}
        self._endpoints = {one.name: one for one in endpoints}
        chosen = self._wanted if self._wanted in self._cards else next(iter(self._cards), "")
        self._dataset.offer(tuple(self._cards), chosen, empty="none is imported")
        self._endpoint.offer(tuple(self._endpoints), next(iter(self._endpoints), ""))
        self._show_card()
        self._load_models()
        return None

    def _show_card(self) -> None:
        """The defaults of the data set, where a field says nothing else."""
        card = self._cards.get(self._dataset.value)
        if card is None:
            return
        self._modality.offer(tuple(card.modalities), card.modality)
        self._frames.suggest(str(card.frames))
        self._batch_size.suggest(str(card.batch_size))

    @work(group="models", exclusive=True)
    async def _load_models(self) -> None:
        name = self._endpoint.value
        self._models = {}
        self._model.offer((), empty="asking the endpoint …")
        self._change()
        try:
            models = await run_blocking(lambda: list_models(self.context, name), "models")
        except WorkbenchError as error:
            self._model.offer((), empty="space: write its name")
            self._endpoint.complain(self._endpoints[name].lacks or "does not answer")
            return self._say_fault(str(error))
        self._models = {one.name: one for one in models}
        wanted = self.context.settings.model
        only = next(iter(self._models), "") if len(models) == 1 else ""
        empty = f"choose: {len(models)} models" if models else "space: write its name"
        self._model.offer(tuple(self._models), wanted if wanted in self._models else only, empty=empty)
        self._change()
        return None

    @on(FormField.Changed)
    def _changed(self, message: FormField.Changed) -> None:
        if message.field is self._dataset:
            self._show_card()
        if message.field is self._endpoint:
            self._load_models()
        self._change()

    # ── what it would take ───────────────────────────────────────────────────────────────────────────────────────

    def _change(self) -> None:
        """Estimate anew, a moment after the last change."""
        self.plan = None
        if self._pause is not None:
            self._pause.stop()
        self._pause = self.set_timer(_PAUSE_S, self._estimate_soon)

    def _estimate_soon(self) -> None:
        self._is_outdated = True
        if not self._is_estimating:
            self._estimate_anew()

    @work(group="estimate")
    async def _estimate_anew(self) -> None:
        """One estimate at a time; one that is outdated meanwhile is dropped and made again."""
        self._is_estimating = True
        try:
            while self._is_outdated:
                self._is_outdated = False
                new = self.read()
                if new is None:
                    self._show_plan(None)
                    continue
                self._estimate.update(Content.styled("estimating …", "$foreground-muted"))
                await self._estimated(new)
        finally:
            self._is_estimating = False

    async def _estimated(self, new: NewRun) -> None:
        try:
            plan = await run_blocking(lambda: plan_new_run(self.context, new), "estimate")
        except WorkbenchError as error:
            if not self._is_outdated:
                self._show_plan(None)
                self._refuse(error)
        else:
            if not self._is_outdated:
                self._say_fault("")
                self._show_plan(plan)

    def _show_plan(self, plan: NewRunPlan | None) -> None:
        self.plan = plan
        self._estimate.update("" if plan is None else estimate_words(plan))
        self._assumed.update("" if plan is None else assumed_words(plan))
        self._command.update("" if plan is None else visible(self._command_words(plan), longest=400))
        if plan is not None:
            self._run_name.suggest(plan.new.options.name or "")

    def _command_words(self, plan: NewRunPlan) -> str:
        """The command that does the same, from the folder in which the workbench was opened."""
        settings = self.context.settings
        place = ["--db", str(settings.db)] if settings.source_of("db") == "command line" else []
        return shlex.join(["emowb", *place, *plan.new.words()])

    def _refuse(self, error: WorkbenchError) -> None:
        if isinstance(error, NameTaken):
            self._run_name.complain("taken")
        self._say_fault(str(error))

    def _say_fault(self, words: str) -> None:
        self._fault.update(visible(words, lines=True, longest=400))

    # ── what is written ──────────────────────────────────────────────────────────────────────────────────────────

    def read(self) -> NewRun | None:
        """The run that the form describes; None, and what is wrong said beside each field, where it describes none."""
        for field in self.fields:
            field.complain("")
        card, axis = self._cards.get(self._dataset.value), self._chosen_axis()
        lacks = self._endpoints[self._endpoint.value].lacks if self._endpoint.value in self._endpoints else "choose one"
        self._endpoint.complain(lacks)
        self._dataset.complain("" if card else "import one: i at home" if not self._cards else "choose one")
        if not self._model.value and self._model.choices:
            self._model.complain("space lists them")
        values = self._values(card, axis) if card else ()
        given: dict[str, Any] = {
            "batch_size": None if axis is Axis.BATCH_SIZE else self._number(self._batch_size, *_WHOLE),
            "limit": self._number(self._limit, *_WHOLE),
            "repeat": self._number(self._repeat, *_WHOLE),
            "frames": None if axis is Axis.FRAMES else self._checked(self._frames, frame_policy),
            "option_order": self._checked(self._order, partial(ordered_labels, card)) if card else None,
        }
        limits: dict[str, Any] = {name: self._number(field, *_reader(name)) for name, field in self._limits.items()}
        if axis is not None and self._order.value:
            self._order.complain("not with compare")
        if axis is not None and self._repeat.value not in ("", "1"):
            self._repeat.complain("not with compare")
        if card is None or not self._model.value or any(field.has_class("-wrong") for field in self.fields):
            return None
        modality, colour = Modality(self._modality.value), Colour(self._colour.value)
        options = RunOptions(
            name=self._run_name.value or None,
            endpoint=self._endpoint.value,
            model=self._model.value,
            prompt=None if self._prompt.value == next(iter(LATEST)) else self._prompt.value,
            modality=None if axis is Axis.MODALITY or modality is card.modality else modality,
            colour=None if axis is Axis.COLOUR or colour is Colour.RGB else colour,
            limits=GivenLimits(**limits),
            in_line=self._start.value == _IN_LINE,
            **given,
        )
        return NewRun(card=card, options=options, axis=axis, values=values)

    def _chosen_axis(self) -> Axis | None:
        return None if self._axis.value == _ONE else Axis(self._axis.value)

    def _values(self, card: DatasetCard, axis: Axis | None) -> tuple[str, ...]:
        """The values of an ablation: all that there are, or those that are written with commas between."""
        match axis:
            case None | Axis.OPTION_ORDER:
                return ()
            case Axis.COLOUR:
                return tuple(Colour)
            case Axis.MODALITY:
                if len(card.modalities) < 2:
                    self._axis.complain(f"{card.key} has one")
                return tuple(card.modalities)
        field = self._frames if axis is Axis.FRAMES else self._batch_size
        values = tuple(one.strip() for one in field.value.split(",") if one.strip())
        if len(values) < 2:
            field.complain("several: 1,2,3")
        return values

    def _number(self, field: TextField, read: Callable[[str], float], wanted: str) -> float | None:
        if not field.value:
            return None
        try:
            return read(field.value)
        except ValueError:
            field.complain(wanted)
            return None

    def _checked(self, field: TextField, check: Callable[[str], object]) -> str | None:
        """A text that `check` takes, as it was written; None where there is none."""
        if not field.value:
            return None
        try:
            check(field.value)
        except UsageError as error:
            field.complain("not known")
            self._say_fault(str(error))
            return None
        return field.value

    # ── what is done ─────────────────────────────────────────────────────────────────────────────────────────────

    @work(group="going")
    async def action_go(self) -> None:
        await self.all_typed()
        new = self.read()
        if new is None:
            wrong = next((one for one in self.fields if one.has_class("-wrong")), self._model)
            self.set_focus(wrong.line)
        elif not self._is_going:
            await self._go(new)

    async def _go(self, new: NewRun) -> None:
        self._is_going = True
        self._say_fault("")
        self._estimate.update("asking the endpoint …")
        try:
            ready = await run_blocking(lambda: ready_new_run(self.context, new), "ready")
            self._show_plan(ready.plan)
            if not ready.plan.requests:
                self._say_fault("every run of it is done already")
            elif not ready.needs_asking or await self._agrees(ready):
                await self._queue(ready)
        except WorkbenchError as error:
            self._show_plan(self.plan)
            self._refuse(error)
        finally:
            self._is_going = False

    async def _agrees(self, ready: ReadyNewRun) -> bool:
        return await self.app.push_screen_wait(QuestionScreen(question_words(ready))) == YES

    async def _queue(self, ready: ReadyNewRun) -> None:
        run, launched = await run_blocking(lambda: queue_new_run(self.context, ready), "queue")
        actions = await run_blocking(lambda: run_actions(self.context, run.dataset, run.name), "queue")
        self.dismiss((actions, launched))

    @work(group="first request", exclusive=True)
    async def action_first_request(self) -> None:
        await self.all_typed()
        new = self.read()
        if new is None:
            return
        try:
            first = await run_blocking(lambda: first_request(self.context, new), "first request")
        except WorkbenchError as error:
            self._refuse(error)
        else:
            await self.app.push_screen(new_screen("first request", first))

    def action_close(self) -> None:
        self.dismiss(None)


def _reader(name: str) -> tuple[Callable[[str], float], str]:
    return (_above_zero, "dollars above 0") if name == "budget_usd" else _WHOLE


def _above_zero(text: str) -> float:
    amount = dollar_amount(text)
    if not amount:
        raise ValueError
    return amount


def _limit_words(setting: float | None, none: str = "no limit of ours") -> str:
    return none if setting is None else f"{setting:,}"
