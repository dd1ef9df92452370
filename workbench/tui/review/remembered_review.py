"""What the workbench remembers of the review of a data set: the place, the width of the list, filters with a name."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from workbench.application.reviews import RunReview
from workbench.domain.cases import CaseFilter
from workbench.tui.base.remembered_state import RememberedState, filter_as_json, filter_from_json

NamedFilters = tuple[tuple[str, CaseFilter], ...]
_WIDEST_CELLS: Final = 1000


def as_left(review: RunReview, memory: RememberedState) -> RunReview:
    """The review with the filter and the sample of last time, unless others are asked for or the run is another."""
    known = memory.of_dataset(review.card.key)
    if review.wanted != CaseFilter() or review.start is not None or known.get("run") != review.run.name:
        return review
    wanted, start = filter_from_json(known.get("wanted")), known.get("sample")
    if wanted is None or wanted.changed_from is not None:
        wanted = CaseFilter()
    return replace(review, wanted=wanted, start=start if isinstance(start, str) else None)


class RememberedReview:
    """Of one data set. Changes of the named filters can be undone."""

    def __init__(self, memory: RememberedState, key: str) -> None:
        self._memory = memory
        self._key = key
        self._before: list[NamedFilters] = []

    def keep_place(self, run_name: str, wanted: CaseFilter, sample_id: str) -> None:
        """Remember the sample under the cursor and the filter of the list."""
        self._memory.keep_of_dataset(self._key, run=run_name, wanted=filter_as_json(wanted), sample=sample_id)

    @property
    def list_width(self) -> int | None:
        """The width that was chosen for the list, in cells; None: none was."""
        width = self._memory.of_dataset(self._key).get("list_width")
        return width if isinstance(width, int) and 0 < width < _WIDEST_CELLS else None

    def keep_list_width(self, width: int) -> None:
        """Remember the width of the list."""
        self._memory.keep_of_dataset(self._key, list_width=width)

    @property
    def filters(self) -> NamedFilters:
        """The named filters, by name."""
        known = self._memory.of_dataset(self._key).get("saved")
        found = ((name, filter_from_json(values)) for name, values in known.items()) if isinstance(known, dict) else ()
        return tuple(sorted((str(name), wanted) for name, wanted in found if wanted is not None))

    def keep_filter(self, name: str, wanted: CaseFilter) -> None:
        """Save a filter, in place of another one of that name."""
        self._change([*self._others(name), (name, wanted)])

    def delete_filter(self, name: str) -> None:
        """Forget a filter."""
        self._change(self._others(name))

    def undo(self) -> bool:
        """Take back the last change of the filters. False when there is none."""
        if not self._before:
            return False
        self._write(self._before.pop())
        return True

    def _others(self, name: str) -> list[tuple[str, CaseFilter]]:
        return [(known, wanted) for known, wanted in self.filters if known != name]

    def _change(self, filters: Sequence[tuple[str, CaseFilter]]) -> None:
        self._before.append(self.filters)
        self._write(filters)

    def _write(self, filters: Sequence[tuple[str, CaseFilter]]) -> None:
        self._memory.keep_of_dataset(self._key, saved={name: filter_as_json(wanted) for name, wanted in filters})
