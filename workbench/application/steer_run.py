"""Steering a run that another process sends."""

import getpass
import socket

from workbench.domain.run_status import GivenLimits, RunCommand
from workbench.domain.runs import Run
from workbench.pipeline.planning import utc_now
from workbench.settings import Settings
from workbench.storage.runs.run_control import load_sender, save_limits, save_wanted
from workbench.storage.workspace.database import Database


def this_place() -> str:
    """From where something is asked of a run, for whoever sends it: `ana@lab3`."""
    try:
        who = getpass.getuser()
    except (KeyError, OSError):  # nobody's name stands in the user database
        who = "somebody"
    return f"{who}@{socket.gethostname()}"


def ask_sender(db: Database, run: Run, wanted: RunCommand) -> str | None:
    """Ask whoever sends a run; says who that is. None: nobody does, and nothing was asked."""
    sender = load_sender(db, run.id, utc_now())
    if sender is not None:
        save_wanted(db, run.id, wanted, at=utc_now(), by=this_place())
    return sender


def change_limits(settings: Settings, db: Database, run: Run, limits: GivenLimits) -> str | None:
    """Change limits of a run; says who sends it now, if anybody does.

    Raises UsageError for a budget where the model's price is not known.
    """
    if limits.budget_usd:
        from workbench.application.send_run import assert_priced
        from workbench.provider.costs.price_list import load_prices

        assert_priced(load_prices(settings.prices), run.spec.model)
    save_limits(db, run.id, limits, at=utc_now(), by=this_place())
    return load_sender(db, run.id, utc_now())
