"""The endpoints: which there are, what each lacks, what was spent at it by day, and what a probe finds out."""

from dataclasses import dataclass
from typing import ClassVar, Final

from textual import work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.content import Content
from textual.message import Message
from textual.widgets import Static

from workbench.application.context import Context
from workbench.application.endpoints import MOST_REQUESTS, EndpointEntry, list_endpoints, probe_endpoint
from workbench.application.new_runs import list_models
from workbench.domain.endpoints import EMBEDDED
from workbench.domain.figure_words import dollars
from workbench.domain.probe_findings import Finding
from workbench.domain.visible import visible
from workbench.tui.attempts.long_text import LongText
from workbench.tui.base.background import run_blocking
from workbench.tui.base.base_app import BaseApp
from workbench.tui.base.commands import Scope, bindings
from workbench.tui.dialogs.choice_screen import ChoiceScreen
from workbench.tui.dialogs.question_screen import YES, QuestionScreen
from workbench.tui.endpoints.new_endpoint_screen import NewEndpointScreen
from workbench.tui.widgets.keys_line import KeysLine
from workbench.tui.widgets.line_list import LineList, ListLine, ListScreen

_MOST_ROWS: Final = 10


class EndpointsScreen(ListScreen):
    """A list, and below it what is known of the endpoint under the cursor."""

    SCOPES: ClassVar[tuple[Scope, ...]] = (Scope.ENDPOINTS,)
    BINDINGS: ClassVar[list[BindingType]] = bindings(Scope.ENDPOINTS)
    DEFAULT_CSS = """
    EndpointsScreen {
        & > #head { height: 1; background: $panel; padding: 0 1; }
        & > LineList { height: 1; margin: 1 0; }
        & > LongText { height: 1fr; padding: 0 2; background: $panel; }
    }
    """

    @dataclass
    class Found(Message):
        """A probe has found something out."""

        endpoint: str
        finding: Finding

    def __init__(self, context: Context) -> None:
        super().__init__()
        self.context = context
        self.rows = LineList(empty="reading the settings …")
        self._entries: list[EndpointEntry] = []
        self._found: dict[str, list[Finding]] = {}
        self._is_probing = False
        self._details = LongText()

    def compose(self) -> ComposeResult:
        yield Static(Content.styled("endpoints", "bold"), id="head")
        yield self.rows
        yield self._details
        yield KeysLine()

    def on_mount(self) -> None:
        self.set_focus(self.rows)
        self.watch(self.rows, "cursor", self._show_details, init=False)
        self._load()

    @work(group="endpoints", exclusive=True)
    async def _load(self) -> None:
        with self.errors_as_notices():
            self._entries = await run_blocking(lambda: list_endpoints(self.context), "endpoints")
            self.rows.styles.height = min(len(self._entries), _MOST_ROWS)
            self.rows.renew([_line(one) for one in self._entries])
            self._show_details()

    def action_move(self, by: int) -> None:
        super().action_move(by)
        self._show_details()

    @property
    def entry(self) -> EndpointEntry | None:
        """The endpoint under the cursor."""
        return self._entries[self.rows.cursor] if self._entries else None

    def _show_details(self) -> None:
        entry = self.entry
        if entry is None:
            return
        found = self._found.get(entry.endpoint.name, [])
        answers = [f"{one.name}: {one.mark}  {one.says}" for one in found]
        days = [f"{day}: {requests:,} requests, {dollars(cost)}" for day, requests, cost in entry.spent]
        self._details.show(
            [
                ("spent", "\n".join(days) or "nothing was sent from this workspace"),
                *([("found out", "\n".join(answers))] if answers else []),
            ]
        )

    @work(group="probe")
    async def action_probe(self) -> None:
        entry = self.entry
        if entry is None or self._is_probing:
            return
        name, context = entry.endpoint.name, self.context
        if entry.lacks:
            self.notice(f"{name}: {entry.lacks}", severity="error")
            return
        self._is_probing = True
        try:
            with self.errors_as_notices():
                models = [one.name for one in await run_blocking(lambda: list_models(context, name), "models")]
                model = context.settings.model if context.settings.model in models else next(iter(models), None)
                if len(models) > 1 and model != context.settings.model:
                    lines = [ListLine(((one, "plain"),)) for one in models]
                    model = await self.app.push_screen_wait(ChoiceScreen[str]("which model", models, lines))
                    if model is None:
                        return
                where = entry.endpoint.host if not entry.endpoint.is_local else "this machine"
                question = f"Probe {model} at {where}? Up to {MOST_REQUESTS} small requests about drawn pictures."
                if entry.endpoint.is_local or await self.app.push_screen_wait(QuestionScreen(question)) == YES:
                    await self._probe(name, model)
        finally:
            self._is_probing = False

    async def _probe(self, name: str, model: str | None) -> None:
        self._found[name] = []

        def tell(finding: Finding) -> None:
            self.post_message(self.Found(name, finding))

        self.notice(f"asking {name} …", seconds=2)
        result = await run_blocking(
            lambda: probe_endpoint(
                self.context,
                name,
                model,
                on_start=lambda _endpoint, _model: None,
                on_finding=tell,
            ),
            "probe",
        )
        kept = "kept; runs follow it" if result.is_stored else f"not kept: {result.probed.stopped}"
        self.notice(f"{len(result.probed.replies)} requests, cost {dollars(result.cost_usd)}; {kept}", seconds=8)

    def on_endpoints_screen_found(self, message: Found) -> None:
        """Show a finding as it comes."""
        self._found.setdefault(message.endpoint, []).append(message.finding)
        self._show_details()

    async def action_add(self) -> None:
        def added(context: Context | None) -> None:
            if context is not None:
                self.context = context
                if isinstance(self.app, BaseApp):
                    self.app.context = context
                self._load()

        await self.app.push_screen(NewEndpointScreen(self.context), added)

    def action_close(self) -> None:
        self.dismiss(None)


def _line(entry: EndpointEntry) -> ListLine:
    one = entry.endpoint
    limits = [f"{value:,} {unit}" for value, unit in ((one.rpm, "rpm"), (one.tpm, "tpm"), (one.rpd, "rpd")) if value]
    spent = next(iter(entry.spent), None)
    latest = "" if spent is None else f"{spent[0]} {dollars(spent[2])} "
    state = (f"{entry.lacks} ", "doubt") if entry.lacks else (latest, "soft")
    address = "started where it is needed" if one.name == EMBEDDED else visible(one.base_url, longest=60)
    return ListLine(((f"{one.name}  ", "bold"), (f"{address}  {', '.join(limits)}", "soft")), (state,))
