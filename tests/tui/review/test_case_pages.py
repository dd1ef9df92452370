"""The list as positions, and the lines that are known of it."""

from array import array

from hypothesis import given
from hypothesis import strategies as st

from workbench.domain.cases import CaseFilter, CaseKind, CaseRow
from workbench.tui.review.case_pages import CaseListing, KnownRows

POSITIONS = st.sets(st.integers(0, 50))


def listing(*positions: int) -> CaseListing:
    return CaseListing(CaseFilter(CaseKind.FAILURES), array("I", positions))


def row(position: int, *, status: str | None = None) -> CaseRow:
    return CaseRow(position, f"sample {position}", "happy", status, None, None, None, None)


def test_a_position_is_found_or_the_next_one_or_the_last() -> None:
    some = listing(2, 5, 9)
    assert [some.place_of(position) for position in (0, 2, 3, 9, 10)] == [0, 0, 1, 2, 2]
    assert [some.holds(position) for position in (0, 2, 3, 9, 10)] == [False, True, False, True, False]
    assert (listing().place_of(3), listing().holds(3)) == (0, False)


def test_all_samples_take_no_memory_of_their_own() -> None:
    everything = CaseListing(CaseFilter(), range(1_000_000))
    assert (everything.count, everything.place_of(999_999), everything.holds(1_000_000)) == (1_000_000, 999_999, False)


@given(there=POSITIONS, come=POSITIONS, gone=POSITIONS)
def test_positions_come_and_go_in_order(there: set[int], come: set[int], gone: set[int]) -> None:
    changed = listing(*sorted(there)).changed(come - gone, gone - come)
    assert list(changed.positions) == sorted((there | (come - gone)) - (gone - come))


def test_a_list_that_nothing_changes_stays_the_same() -> None:
    some = CaseListing(CaseFilter(), range(3))
    assert some.changed([1], [7]) is some


def test_lines_say_when_one_has_changed_and_keep_those_that_have_not() -> None:
    known = KnownRows()
    assert not known.add([row(1), row(2)])
    first = known.at(1)
    assert not known.add([row(1)])
    assert known.at(1) is first
    assert known.add([row(1, status="ranked"), row(2)])
    assert known.at(1) == row(1, status="ranked")


def test_lines_are_forgotten_from_the_one_longest_unseen_on() -> None:
    known = KnownRows()
    for position in range(3_000):
        known.add([row(position)])
    assert (len(known), 0 in known, 2_999 in known) == (512, False, True)
    known.keep_only([2_999, 5])
    assert (len(known), known.at(2_999)) == (1, row(2_999))
