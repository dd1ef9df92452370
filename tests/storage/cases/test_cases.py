import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlite_utils import Database

from tests.building import REFUSED, UNPARSED, at, exchange, plan, ranked, received, sample, store
from workbench.domain.cases import CaseFilter, CaseKind
from workbench.domain.predictions import PredictionStatus, RankedPrediction
from workbench.domain.reviews import ReviewChange, ReviewField
from workbench.domain.runs import Run
from workbench.storage.cases.case_positions import list_positions, next_failure
from workbench.storage.cases.cases import load_rows, positions_near, positions_that_pass
from workbench.storage.cases.confusions import count_confusion
from workbench.storage.cases.review_log import save_change
from workbench.storage.runs.plans import open_batches
from workbench.storage.runs.run_control import claim_run

ME, OTHER = "ann", "bob"
OUTSIDE = RankedPrediction(PredictionStatus.OUT_OF_VOCABULARY, ("pain", "sad"))
BECAME = {
    "right": ("happy", ranked("happy", "sad")),
    "wrong": ("sad", ranked("happy", "sad")),
    "refused": ("sad", REFUSED),
    "unparsed": ("happy", UNPARSED),
    "missing": ("angry", RankedPrediction(PredictionStatus.MISSING)),
    "media": ("happy", RankedPrediction(PredictionStatus.BAD_MEDIA)),
    "outside": ("sad", OUTSIDE),
    "failed": ("happy", RankedPrediction(PredictionStatus.FAILED)),
    "right too": ("sad", ranked("sad")),
    "open": ("sad", None),
}
"""Gold label and fate of every sample, in planned order."""
ORDER = list(BECAME)


def say(db: Database, run: Run, name: str, field: ReviewField, value: str | None, reviewer: str = ME) -> None:
    save_change(db, run.id, ReviewChange(name, reviewer, field, value, at()))


@pytest.fixture
def run(db: Database) -> Run:
    store(db, [sample(name, gold) for name, (gold, _) in BECAME.items()])
    run = plan(db, ORDER)
    fates = {name: fate for name, (_, fate) in BECAME.items() if fate is not None}
    gold = {name: label for name, (label, _) in BECAME.items()}
    [batch] = open_batches(db, run.id)
    exchange(db, claim_run(db, run, at()), batch, received(fates, gold=gold))
    plan(db, ORDER[::-1], name="another run of the same samples")
    return run


def found(db: Database, run: Run, wanted: CaseFilter, reviewer: str = ME) -> list[str]:
    """The ids of what passes, found in all three ways: going through all, looking nearby, looking at each."""
    positions = list_positions(db, run.id, wanted, reviewer)
    assert list(positions_near(db, run.id, wanted, reviewer, 0, within=99, most=99)) == list(positions)
    assert positions_that_pass(db, run.id, wanted, reviewer, range(99)) == set(positions)
    return [case.sample_id for case in load_rows(db, run.id, positions, reviewer)]


KINDS = {
    CaseKind.ALL: ORDER,
    CaseKind.FAILURES: ["wrong", "refused", "unparsed", "missing", "media", "outside", "failed"],
    CaseKind.WRONG: ["wrong"],
    CaseKind.REFUSED: ["refused"],
    CaseKind.UNPARSED: ["unparsed"],
    CaseKind.MISSING: ["missing"],
    CaseKind.BAD_MEDIA: ["media"],
    CaseKind.OUT_OF_VOCABULARY: ["outside"],
    CaseKind.FAILED: ["failed"],
    CaseKind.FLAGGED: ["right", "media"],
    CaseKind.UNREVIEWED: [name for name in ORDER if name not in ("right", "wrong", "media")],
}


def test_every_kind_is_in_the_table() -> None:
    assert set(KINDS) == set(CaseKind)


@pytest.mark.parametrize(("kind", "names"), KINDS.items())
def test_a_kind_finds_its_samples_in_planned_order(db: Database, run: Run, kind: CaseKind, names: list[str]) -> None:
    say(db, run, "right", ReviewField.VERDICT, "unsure")
    say(db, run, "media", ReviewField.VERDICT, "bad media")
    say(db, run, "media", ReviewField.TAGS, "dark")
    say(db, run, "wrong", ReviewField.NOTE, "hm")
    say(db, run, "refused", ReviewField.VERDICT, "unsure")
    say(db, run, "refused", ReviewField.VERDICT, None)
    say(db, run, "missing", ReviewField.VERDICT, "unsure", OTHER)
    assert found(db, run, CaseFilter(kind)) == names


def test_a_line_says_what_the_list_shows(db: Database, run: Run) -> None:
    say(db, run, "wrong", ReviewField.VERDICT, "gold doubtful")
    say(db, run, "wrong", ReviewField.VERDICT, "model wrong", OTHER)
    [case] = load_rows(db, run.id, [1], ME)
    assert (case.position, case.sample_id, case.gold, case.status) == (1, "wrong", "sad", "ranked")
    assert (case.top1, case.gold_rank, case.failure, case.verdict) == ("happy", 2, "wrong", "gold doubtful")


FILTERS = {
    "a gold label": (CaseFilter(gold="angry"), ["missing"]),
    "an answer": (CaseFilter(predicted="happy"), ["right", "wrong"]),
    "a word outside": (CaseFilter(predicted="pain"), ["outside"]),
    "no answer": (CaseFilter(predicted=""), ["refused", "unparsed", "missing", "media", "failed", "open"]),
    "a cell of the confusion matrix": (CaseFilter(gold="sad", predicted="happy"), ["wrong"]),
    "everything at once": (CaseFilter(CaseKind.FAILURES, gold="sad", predicted="", search="REF"), ["refused"]),
    "nothing": (CaseFilter(CaseKind.WRONG, gold="angry"), []),
}


@pytest.mark.parametrize(("wanted", "names"), FILTERS.values(), ids=FILTERS)
def test_all_parts_of_a_filter_hold_together(db: Database, run: Run, wanted: CaseFilter, names: list[str]) -> None:
    assert found(db, run, wanted) == names


def test_every_cell_of_the_confusion_is_a_filter(db: Database, run: Run) -> None:
    counts = count_confusion(db, run.id)
    assert sum(counts.values()) == len(ORDER)
    assert counts["sad", ""] == 2
    for (gold, predicted), count in counts.items():
        assert len(list_positions(db, run.id, CaseFilter(gold=gold, predicted=predicted), ME)) == count


# ── searching ────────────────────────────────────────────────────────────────────────────────────────────────────

TEXTS = {
    "percent": "100% sure",
    "under_score": "under_score",
    "underXscore": "underXscore",
    "quote": "she said 'no'",
    "double": 'she said "no"',
    "German": "Ärger über Straße",
    "Chinese": "我没事",
    "backslash": "a\\b",
    "comment": "x'; DROP TABLE run; --",
    "glob": "a*b?[c]",
}
SEARCHES = {
    "a percent sign is no wildcard": ("%", ["percent"]),
    "an underscore is no wildcard": ("r_s", ["under_score"]),
    "a quote": ("'no'", ["quote"]),
    "a double quote": ('"no"', ["double"]),
    "a backslash": ("\\", ["backslash"]),
    "a statement": ("'; DROP TABLE run; --", ["comment"]),
    "stars and brackets": ("*b?[c", ["glob"]),
    "another case": ("SURE", ["percent"]),
    "accents as they are": ("Ärger", ["German"]),
    "accents in another case": ("ärger ÜBER", ["German"]),
    "a sharp s": ("STRASSE", ["German"]),
    "Chinese": ("没事", ["Chinese"]),
    "an id": ("xscore", ["underXscore"]),
    "nobody": ("zzz", []),
    "a parameter": (":search", []),
}


@pytest.fixture
def texts(db: Database) -> Run:
    store(db, [sample(name, text=text) for name, text in TEXTS.items()], key="sfew2")
    return plan(db, list(TEXTS), key="sfew2")


@pytest.mark.parametrize(("search", "names"), SEARCHES.values(), ids=SEARCHES)
def test_the_words_of_a_search_are_data(db: Database, texts: Run, search: str, names: list[str]) -> None:
    assert found(db, texts, CaseFilter(search=search)) == names


@given(search=st.text(max_size=8))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=50)
def test_any_search_finds_what_holds_it(db: Database, texts: Run, search: str) -> None:
    folded = search.casefold()
    searched = {name: (name.casefold(), text.casefold(), "happy") for name, text in TEXTS.items()}
    holds = [name for name, texts_of in searched.items() if any(folded in text for text in texts_of)]
    assert found(db, texts, CaseFilter(search=search)) == holds


def test_labels_answers_and_notes_are_searched_too(db: Database, run: Run) -> None:
    say(db, run, "right", ReviewField.NOTE, "Looks away", OTHER)
    say(db, run, "wrong", ReviewField.NOTE, "looks down")
    say(db, run, "wrong", ReviewField.NOTE, None)
    say(db, run, "media", ReviewField.TAGS, "looks")
    assert found(db, run, CaseFilter(search="looks")) == ["right"]
    assert found(db, run, CaseFilter(search="pai")) == ["outside"]
    assert found(db, run, CaseFilter(search="angr")) == ["missing"]


# ── walking ──────────────────────────────────────────────────────────────────────────────────────────────────────


def test_lines_come_in_the_order_asked(db: Database, run: Run) -> None:
    assert [case.sample_id for case in load_rows(db, run.id, [7, 0, 3, 99], ME)] == ["failed", "right", "unparsed"]


def test_what_is_near_begins_at_a_position_and_looks_no_further_than_asked(db: Database, run: Run) -> None:
    failures = CaseFilter(CaseKind.FAILURES)
    assert list(positions_near(db, run.id, failures, ME, 3, within=4, most=99)) == [3, 4, 5, 6]
    assert list(positions_near(db, run.id, failures, ME, 0, within=99, most=2)) == [1, 2]
    assert list(positions_near(db, run.id, failures, ME, 8, within=99, most=99)) == []


def walked(db: Database, run: Run, wanted: CaseFilter, position: int, *, backwards: bool = False) -> int | None:
    listed = list_positions(db, run.id, wanted, ME)
    return next_failure(db, run.id, listed, position, backwards=backwards)


def test_the_next_failure_skips_what_is_right(db: Database, run: Run) -> None:
    everything = CaseFilter()
    forwards = [walked(db, run, everything, position) for position in (-1, 0, 1, 6, 7, 9)]
    assert forwards == [1, 1, 2, 7, None, None]
    backwards = [walked(db, run, everything, position, backwards=True) for position in (9, 8, 7, 2, 1, 0)]
    assert backwards == [7, 7, 6, 1, None, None]


def test_the_next_failure_stays_in_the_filtered_list(db: Database, run: Run) -> None:
    sad = CaseFilter(gold="sad")
    assert walked(db, run, sad, 2) == ORDER.index("outside")
    assert walked(db, run, sad, ORDER.index("outside")) is None
    assert walked(db, run, CaseFilter(search="right"), -1) is None


def test_the_next_failure_can_be_of_one_kind(db: Database, run: Run) -> None:
    everything = list_positions(db, run.id, CaseFilter(), ME)
    assert next_failure(db, run.id, everything, 0, kind="missing") == ORDER.index("missing")
    assert next_failure(db, run.id, everything, 9, kind="wrong", backwards=True) == ORDER.index("wrong")
    assert next_failure(db, run.id, everything, 1, kind="wrong") is None


def test_a_filter_reads_as_words() -> None:
    wanted = CaseFilter(CaseKind.FAILURES, gold="sad", predicted="", search="x")
    assert str(wanted) == "failures, gold sad, predicted no answer, “x”"
    assert str(CaseFilter()) == "all"
