from collections import Counter

from textual.binding import Binding

from workbench.tui.app import ReviewApp
from workbench.tui.attempts_screen import AttemptsScreen
from workbench.tui.commands import COMMANDS, REVIEW, Scope, bindings
from workbench.tui.confusion_screen import ConfusionScreen
from workbench.tui.filter_screen import FilterScreen
from workbench.tui.help_screen import HelpScreen, help_page
from workbench.tui.pictures.zoom_screen import ZoomScreen
from workbench.tui.question_screen import QuestionScreen
from workbench.tui.review_screen import ReviewScreen
from workbench.tui.text_screen import TextScreen
from workbench.tui.verdict_screen import VerdictScreen

ROOMS = [REVIEW, *((scope,) for scope in Scope if scope not in (*REVIEW, Scope.EVERYWHERE))]
TARGETS = {
    **dict.fromkeys(REVIEW, ReviewScreen),
    Scope.CONFUSION: ConfusionScreen,
    Scope.FILTER: FilterScreen,
    Scope.VERDICT: VerdictScreen,
    Scope.ATTEMPTS: AttemptsScreen,
    Scope.ZOOM: ZoomScreen,
    Scope.TEXT: TextScreen,
    Scope.QUESTION: QuestionScreen,
    Scope.HELP: HelpScreen,
    Scope.EVERYWHERE: ReviewApp,
}


def test_no_key_does_two_things_in_one_place() -> None:
    for scopes in ROOMS:
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
        name = command.action.partition("(")[0]
        assert hasattr(TARGETS[command.scope], f"action_{name}"), command


def test_keys_are_answered_in_the_order_of_their_coming() -> None:
    for scope in Scope:
        assert all(isinstance(binding, Binding) and binding.priority for binding in bindings(scope))


def test_the_help_page_names_every_command() -> None:
    page = help_page().plain
    for command in COMMANDS:
        assert command.title in page
        assert command.key_words in page
