"""What `metrics` and `show` tell of the first attempt and of retries."""

import json
import re
from pathlib import Path

import pytest

from tests.building import REFUSED, ranked
from tests.cli.conftest import Emowb
from tests.export.worked_run import answer, plan_run
from workbench.domain.datasets.cards import CARDS
from workbench.domain.predictions import PredictionStatus
from workbench.storage.workspace.database import open_workspace

CASME2 = CARDS["casme2"]
SUBJECTS = [f"sub{number:02d}" for number in range(1, 15)]


@pytest.fixture
def refusing(place: Path, emowb: Emowb) -> Emowb:
    """The command line, after a run in which every subject but the first two had refusals: the later, the more."""
    db = open_workspace(place / "emowb.db", create=True)
    names = {f"{subject}/{clip:02d}": subject for subject in SUBJECTS for clip in range(13)}
    planned = plan_run(db, CASME2, dict.fromkeys(names, "happy"), clusters=names)
    refused = [f"{subject}/{clip:02d}" for place, subject in enumerate(SUBJECTS) for clip in range(place - 1)]
    at_once = {name: ranked("happy") for name in names if name not in refused}
    answer(db, CASME2, planned, at_once, dict.fromkeys(refused, PredictionStatus.REFUSED))
    last = dict.fromkeys(refused, REFUSED) | {refused[0]: ranked("sad")}
    answer(db, CASME2, planned, last)
    db.close()
    return emowb


def test_metrics_tell_both_rates_in_a_line_by_class_and_for_the_worst_ten_clusters(refusing: Emowb) -> None:
    text = refusing("metrics", "casme2").stdout
    assert "at the first attempt 57.14 % answered, 42.86 % refused; after retries 57.69 % answered, 42.31 %" in text
    table = re.split(r"\n *subject ", text)[1].split("gold, then")[0]
    shown = [line.split()[0] for line in table.splitlines() if line.strip().startswith("sub")]
    assert shown == SUBJECTS[:-11:-1]
    assert "planned   first answered   first refused   then answered   then refused" in text


def test_the_json_tells_the_rates_of_every_cluster(refusing: Emowb) -> None:
    rates = json.loads(refusing("metrics", "casme2", "--json").stdout)["rates"]
    assert rates["cluster"] == "subject"
    assert [one["label"] for one in rates["per_cluster"]] == SUBJECTS
    assert rates["overall"]["first_refused"] == rates["overall"]["refused"] + 1


def test_show_tells_them_of_the_whole_run(refusing: Emowb) -> None:
    assert "at the first attempt 57.14 % answered, 42.86 % refused; after" in refusing("show", "casme2").stdout
    shown = json.loads(refusing("show", "casme2", "--json").stdout)
    assert shown["rates"]["coverage"] == pytest.approx(105 / 182)


def test_a_run_that_was_answered_at_once_needs_no_table_of_refusals(place: Path, emowb: Emowb) -> None:
    db = open_workspace(place / "emowb.db", create=True)
    answer(db, CASME2, plan_run(db, CASME2, {"a": "happy"}), {"a": ranked("happy")})
    db.close()
    text = emowb("metrics", "casme2").stdout
    assert "at the first attempt 100.00 % answered, 0.00 % refused; after retries 100.00 % answered" in text
    assert "first answered" not in text


def test_a_clusters_name_is_shown_visible(place: Path, emowb: Emowb) -> None:
    db = open_workspace(place / "emowb.db", create=True)
    planned = plan_run(db, CASME2, {"a": "happy"}, clusters={"a": "\x1b]52;c;x\x07[bold]"})
    answer(db, CASME2, planned, {"a": REFUSED})
    db.close()
    text = emowb("metrics", "casme2").stdout
    assert "\x1b" not in text
    assert "[bold]" in text
