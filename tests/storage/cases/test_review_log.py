import pytest
from sqlite_utils import Database

from tests.building import at, plan, sample, store
from workbench.domain.reviews import Review, ReviewChange, ReviewField, Verdict
from workbench.domain.runs import Run
from workbench.errors import DatabaseError, DataError
from workbench.storage.cases.review_log import last_change, load_changes, load_reviews, save_change

ANN, BOB = "ann", "bob"


@pytest.fixture
def run(db: Database) -> Run:
    store(db, [sample("a"), sample("b")])
    plan(db, ["a", "b"], name="other")
    return plan(db, ["a", "b"])


def change(
    value: str | None,
    field: ReviewField = ReviewField.VERDICT,
    *,
    name: str = "a",
    reviewer: str = ANN,
    seconds: float = 0,
    undoes: int | None = None,
) -> ReviewChange:
    return ReviewChange(name, reviewer, field, value, at(seconds), undoes)


def test_the_log_keeps_every_change_in_order(db: Database, run: Run) -> None:
    said = [
        change("unsure"),
        change("model wrong", seconds=1),
        change("model wrong", reviewer=BOB),
        change(None, seconds=2),
        change("dark blurred", ReviewField.TAGS, name="b"),
    ]
    numbers = [save_change(db, run.id, one) for one in said]
    assert numbers == sorted(numbers)
    assert load_changes(db, run.id) == said


def test_a_review_is_what_the_log_comes_to(db: Database, run: Run) -> None:
    for one in (
        change("unsure"),
        change("model wrong", seconds=5),
        change("dark blurred", ReviewField.TAGS, seconds=1),
        change("first", ReviewField.NOTE, seconds=2),
        change(None, ReviewField.NOTE, seconds=3),
        change("sad", ReviewField.LABEL, seconds=4),
    ):
        save_change(db, run.id, one)
    assert load_reviews(db, run.id) == {
        "a": [Review(ANN, Verdict.MODEL_WRONG, "sad", ("dark", "blurred"), None, at(5))]
    }


def test_two_reviewers_never_overwrite_each_other(db: Database, run: Run) -> None:
    save_change(db, run.id, change("unsure"))
    save_change(db, run.id, change("gold doubtful", reviewer=BOB))
    save_change(db, run.id, change(None))
    assert load_reviews(db, run.id) == {"a": [Review(BOB, Verdict.GOLD_DOUBTFUL, changed_at=at())]}
    save_change(db, run.id, change("bad media"))
    assert [review.reviewer for review in load_reviews(db, run.id, "a")["a"]] == [ANN, BOB]
    assert load_reviews(db, run.id, "b") == {}


def test_a_run_has_reviews_of_its_own(db: Database, run: Run) -> None:
    save_change(db, run.id, change("unsure"))
    other = run.id - 1
    assert load_reviews(db, other) == {}
    assert load_changes(db, other) == []
    assert last_change(db, other, ANN) is None


def test_a_sample_that_the_run_does_not_hold_cannot_be_reviewed(db: Database, run: Run) -> None:
    with pytest.raises(DataError, match="the run has no sample 'nobody'"):
        save_change(db, run.id, change("unsure", name="nobody"))
    store(db, [sample("a"), sample("b"), sample("late")])
    with pytest.raises(DataError, match="the run has no sample 'late'"):
        save_change(db, run.id, change("unsure", name="late"))
    assert load_changes(db, run.id) == []


def test_the_latest_change_comes_with_what_it_replaced(db: Database, run: Run) -> None:
    save_change(db, run.id, change("unsure"))
    second = save_change(db, run.id, change("model wrong", seconds=1))
    save_change(db, run.id, change("bad media", reviewer=BOB, seconds=2))
    assert last_change(db, run.id, ANN) == (second, change("model wrong", seconds=1), "unsure")
    assert last_change(db, run.id, "nobody") is None


def test_a_change_can_be_taken_back_once(db: Database, run: Run) -> None:
    number = save_change(db, run.id, change("unsure"))
    save_change(db, run.id, change(None, undoes=number))
    assert last_change(db, run.id, ANN) is None
    with pytest.raises(DatabaseError, match="UNIQUE"):
        save_change(db, run.id, change(None, undoes=number))


def test_what_a_reviewer_writes_is_data(db: Database, run: Run) -> None:
    note = "'; DROP TABLE run; -- [b] \x1b[2J 喜\n100%_"
    save_change(db, run.id, change(note, ReviewField.NOTE, reviewer="o'hara; --"))
    assert load_reviews(db, run.id)["a"][0].note == note


def test_a_review_that_says_nothing_is_empty() -> None:
    assert Review(ANN).is_empty
    assert Review(ANN, note="").is_empty
    assert not any(
        one.is_empty for one in (Review(ANN, Verdict.UNSURE), Review(ANN, label="sad"), Review(ANN, tags=("x",)))
    )
