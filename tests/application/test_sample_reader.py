from contextlib import closing
from pathlib import Path

import pytest

from workbench.application.context import Context
from workbench.application.datasets import SampleReader, open_dataset
from workbench.domain.cases import CaseFilter
from workbench.domain.datasets.cards import CARDS
from workbench.domain.datasets.samples import MediaKind, Sample
from workbench.errors import DataError, UsageError
from workbench.settings import load_settings
from workbench.storage.samples import ImportedDataset, save_dataset
from workbench.storage.workspace.database import open_workspace


def a_sample(number: int, gold: str = "happy", text: str | None = None) -> Sample:
    return Sample(
        f"s{number}", gold, gold, MediaKind.IMAGE, f"s{number}.png", text=text, cluster=f"person {number % 3}"
    )


@pytest.fixture
def context(tmp_path: Path) -> Context:
    """A workspace with twelve faces; the set before had others, in another order."""
    settings = load_settings({"EMOWB_DB": str(tmp_path / "emowb.db")}, tmp_path)
    with closing(open_workspace(settings.db, create=True)) as db:
        dataset = ImportedDataset(CARDS["rafdb"], tmp_path, "2026-10-05T09:00:00+00:00", ("left out 3: blurred",))
        save_dataset(db, dataset, [a_sample(number) for number in (20, 5, 3, 21)])
        golds = {2: "sad", 7: "sad", 9: "angry"}
        texts = {4: "STRASSE und Weg", 7: "Straße", 8: "100%"}
        save_dataset(db, dataset, [a_sample(at, golds.get(at, "happy"), texts.get(at)) for at in range(12)])
    return Context(settings=settings, environment={})


@pytest.fixture
def reader(context: Context) -> SampleReader:
    return open_dataset(context, "rafdb").open_reader()


def test_rows_come_in_the_owners_order_whatever_was_imported_before(reader: SampleReader) -> None:
    assert reader.planned() == 12
    assert [row.sample_id for row in reader.rows(range(3, 7))] == ["s3", "s4", "s5", "s6"]
    assert [row.sample_id for row in reader.rows([7, 2, 99])] == ["s7", "s2"]
    assert [row.cluster for row in reader.rows([1])] == ["person 1"]


@pytest.mark.parametrize(
    ("wanted", "positions"),
    [
        (CaseFilter(), list(range(12))),
        (CaseFilter(gold="sad"), [2, 7]),
        (CaseFilter(search="strasse"), [4, 7]),
        (CaseFilter(search="STRASSE", gold="sad"), [7]),
        (CaseFilter(search="%"), [8]),
        (CaseFilter(search="person 2"), [2, 5, 8, 11]),
        (CaseFilter(search="angry"), [9]),
        (CaseFilter(search="nobody"), []),
    ],
)
def test_filters_and_words_choose_samples(reader: SampleReader, wanted: CaseFilter, positions: list[int]) -> None:
    assert list(reader.all_of(wanted)) == positions
    assert list(reader.near(wanted, 5)) == [at for at in positions if at >= 5]
    assert reader.passing(wanted, [1, 2, 7]) == {1, 2, 7} & set(positions)
    assert reader.count(wanted) == len(positions)


def test_a_sample_is_found_by_its_id_alone(reader: SampleReader) -> None:
    assert reader.position_of("s1") == 1
    assert reader.position_of("s20") is None
    assert reader.sample("s7").text == "Straße"
    assert reader.golds() == {"happy": 9, "sad": 2, "angry": 1}
    with pytest.raises(DataError, match="no sample 's20'"):
        reader.sample("s20")


def test_another_import_meanwhile_is_seen(context: Context, reader: SampleReader) -> None:
    before = reader.changes_seen()
    assert reader.planned() == 12
    with closing(open_workspace(context.settings.db)) as db:
        dataset = ImportedDataset(CARDS["rafdb"], context.settings.db.parent, "2026-10-05T10:00:00+00:00", ())
        save_dataset(db, dataset, [a_sample(number) for number in (11, 1)])
    assert reader.changes_seen() != before
    assert [row.sample_id for row in reader.rows([0, 1])] == ["s11", "s1"]


def test_what_is_not_imported_is_refused_with_what_to_do(context: Context) -> None:
    with pytest.raises(DataError, match="emowb import casme2 PATH"):
        open_dataset(context, "casme2")
    with pytest.raises(UsageError, match="rafdb"):
        open_dataset(context, "rafbd")
    assert open_dataset(context, "rafdb").notes == ("left out 3: blurred",)
