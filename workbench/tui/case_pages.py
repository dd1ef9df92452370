"""The filtered list in pages, so that a list of any length costs what is seen of it."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from workbench.domain.reviews import CaseFilter
from workbench.review.session import ReviewSession
from workbench.storage.cases import CaseRow

PAGE_ROWS: Final = 64


@dataclass(frozen=True, slots=True)
class Listing:
    """A filtered list as it stood at one moment: its length, a place in it, and the pages around that place."""

    wanted: CaseFilter
    count: int
    place: int
    """From 0; 0 for an empty list."""
    pages: dict[int, list[CaseRow]] = field(default_factory=dict)

    def row(self, place: int) -> CaseRow | None:
        """The row at a place, where its page is here."""
        page = self.pages.get(place // PAGE_ROWS, [])
        within = place % PAGE_ROWS
        return page[within] if within < len(page) else None


def load_listing(session: ReviewSession, wanted: CaseFilter, position: int) -> Listing:
    """The list under a filter, at the sample of that position in the run or the one after it (the last, if none is)."""
    count = session.count(wanted)
    place = min(session.place_of(wanted, position), max(count - 1, 0))
    middle = place // PAGE_ROWS
    pages = {page: load_page(session, wanted, page) for page in range(max(middle - 1, 0), middle + 2)}
    return Listing(wanted, count, place, pages)


def load_page(session: ReviewSession, wanted: CaseFilter, page: int) -> list[CaseRow]:
    """One page of the list."""
    return session.cases(wanted, start=page * PAGE_ROWS, count=PAGE_ROWS)


def load_row(session: ReviewSession, position: int) -> CaseRow:
    """The row of the sample at a position as it stands now, whatever the filter."""
    return session.cases(CaseFilter(), start=position, count=1)[0]


def rows_that(session: ReviewSession, wanted: CaseFilter, fits: Callable[[CaseRow], bool]) -> list[CaseRow]:
    """Every row of the list that fits."""
    return [row for row in session.cases(wanted, start=0, count=session.count(wanted)) if fits(row)]
