"""Where each screen is that opens over another one, so that its file is loaded when it is opened.

The first lines of a review do not wait for the screens that it leads to.
"""

from importlib import import_module
from typing import Any, Final

from textual.screen import Screen

SCREENS: Final = {
    "attempts": "attempts.attempts_screen:AttemptsScreen",
    "compare": "compare.compare_screen:CompareScreen",
    "dataset": "samples.dataset_screen:DatasetScreen",
    "endpoints": "endpoints.endpoints_screen:EndpointsScreen",
    "export": "export.export_screen:ExportScreen",
    "first request": "new_run.first_request_screen:FirstRequestScreen",
    "filter": "review.filter_screen:FilterScreen",
    "help": "dialogs.help_screen:HelpScreen",
    "home": "home.home_screen:HomeScreen",
    "import": "importing.import_screen:ImportScreen",
    "import report": "importing.import_report_screen:ImportReportScreen",
    "metrics": "metrics.metrics_screen:MetricsScreen",
    "new run": "new_run.new_run_screen:NewRunScreen",
    "queue": "queue.queue_screen:QueueScreen",
    "saved filters": "review.saved_filters_screen:SavedFiltersScreen",
    "verdict": "review.verdict_screen:VerdictScreen",
    "zoom": "pictures.zoom_screen:ZoomScreen",
}


def new_screen(name: str, *given: Any, **more: Any) -> Screen[Any]:
    """Make the screen of that name in the table, with the arguments of its class."""
    return screen_class(name)(*given, **more)


def screen_class(name: str) -> type[Screen[Any]]:
    """Load the class of a screen."""
    module, _, attribute = SCREENS[name].partition(":")
    found: type[Screen[Any]] = getattr(import_module(f"workbench.tui.{module}"), attribute)
    return found
