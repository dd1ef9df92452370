"""A run in which everything that comes from outside attacks the terminal. As a module: its review, or its home."""

import sys
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Final, NoReturn

from tests.tui.home_run import with_other_run
from tests.tui.review_run import Planned, ReviewRun, no_queue, review_run
from workbench.application.home import DatasetEntry, Headline, HomeParts, RunEntry
from workbench.application.reviews import ReviewSession
from workbench.application.run_views import RunViews, run_views
from workbench.domain.datasets.cards import CARDS, DatasetCard
from workbench.domain.datasets.labels import LabelSet
from workbench.domain.datasets.samples import MediaKind, Sample
from workbench.domain.predictions import PredictionStatus
from workbench.domain.reviews import Verdict
from workbench.domain.runs import Run
from workbench.errors import DataError, EndpointError
from workbench.storage.runs.batch_rows import load_totals
from workbench.tui.workbench_app import run_workbench

ATTACKS: Final = (
    "\x1b]0;PWNED\x07",
    "\x1b]52;c;UFdORUQ=\x07",
    "\x1b[2JPWNED",
    "\x1b]8;;http://pwned\x1b\\",
    "\x1bPPWNED\x1b\\",
    "\x9b31mPWNED",
    "\x90PWNED\x9c",
    "\u202ePWNED",
    "\u2066PWNED\u2069",
    "PWNED\x7f\x08\x08",
)
MARKUP: Final = "[/bold][@click=app.quit]x[/][$error]"
ATTACK: Final = MARKUP + "".join(ATTACKS)


def hostile_run(folder: Path) -> ReviewRun:
    """Ids, labels, words said, replies, notes, errors, names: all of them hostile. One reply has ten megabytes."""
    base = CARDS["mer2023"]
    card = replace(base, title=f"{ATTACK}", labels=LabelSet((*base.labels.names, f"{ATTACK} label")))
    ranked, out = PredictionStatus.RANKED, PredictionStatus.OUT_OF_VOCABULARY
    plan = [
        Planned(_sample(card, 0), ranked, (card.labels.names[-1], "sad"), reply=ATTACK),
        Planned(_sample(card, 1), out, (ATTACK,), reply=ATTACK * 60_000),
        Planned(_sample(card, 2), PredictionStatus.FAILED, note=ATTACK),
        Planned(_sample(card, 3), PredictionStatus.BAD_MEDIA, note=ATTACK),
    ]
    review = review_run(folder, card, plan, run_name=f"run {ATTACK}")
    with closing(review.session().db) as db:
        other = ReviewSession(db, review.run, card, f"boris {ATTACK}", lambda: "2026-10-05T11:00:00+00:00")
        mine = replace(other, reviewer=f"ana {ATTACK}")
        for session in (mine, other):
            session.set_verdict(plan[0].sample.id, Verdict.UNSURE)
            session.set_note(plan[0].sample.id, ATTACK)
            session.set_tags(plan[0].sample.id, (ATTACK,))

    def torn(*_: object) -> NoReturn:
        raise DataError(f"torn {ATTACK}")

    def gone(*_: object) -> NoReturn:
        raise EndpointError(f"gone {ATTACK}")

    spec = replace(review.run.spec, model=f"model {ATTACK}")
    parts = replace(
        review.parts,
        reviewer=f"ana {ATTACK}",
        run=replace(review.run, spec=spec),
        answer=gone,
        staged_views=hostile_desk(review.parts.views),
    ).drawn_by(torn)
    return replace(review, parts=parts)


def hostile_desk(desk: RunViews) -> RunViews:
    """Other runs, folders and paths with such names."""
    spec = replace(desk.run.spec, model=f"model {ATTACK}")
    run = replace(desk.run, spec=spec)
    return replace(
        desk,
        run=run,
        exports=Path(f"exports {ATTACK}"),
        export=lambda folder, wanted: [folder / f"file {ATTACK}"],
    )


def _sample(card: DatasetCard, number: int) -> Sample:
    gold = card.labels.names[-1]
    return Sample(f"{ATTACK}/{number}", gold, ATTACK, MediaKind.VIDEO, path="x", text=f"words {ATTACK}")


def hostile_home(folder: Path) -> HomeParts:
    """A workspace with two such runs of such a data set."""
    review = hostile_run(folder)
    other = with_other_run(review, f"other {ATTACK}")
    with closing(review.session().db) as db:
        runs = tuple(RunEntry(run, load_totals(db, run.id)) for run in (review.parts.run, other))

    def desk(card: DatasetCard, run: Run) -> RunViews:
        return hostile_desk(run_views(review.path, folder, card, run, no_queue))

    return HomeParts(
        workspace=folder / f"emowb {ATTACK}.db",
        load=lambda: [DatasetEntry(review.card, 4, runs)],
        headline=lambda card, run: Headline("accuracy", 0.5, 1.0),
        review=lambda dataset, run: review.parts,
        desk=desk,
    )


if __name__ == "__main__":
    run_workbench(hostile_home(Path(sys.argv[1])) if sys.argv[2:] == ["home"] else hostile_run(Path(sys.argv[1])).parts)
