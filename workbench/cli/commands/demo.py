"""`emowb demo`: the whole main job on drawn samples, with no key and no network."""

import asyncio
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from workbench.application.context import Context
from workbench.cli.commands.metrics import show_scores
from workbench.cli.context import settings_of, workspace
from workbench.cli.output import say, show, suggest
from workbench.cli.sending import INTERRUPTED, has_unanswered, send
from workbench.cli.terminal import open_workbench
from workbench.domain.datasets.cards import card_of
from workbench.domain.prompts import NAMED
from workbench.domain.runs import Run
from workbench.errors import EXIT_INTERRUPTED, EXIT_WORTH_KNOWING, EndpointError

if TYPE_CHECKING:
    from workbench.application.endpoints import Connection
    from workbench.settings import Settings
    from workbench.storage.workspace.database import Database

SAMPLE_SETS: Final = ("casme2", "rafdb", "ravdess", "chsims", "abstract")
_OPENED: Final = "casme2"
_RUN: Final = "demo"
_WORKSPACE: Final = Path("emowb-demo.db")
_REFUSED_SHARE: Final = 0.06
_MISCOUNTED_SHARE: Final = 0.05


def demo(
    context: typer.Context,
    *,
    headless: Annotated[
        bool, typer.Option(help="Print metrics and write exports instead of opening the screen.")
    ] = False,
) -> None:
    """Do the whole main job with no key and no network.

    In a workspace of its own (./emowb-demo.db): imports the drawn sample sets, runs them against the embedded
    endpoint (which refuses now and then, as models do) and opens the review screen.

    \b
    Example:
        emowb demo
        emowb demo --headless
    """
    if context.obj["db"] is None:
        context.obj["db"] = _WORKSPACE
    settings = settings_of(context)
    in_terminal = sys.stdin.isatty() and sys.stdout.isatty()
    if not headless and not in_terminal:
        say("this is no terminal, so the review screen stays closed (--headless)")
    with workspace(settings, create=True) as db:
        unanswered = _run_all(settings, db, _samples_folder(settings))
        if headless or not in_terminal:
            _report(settings, db)
            raise typer.Exit(EXIT_WORTH_KNOWING if unanswered else 0)
    _open(settings)
    suggest(f"emowb --db {settings.db} open rafdb, or the same job on data of your own: emowb --help")


def _run_all(settings: "Settings", db: "Database", samples: Path) -> bool:
    """Import and run every sample set; returns whether any sample is left without an answer."""
    from workbench.application.endpoints import connected
    from workbench.embedded.fault_injection import FaultRates
    from workbench.pipeline.sending.run_parts import Stop

    faults = FaultRates(refuse=_REFUSED_SHARE, miscount=_MISCOUNTED_SHARE, seed=1)
    unanswered = False
    with connected(settings, "embedded", os.environ, faults) as connection:
        for key in SAMPLE_SETS:
            run = _imported_and_planned(db, key, samples, connection)
            stop = Stop()
            asyncio.run(send(settings, db, run, connection, stop))
            if stop.reason == INTERRUPTED:
                raise typer.Exit(EXIT_INTERRUPTED)
            if stop.reason is not None:
                raise EndpointError(stop.reason)
            unanswered |= has_unanswered(db, run)
    return unanswered


def _imported_and_planned(db: "Database", key: str, samples: Path, connection: "Connection") -> Run:
    from workbench.cli.run_specs import card_spec
    from workbench.importers.read_dataset import read_dataset
    from workbench.pipeline.planning import open_run
    from workbench.pipeline.store_dataset import store_dataset

    card = card_of(key)
    report = store_dataset(db, card, read_dataset(card, samples / key))
    say(f"{card.title}: {report.imported} drawn samples")
    spec = card_spec(card, {"endpoint": connection.endpoint.name, "model": "schematic-baseline", "prompt": NAMED})
    return open_run(db, _RUN, spec)[0]


def _report(settings: "Settings", db: "Database") -> None:
    from workbench.domain.scoring.protocols import Protocol
    from workbench.export.export_run import export_run
    from workbench.pipeline.scoring.run_scores import score_run
    from workbench.storage.runs.run_records import load_run

    for key in SAMPLE_SETS:
        card, run = card_of(key), load_run(db, key, _RUN)
        show_scores(score_run(db, card, run, Protocol.STRICT))
        for path in export_run(db, card, run, settings.exports):
            show(str(path))


def _open(settings: "Settings") -> None:
    from workbench.application.reviews import open_review

    review = open_review(Context(settings=settings, environment=os.environ), _OPENED, _RUN)
    open_workbench(settings, review)


def _samples_folder(settings: "Settings") -> Path:
    """The drawn sets: those of a checkout, else drawn anew beside the workspace, which takes some seconds."""
    checkout = Path(__file__).parents[3] / "samples"
    if (checkout / SAMPLE_SETS[0]).is_dir():
        return checkout
    from workbench.embedded.samples import draw_samples

    folder = settings.db.with_suffix(".samples")
    if not (folder / SAMPLE_SETS[-1]).is_dir():
        say(f"drawing the sample sets into {folder}")
        draw_samples(folder)
    return folder
