from textual.widget import Widget

from workbench.tui.base.background import Outdated
from workbench.tui.base.workbench_screen import errors_as_notices


def look_up() -> None:
    raise Outdated


def test_a_lookup_that_nobody_waits_for_any_more_ends_the_block_without_a_word() -> None:
    with errors_as_notices(Widget()):
        look_up()
