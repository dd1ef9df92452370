"""Which function of which file each command is, so that only the file of the command that runs is loaded.

Loading all of them would take a third of the time in which `emowb open` shows its first lines.
"""

from collections.abc import Iterator, MutableMapping
from dataclasses import dataclass
from importlib import import_module
from typing import Any, Final

import typer
from typer.main import get_group


@dataclass(frozen=True, slots=True)
class CommandEntry:
    """Where a command is, and its line in `emowb --help`."""

    file: str
    function: str
    """Or the Typer app of a command that has commands of its own."""
    summary: str


COMMANDS: Final = {
    "demo": CommandEntry("demo", "demo", "Try everything, without a key or a network."),
    "datasets": CommandEntry("datasets", "list_datasets", "List the data sets, your own among them."),
    "import": CommandEntry("import_", "import_set", "Import a data set from its archive, or your own."),
    "load-predictions": CommandEntry("load_predictions", "load_predictions", "Make a run of predictions from a file."),
    "run": CommandEntry("run", "run_set", "Send a data set to a model, or resume a run."),
    "retry": CommandEntry("run", "retry", "Ask again about samples that have no answer."),
    "runs": CommandEntry("show_runs", "list_runs", "List runs: state, progress and cost."),
    "show": CommandEntry("show_runs", "show_run", "Show everything about one run."),
    "pause": CommandEntry("steer", "pause", "Pause a run that is being sent."),
    "cancel": CommandEntry("steer", "cancel", "Stop a run now, without waiting for replies."),
    "limit": CommandEntry("steer", "limit", "Change the limits of a run, also while it is sent."),
    "queue": CommandEntry("queue", "open_queue", "Watch a run while it is sent."),
    "reproduce": CommandEntry("reproduce", "reproduce_paper", "Score the paper's own prediction files."),
    "open": CommandEntry("open", "open_review", "Open the workbench: data sets, runs and reviews."),
    "metrics": CommandEntry("metrics", "show_metrics", "Score a run, beside the paper's figures."),
    "compare": CommandEntry("compare", "compare", "Compare runs over the samples that they share."),
    "table": CommandEntry("compare", "show_table_of_runs", "Print one table of many runs over many data sets."),
    "ablate": CommandEntry("ablate", "ablate", "Run variants that differ in one option each."),
    "agree": CommandEntry("agree", "show_agreement", "Show how far reviewers agree."),
    "export": CommandEntry("export", "export", "Write a run's tables, documents or report."),
    "probe": CommandEntry("probe", "probe", "Find out what an endpoint can do, by asking it."),
    "endpoint": CommandEntry("endpoint", "serve_endpoint", "Serve the embedded model on this machine."),
    "config": CommandEntry("endpoint", "show_config", "Print every setting and where it comes from."),
    "doctor": CommandEntry("doctor", "doctor", "Check terminal, workspace, settings and software."),
    "backup": CommandEntry("backup", "backup", "Copy the workspace, also while it is in use."),
    "batch-file": CommandEntry("batch_file", "batch_file", "Have a program of yours answer a file of requests."),
}
"""In the order of the help."""


class CommandTable(MutableMapping[str, Any]):
    """The commands by name, as typer wants them; a file is loaded when a command of it is looked up."""

    def __init__(self) -> None:
        self._loaded: dict[str, Any] = {}

    def __getitem__(self, name: str) -> Any:
        """Raises KeyError for an unknown name."""
        if name not in self._loaded:
            entry = COMMANDS[name]
            file = import_module(f"workbench.cli.commands.{entry.file}")
            app = typer.Typer(add_completion=False, rich_markup_mode=None)
            found = getattr(file, entry.function)
            if isinstance(found, typer.Typer):
                app.add_typer(found, name=name)
            else:
                app.command(name)(found)
            self._loaded[name] = get_group(app).commands[name]
        return self._loaded[name]

    def __setitem__(self, name: str, command: Any) -> None:
        self._loaded[name] = command

    def __delitem__(self, name: str) -> None:
        del self._loaded[name]

    def __iter__(self) -> Iterator[str]:
        return iter(COMMANDS)

    def __len__(self) -> int:
        return len(COMMANDS)
