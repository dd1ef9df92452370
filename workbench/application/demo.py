"""The demo: drawn sample sets, answered by the embedded endpoint, which refuses now and then as models do."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Final

from workbench.application.context import Context
from workbench.application.endpoints import connected
from workbench.application.home import NewRunStart
from workbench.application.importing import ImportOptions, import_archive
from workbench.application.run_sending import RunHandle, open_run, start_run
from workbench.domain.datasets.cards import card_of
from workbench.domain.endpoints import EMBEDDED
from workbench.domain.prompts import NAMED
from workbench.domain.run_options import card_spec
from workbench.embedded.fault_injection import FaultRates
from workbench.embedded.samples import draw_samples

SAMPLE_SETS: Final = ("casme2", "rafdb", "ravdess", "chsims", "abstract")
DEMO_RUN: Final = "demo"
_MODEL: Final = "schematic-baseline"
_FAULTS: Final = FaultRates(refuse=0.06, miscount=0.05, seed=1)


def demo_runs(context: Context, *, left_out: str | None = None) -> Iterator[RunHandle]:
    """Import each sample set, make its run and hand it over for sending, one after the other.

    Makes the workspace if need be. No run is made of the set `left_out`, which is imported all the same.
    """
    samples = _samples_folder(context)
    with connected(context, EMBEDDED, faults=_FAULTS) as connection:
        for key in SAMPLE_SETS:
            card = card_of(key)
            report = import_archive(context, key, samples / key, ImportOptions())
            context.tell(f"{card.title}: {report.imported} drawn samples")
            if key == left_out:
                continue
            spec = card_spec(card, {"endpoint": EMBEDDED, "model": _MODEL, "prompt": NAMED})
            run, _ = open_run(context, DEMO_RUN, spec)
            yield start_run(context, run, connection)


def demo_start(context: Context, dataset: str) -> NewRunStart:
    """The workbench with the form of a new run at the embedded endpoint, whatever the settings say."""
    settings = replace(context.settings, endpoint=EMBEDDED, model=_MODEL)
    return NewRunStart(replace(context, settings=settings), dataset)


def _samples_folder(context: Context) -> Path:
    """The drawn sets: those of a checkout, else drawn anew beside the workspace, which takes some seconds."""
    checkout = Path(__file__).parents[2] / "samples"
    if (checkout / SAMPLE_SETS[0]).is_dir():
        return checkout
    folder = context.settings.db.with_suffix(".samples")
    if not (folder / SAMPLE_SETS[-1]).is_dir():
        context.tell(f"drawing the sample sets into {folder}")
        draw_samples(folder)
    return folder
