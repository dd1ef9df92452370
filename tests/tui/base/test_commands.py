from collections import Counter

from textual.binding import Binding

from workbench.tui.attempts.attempts_screen import AttemptsScreen
from workbench.tui.base.commands import COMMANDS, REVIEW, Scope, bindings
from workbench.tui.base.keymap import scopes_together
from workbench.tui.compare.compare_screen import CompareScreen
from workbench.tui.dialogs.choice_screen import ChoiceScreen
from workbench.tui.dialogs.help_screen import HelpScreen, help_entries
from workbench.tui.dialogs.question_screen import QuestionScreen
from workbench.tui.dialogs.text_screen import TextScreen
from workbench.tui.endpoints.endpoints_screen import EndpointsScreen
from workbench.tui.endpoints.new_endpoint_screen import NewEndpointScreen
from workbench.tui.export.export_screen import ExportScreen
from workbench.tui.forms.form_screen import FormScreen
from workbench.tui.home.home_screen import HomeScreen
from workbench.tui.importing.import_report_screen import ImportReportScreen
from workbench.tui.importing.import_screen import ImportScreen
from workbench.tui.metrics.metrics_screen import MetricsScreen
from workbench.tui.new_run.first_request_screen import FirstRequestScreen
from workbench.tui.new_run.new_run_screen import NewRunScreen
from workbench.tui.pictures.zoom_screen import ZoomScreen
from workbench.tui.queue.batch_screen import BatchScreen
from workbench.tui.queue.limits_screen import LimitsScreen
from workbench.tui.queue.queue_screen import QueueScreen
from workbench.tui.review.filter_screen import FilterScreen
from workbench.tui.review.review_screen import ReviewScreen
from workbench.tui.review.saved_filters_screen import SavedFiltersScreen
from workbench.tui.review.verdict_screen import VerdictScreen
from workbench.tui.samples.dataset_screen import DatasetScreen
from workbench.tui.workbench_app import WorkbenchApp

TARGETS = {
    **dict.fromkeys(REVIEW, ReviewScreen),
    Scope.HOME: HomeScreen,
    Scope.IMPORT: ImportScreen,
    Scope.IMPORT_REPORT: ImportReportScreen,
    Scope.SAMPLES: DatasetScreen,
    Scope.FORM: FormScreen,
    Scope.NEW_RUN: NewRunScreen,
    Scope.FIRST_REQUEST: FirstRequestScreen,
    Scope.ENDPOINTS: EndpointsScreen,
    Scope.NEW_ENDPOINT: NewEndpointScreen,
    Scope.METRICS: MetricsScreen,
    Scope.COMPARE: CompareScreen,
    Scope.EXPORT: ExportScreen,
    Scope.CHOICE: ChoiceScreen,
    Scope.QUEUE: QueueScreen,
    Scope.BATCH: BatchScreen,
    Scope.LIMITS: LimitsScreen,
    Scope.SAVED: SavedFiltersScreen,
    Scope.FILTER: FilterScreen,
    Scope.VERDICT: VerdictScreen,
    Scope.ATTEMPTS: AttemptsScreen,
    Scope.ZOOM: ZoomScreen,
    Scope.TEXT: TextScreen,
    Scope.QUESTION: QuestionScreen,
    Scope.HELP: HelpScreen,
    Scope.EVERYWHERE: WorkbenchApp,
}


def test_no_key_does_two_things_in_one_place() -> None:
    for scopes in scopes_together():
        places = (*scopes, Scope.EVERYWHERE)
        keys = Counter(key for command in COMMANDS if command.scope in places for key in command.keys)
        assert [key for key, count in keys.items() if count > 1] == []


def test_digits_only_ever_label() -> None:
    for command in COMMANDS:
        if any(key.isdigit() for key in command.keys):
            assert command.action.startswith("label(")
            assert command.scope is Scope.OPINION


def test_every_command_has_its_action() -> None:
    for command in COMMANDS:
        name = command.action.partition("(")[0].removeprefix("app.")
        target = WorkbenchApp if command.action.startswith("app.") else TARGETS[command.scope]
        assert hasattr(target, f"action_{name}"), command


def test_keys_are_answered_in_the_order_of_their_coming() -> None:
    for scope in Scope:
        assert all(isinstance(binding, Binding) and binding.priority for binding in bindings(scope))


def test_ids_are_words_of_their_own() -> None:
    assert len({command.id for command in COMMANDS}) == len(COMMANDS)
    for command in COMMANDS:
        assert command.id == command.id.lower()
        assert command.id.count(".") == 1


def test_the_help_names_every_command_and_those_of_the_screen_below_first() -> None:
    entries = help_entries(COMMANDS, (Scope.METRICS,))
    assert entries[0] is Scope.METRICS
    assert {entry for entry in entries if not isinstance(entry, Scope)} == set(COMMANDS)


def test_the_help_finds_commands_by_words_and_by_keys() -> None:
    assert [str(entry) for entry in help_entries(COMMANDS, REVIEW, "nobody says this")] == []
    found = help_entries(COMMANDS, REVIEW, "next failure")
    assert "review.next-failure" in {entry.id for entry in found if not isinstance(entry, Scope)}
    assert len(found) < 5
    assert "review.play" in {
        entry.id for entry in help_entries(COMMANDS, REVIEW, "space") if not isinstance(entry, Scope)
    }
