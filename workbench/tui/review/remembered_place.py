"""Where one stood in the review of a data set, and how wide its list was."""

from dataclasses import replace

from workbench.application.open_review import ReviewParts
from workbench.domain.cases import CaseFilter
from workbench.tui.base.remembered_state import RememberedState, filter_as_json, filter_from_json


def as_it_was(parts: ReviewParts, memory: RememberedState) -> ReviewParts:
    """The review as it was left, unless something else is wanted of it; the place belongs to the run."""
    known = memory.of_dataset(parts.card.key)
    if parts.wanted != CaseFilter() or parts.start is not None or known.get("run") != parts.run.name:
        return parts
    wanted, start = filter_from_json(known.get("wanted")), known.get("sample")
    if wanted is None or wanted.changed_from is not None:
        wanted = CaseFilter()
    return replace(parts, wanted=wanted, start=start if isinstance(start, str) else None)


def keep_place(parts: ReviewParts, memory: RememberedState, wanted: CaseFilter, sample_id: str) -> None:
    """Remember where one stands."""
    memory.keep_of_dataset(parts.card.key, run=parts.run.name, wanted=filter_as_json(wanted), sample=sample_id)


def list_width(parts: ReviewParts, memory: RememberedState) -> int | None:
    """The width that was chosen for the list; None: none was."""
    width = memory.of_dataset(parts.card.key).get("list_width")
    return width if isinstance(width, int) and 0 < width < _WIDEST else None


_WIDEST = 1000
