"""`emowb agree` as a user meets it."""

import json
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from tests.building import REFUSED, ranked
from tests.cli.conftest import Emowb
from tests.export.worked_run import AT, answer, plan_run
from workbench.application.reviews import ReviewSession
from workbench.domain.datasets.cards import CARDS
from workbench.domain.reviews import Verdict
from workbench.storage.workspace.database import open_workspace

RAFDB = CARDS["rafdb"]
GOLD = {f"s{number:02d}": "happy" if number % 2 else "sad" for number in range(24)}
Reviewing = Callable[[str], ReviewSession]


@pytest.fixture
def reviewing(place: Path) -> Iterator[Reviewing]:
    """A workspace with a run that is right, wrong, or without an answer by turns; sessions of its reviewers."""
    with closing(open_workspace(place / "emowb.db", create=True)) as db:
        answers = (ranked("happy"), ranked("sad"), REFUSED)
        planned = plan_run(db, RAFDB, GOLD)
        run = answer(db, RAFDB, planned, {name: answers[place % 3] for place, name in enumerate(GOLD)})
        yield lambda reviewer: ReviewSession(db, run, RAFDB, reviewer, lambda: AT)


@pytest.fixture
def two(reviewing: Reviewing) -> None:
    """Ann stands by gold everywhere; Bob sees every fifth sample otherwise, and doubts one more."""
    ann, bob = reviewing("ann"), reviewing("bob")
    for number, name in enumerate(GOLD):
        ann.set_verdict(name, Verdict.MODEL_WRONG)
        bob.set_label(name, "angry" if number % 5 == 0 else GOLD[name])
    bob.set_verdict("s05", Verdict.GOLD_DOUBTFUL)
    bob.set_note("s05", "she \x1b[31mfrowns[/]")


@pytest.mark.usefixtures("reviewing")
def test_a_run_without_reviews_says_in_a_line_where_they_are_made(emowb: Emowb) -> None:
    for words in (("agree", "rafdb"), ("agree", "rafdb", "--json")):
        result = emowb(*words)
        assert (result.exit_code, result.stdout) == (2, "")
        assert result.stderr.count("\n") == 1
        assert "run first has no verdict or label yet; reviewers give them in `emowb open rafdb --run first`" in (
            result.stderr
        )


def test_a_set_without_a_run_and_an_unknown_run_are_said(emowb: Emowb, reviewing: Reviewing) -> None:
    unknown = emowb("agree", "rafdb", "--run", "frist")
    assert unknown.exit_code == 2
    assert "did you mean first?" in unknown.stderr
    assert emowb("agree", "rafbd").exit_code == 2


@pytest.mark.usefixtures("two")
def test_two_reviewers_are_compared_with_gold_and_with_each_other(emowb: Emowb) -> None:
    result = emowb("agree", "rafdb")
    assert result.exit_code == 0
    text = " ".join(result.stdout.split())
    assert "rafdb / first: 24 of 24 planned samples reviewed" in text
    assert "ann, gold 24 100.00 85.75 to 100.00 1.000" in text
    assert "bob, gold 24 79.17" in text
    assert "ann, bob 24 79.17" in text
    assert "Fleiss' kappa 24 0." in text
    assert "Krippendorff's alpha 24 0." in text


@pytest.mark.usefixtures("two")
def test_conflicts_are_listed_and_the_next_step_opens_one(emowb: Emowb) -> None:
    result = emowb("agree", "rafdb", "--conflicts", "3")
    assert "samples on which reviewers contradict each other: 5, 3 of them shown" in result.stdout
    table = result.stdout.split("top-1")[1]
    assert [line.split()[0] for line in table.splitlines() if line.strip().startswith("s")] == ["s00", "s05", "s10"]
    assert "next: emowb open rafdb --run first, then / and the id of a sample: s00" in result.stderr
    none = emowb("agree", "rafdb", "--conflicts", "0").stdout
    assert "5, 0 of them shown" in none
    assert "top-1" not in none


@pytest.mark.usefixtures("two")
def test_what_a_reviewer_wrote_is_shown_visible(emowb: Emowb) -> None:
    text = emowb("agree", "rafdb").stdout
    assert "\x1b" not in text
    assert "she ␛[31mfrowns[/]" in text


def test_a_plan_in_which_all_strata_are_reviewed_has_an_estimate(emowb: Emowb, two: None) -> None:
    text = " ".join(emowb("agree", "rafdb").stdout.split())
    assert "gold labels in doubt, per cent of the plan: 0.00; 95 % interval 0.00 to" in text
    assert "left out: 5 reviewed, on which reviewers are split or unsure" in text


def test_one_reviewer_is_told_in_words_and_an_open_stratum_as_a_range(emowb: Emowb, reviewing: Reviewing) -> None:
    ann = reviewing("ann")
    ann.set_label("s01", "happy")
    ann.set_label("s03", "angry")
    text = " ".join(emowb("agree", "rafdb").stdout.split())
    assert "there is one reviewer: agreement is with gold alone" in text
    assert "Fleiss" not in text
    assert "ann, gold 2 50.00" in text
    assert "a range, since for some kind of answer no sample is decided yet" in text
    assert "no sample on which reviewers contradict each other" in text


@pytest.mark.usefixtures("two")
def test_the_json_is_alone_on_stdout_and_has_every_conflict(emowb: Emowb) -> None:
    result = emowb("agree", "rafdb", "--run", "first", "--conflicts", "1", "--json")
    assert (result.exit_code, result.stderr) == (0, "")
    document = json.loads(result.stdout)
    assert [one["sample"] for one in document["conflicts"]] == ["s00", "s05", "s10", "s15", "s20"]
    assert document["conflicts"][1]["opinions"][1]["note"] == "she \x1b[31mfrowns[/]"
    assert document["labels"]["pairs"][0]["agreed"]["value"] == pytest.approx(19 / 24)
    assert document["label_noise"]["overall"]["value"] == 0.0


def test_help_has_an_example(emowb: Emowb) -> None:
    assert "emowb agree rafdb --conflicts 5" in emowb("agree", "--help").stdout
