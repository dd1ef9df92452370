"""One table of many runs over many data sets."""

from collections.abc import Sequence

from workbench.application.context import Context
from workbench.domain.exports import Format
from workbench.domain.scoring.protocols import Protocol, rules_of
from workbench.errors import UsageError
from workbench.export.runs_table import RunsTable, runs_document
from workbench.pipeline.scoring.run_comparison import compare_two
from workbench.pipeline.scoring.run_scores import score_run
from workbench.storage.runs.run_records import load_runs
from workbench.storage.samples import load_card


def table_of_runs(
    context: Context, runs: Sequence[str], datasets: Sequence[str], protocol: Protocol, wanted: Format
) -> str:
    """The runs of these names (none: all) of these data sets (none: all that have one), as csv, md or latex.

    Raises UsageError where no run is found, for a name that no data set has, and for another format.
    """
    with context.workspace() as db:
        known = [run for run in reversed(load_runs(db)) if not datasets or run.dataset in datasets]
        names = list(dict.fromkeys(runs or [run.name for run in known]))
        if missing := [name for name in names if name not in {run.name for run in known}]:
            raise UsageError(f"no run is called {', '.join(missing)}; `emowb runs` lists them")
        if not known:
            raise UsageError("there is no run of these data sets; `emowb runs` lists them")
        keys = list(dict.fromkeys(datasets or [run.dataset for run in known if run.name in names]))
        scores, pairs = {}, {}
        for key in keys:
            card = load_card(db, key)
            found = {run.name: run for run in known if run.dataset == key}
            chosen = [found[name] for name in names if name in found]
            for run in chosen:
                scores[run.name, key] = score_run(db, card, run, protocol)
                if run is not chosen[0]:
                    pairs[run.name, key] = compare_two(db, card, run, chosen[0], rules_of(protocol, card))
    table = RunsTable(protocol=protocol, runs=names, datasets=keys, scores=scores, pairs=pairs)
    return runs_document(table, wanted)
