"""A run in which everything that comes from outside attacks the terminal. As a module: its review, or its home."""

import sys
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Final, NoReturn

from tests.tui.home_run import with_other_run
from tests.tui.review_run import Planned, ReviewRun, review_run
from workbench.application.context import Context
from workbench.application.reviews import ReviewSession
from workbench.domain.datasets.cards import CARDS, DatasetCard
from workbench.domain.datasets.labels import LabelSet
from workbench.domain.datasets.samples import MediaKind, Sample
from workbench.domain.predictions import PredictionStatus
from workbench.domain.reviews import Verdict
from workbench.errors import DataError, EndpointError
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
    card = replace(base, key="hostile", title=f"{ATTACK}", labels=LabelSet((*base.labels.names, f"{ATTACK} label")))
    ranked, out = PredictionStatus.RANKED, PredictionStatus.OUT_OF_VOCABULARY
    plan = [
        Planned(_sample(card, 0), ranked, (card.labels.names[-1], "sad"), reply=ATTACK),
        Planned(_sample(card, 1), out, (ATTACK,), reply=ATTACK * 60_000),
        Planned(_sample(card, 2), PredictionStatus.FAILED, note=ATTACK),
        Planned(_sample(card, 3), PredictionStatus.BAD_MEDIA, note=ATTACK),
    ]
    review = review_run(folder, card, plan, run_name=f"run {ATTACK}", model=f"model {ATTACK}")
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

    settings = review.parts.context.settings
    parts = replace(
        review.parts,
        reviewer=f"ana {ATTACK}",
        answer=gone,
        context=replace(review.parts.context, settings=replace(settings, exports=folder / f"exports {ATTACK}")),
    ).drawn_by(torn)
    return replace(review, parts=parts)


def _sample(card: DatasetCard, number: int) -> Sample:
    gold = card.labels.names[-1]
    return Sample(f"{ATTACK}/{number}", gold, ATTACK, MediaKind.VIDEO, path="x", text=f"words {ATTACK}")


def hostile_home(folder: Path) -> Context:
    """A workspace with two such runs of such a data set."""
    within = folder / f"workspace {ATTACK}"
    within.mkdir(parents=True)
    review = hostile_run(within)
    with_other_run(review, f"other {ATTACK}")
    return review.parts.context


if __name__ == "__main__":
    run_workbench(hostile_home(Path(sys.argv[1])) if sys.argv[2:] == ["home"] else hostile_run(Path(sys.argv[1])).parts)
