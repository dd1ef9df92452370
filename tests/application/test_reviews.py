from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlite_utils import Database

from tests.building import CARD, at, exchange, plan, ranked, received, sample, store
from workbench.application.context import Context
from workbench.application.reviews import CaseReader, ReviewProgress, ReviewSession, Undone, open_review
from workbench.domain.cases import CaseFilter, CaseKind
from workbench.domain.reviews import PeerAgreement, Review, ReviewField, Verdict
from workbench.domain.runs import Run
from workbench.errors import DataError, UsageError
from workbench.settings import load_settings
from workbench.storage.cases.review_log import load_changes
from workbench.storage.runs.plans import open_batches
from workbench.storage.runs.run_control import claim_run, release_run
from workbench.storage.runs.run_records import load_run
from workbench.storage.workspace.connections import path_of
from workbench.storage.workspace.database import open_workspace


@pytest.fixture
def db(tmp_path: Path) -> Iterator[Database]:
    """A workspace with a run that holds a (right), b (wrong) and c (open)."""
    with closing(open_workspace(tmp_path / "emowb.db", create=True)) as workspace:
        store(workspace, [sample("a"), sample("b", "sad"), sample("c")])
        run = plan(workspace, ["a", "b"], ["c"])
        lease = claim_run(workspace, run, at())
        batch = open_batches(workspace, run.id)[0]
        said = received({"a": ranked("happy"), "b": ranked("happy", "sad")}, gold={"b": "sad"}, text="reply")
        exchange(workspace, lease, batch, said)
        release_run(workspace, lease, reason=None, elapsed_s=1, at=at())
        yield workspace


@pytest.fixture
def run(db: Database) -> Run:
    return load_run(db, CARD.key, "main")


@pytest.fixture
def ann(db: Database, run: Run) -> ReviewSession:
    return session(db, run, "ann")


def session(db: Database, run: Run, reviewer: str) -> ReviewSession:
    return ReviewSession(db, run, CARD, reviewer, lambda: at(7))


def mine(ann: ReviewSession, name: str = "a") -> Review:
    return ann.case(name).mine


def test_a_case_holds_all_that_a_reviewer_sees(ann: ReviewSession, db: Database, run: Run) -> None:
    session(db, run, "bob").set_verdict("b", Verdict.GOLD_DOUBTFUL)
    ann.set_note("b", "she smiles")
    case = ann.case("b")
    assert (case.result.sample.gold, case.result.gold_rank, case.result.failure) == ("sad", 2, "wrong")
    assert [attempt.reply for attempt in case.attempts] == ["reply"]
    assert case.mine == Review("ann", note="she smiles", changed_at=at(7))
    assert case.others == (Review("bob", Verdict.GOLD_DOUBTFUL, changed_at=at(7)),)


def test_a_case_that_is_still_open_can_be_looked_at(ann: ReviewSession) -> None:
    case = ann.case("c")
    assert (case.result.prediction, case.attempts, case.others) == (None, (), ())
    assert case.mine.is_empty


def test_a_case_that_is_not_there_is_said(ann: ReviewSession) -> None:
    with pytest.raises(DataError, match="run main has no sample 'nobody'"):
        ann.case("nobody")
    with pytest.raises(DataError, match="no sample 'nobody'"):
        ann.set_verdict("nobody", Verdict.UNSURE)


def test_the_four_fields_are_set_and_cleared(ann: ReviewSession) -> None:
    ann.set_verdict("a", Verdict.UNSURE)
    ann.set_label("a", "sad")
    ann.set_tags("a", ("dark", "profile"))
    ann.set_note("a", "  two\nlines ")
    assert mine(ann) == Review("ann", Verdict.UNSURE, "sad", ("dark", "profile"), "two\nlines", at(7))
    ann.set_verdict("a", None)
    ann.set_label("a", None)
    ann.set_tags("a", ())
    ann.set_note("a", "   ")
    assert mine(ann).is_empty


def test_a_label_is_one_of_the_cards(ann: ReviewSession) -> None:
    with pytest.raises(UsageError, match="unknown label 'happyy'; did you mean happy"):
        ann.set_label("a", "happyy")
    assert mine(ann).is_empty


def test_tags_are_words_each_once(ann: ReviewSession) -> None:
    ann.set_tags("a", (" hard to  see ", "dark", "dark", "", " "))
    assert mine(ann).tags == ("hard-to-see", "dark")


def test_what_one_says_another_does_not_find_as_his_own(ann: ReviewSession, db: Database, run: Run) -> None:
    bob = session(db, run, "bob")
    ann.set_verdict("a", Verdict.UNSURE)
    reader = partial(CaseReader.open, path_of(db), run.id)
    with closing(reader("ann")) as of_ann, closing(reader("bob")) as of_bob:
        assert of_ann.count(CaseFilter(CaseKind.FLAGGED)) == 1
        assert of_bob.count(CaseFilter(CaseKind.FLAGGED)) == 0
        assert of_bob.count(CaseFilter(CaseKind.UNREVIEWED)) == 3
    assert bob.undo() is None
    assert mine(ann).verdict is Verdict.UNSURE


def test_progress_says_how_far_one_is_and_what_others_say(ann: ReviewSession, db: Database, run: Run) -> None:
    assert ann.progress() == ReviewProgress([], None, {})
    ann.set_verdict("a", Verdict.UNSURE)
    session(db, run, "bob").set_label("b", "sad")
    assert ann.progress() == ReviewProgress([0], 1.0, {1: PeerAgreement.OTHERS_ALONE})
    assert ann.reviewers() == ["ann", "bob"]


# ── undo ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_undo_goes_back_step_by_step_and_says_what_holds_again(ann: ReviewSession) -> None:
    ann.set_verdict("a", Verdict.UNSURE)
    ann.set_verdict("a", Verdict.MODEL_WRONG)
    ann.set_note("b", "hm")
    assert ann.undo() == Undone("b", ReviewField.NOTE, None)
    assert ann.undo() == Undone("a", ReviewField.VERDICT, "unsure")
    assert mine(ann).verdict is Verdict.UNSURE
    assert ann.undo() == Undone("a", ReviewField.VERDICT, None)
    assert mine(ann).is_empty
    assert ann.undo() is None


def test_a_new_change_after_undo_is_the_next_to_be_undone(ann: ReviewSession) -> None:
    ann.set_verdict("a", Verdict.UNSURE)
    ann.set_verdict("a", Verdict.MODEL_WRONG)
    ann.undo()
    ann.set_verdict("a", Verdict.BAD_MEDIA)
    assert ann.undo() == Undone("a", ReviewField.VERDICT, "unsure")
    assert ann.undo() == Undone("a", ReviewField.VERDICT, None)
    assert ann.undo() is None


def test_clearing_can_be_undone(ann: ReviewSession) -> None:
    ann.set_tags("a", ("dark", "blurred"))
    ann.set_tags("a", ())
    assert ann.undo() == Undone("a", ReviewField.TAGS, "dark blurred")
    assert mine(ann).tags == ("dark", "blurred")


def test_undo_is_remembered_by_the_workspace_and_hides_nothing(ann: ReviewSession, db: Database, run: Run) -> None:
    ann.set_verdict("a", Verdict.UNSURE)
    ann.set_verdict("a", Verdict.MODEL_WRONG)
    session(db, run, "ann").undo()
    assert session(db, run, "ann").undo() == Undone("a", ReviewField.VERDICT, None)
    log = load_changes(db, run.id)
    assert [change.value for change in log] == ["unsure", "model wrong", "unsure", None]
    assert [change.undoes for change in log] == [None, None, 2, 1]


Act = tuple[str, str | None]
acts = st.lists(
    st.one_of(
        st.just(("undo", None)),
        st.tuples(st.sampled_from(("a", "b")), st.sampled_from((*Verdict, None))),
    ),
    max_size=14,
)


@given(acts)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=30, deadline=None)
def test_undo_is_a_stack_whatever_is_done_in_between(ann: ReviewSession, run: Run, done: list[Act]) -> None:
    while ann.undo() is not None:
        pass
    stack: list[tuple[str, str | None]] = []
    now: dict[str, str | None] = {"a": None, "b": None}
    for name, verdict in done:
        if name == "undo":
            undone = ann.undo()
            assert (undone is None) == (not stack)
            if stack:
                changed, before = stack.pop()
                now[changed] = before
        else:
            if verdict != now[name]:  # the same again is no change
                stack.append((name, now[name]))
            now[name] = verdict
            ann.set_verdict(name, Verdict(verdict) if verdict else None)
        assert {one: mine(ann, one).verdict for one in now} == now


def test_saying_the_same_again_leaves_one_thing_to_undo(ann: ReviewSession) -> None:
    ann.set_verdict("a", Verdict.UNSURE)
    ann.set_verdict("a", Verdict.UNSURE)
    assert ann.undo() is not None
    assert mine(ann).is_empty
    assert ann.undo() is None


# ── opening, and another run beside ──


@pytest.fixture
def context(tmp_path: Path) -> Context:
    """A workspace with two runs of RAF-DB and two of CH-SIMS."""
    path = tmp_path / "emowb.db"
    with closing(open_workspace(path, create=True)) as db:
        for key in ("rafdb", "chsims"):
            store(db, [sample(f"{key}/a")], key=key)
            for name in ("first", "second"):
                plan(db, [f"{key}/a"], name=name, key=key)
    return Context(settings=replace(load_settings({}, tmp_path), db=path), environment={})


def test_the_list_begins_with_what_changed_from_the_other_run(context: Context) -> None:
    review = open_review(context, "rafdb", "first", "second")
    assert review.wanted == CaseFilter(changed_from="second")
    session = review.open_session()
    assert session.beside is not None
    assert (session.run.name, session.beside.name) == ("first", "second")
    session.db.close()
    assert open_review(context, "chsims", "first", "second").wanted.unscored == ("neutral",)
    assert open_review(context, "rafdb", "first").wanted == CaseFilter()


@pytest.mark.parametrize(("name", "says"), [("secnd", "did you mean second"), ("first", "itself")])
def test_a_run_to_compare_with_that_is_none_is_refused_before_the_screen_opens(
    context: Context, name: str, says: str
) -> None:
    with pytest.raises(UsageError, match=says):
        open_review(context, "rafdb", "first", name)


@pytest.fixture
def unsent(tmp_path: Path) -> Iterator[Database]:
    with closing(open_workspace(tmp_path / "emowb.db", create=True)) as workspace:
        store(workspace, [sample("a"), sample("b")])
        yield workspace


def test_another_runs_answer_stands_beside_where_it_planned_the_sample(unsent: Database) -> None:
    here, there = plan(unsent, ["a", "b"], name="here"), plan(unsent, ["a"], name="there")
    exchange(
        unsent,
        claim_run(unsent, there, at()),
        open_batches(unsent, there.id)[0],
        received({"a": ranked("sad", "happy")}),
    )
    session = ReviewSession(unsent, here, CARD, "ann", at, there)
    beside = session.case("a").beside
    assert beside is not None
    assert beside.run == "there"
    assert beside.result is not None
    assert beside.result.prediction == ranked("sad", "happy")
    not_planned = session.case("b").beside
    assert not_planned is not None
    assert not_planned.result is None


def test_a_run_that_is_looked_at_by_itself_has_nothing_beside(unsent: Database) -> None:
    run = plan(unsent, ["a"])
    assert ReviewSession(unsent, run, CARD, "ann", at).case("a").beside is None
