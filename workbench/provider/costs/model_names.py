"""Under which name of a table a model is found: its own, or its family's where it is a dated release of it."""

import re
from collections.abc import Container
from typing import Final

_DATE: Final = re.compile(r"-(?:\d{4}-\d{2}-\d{2}|\d{8})\Z")


def listed_name(model: str, names: Container[str]) -> str | None:
    """`model` itself where the table has it, else the name before a final date; None where the table has neither.

    `gpt-4o-2024-08-06` is found as `gpt-4o`, and so is `gpt-4o-20240806`. No other ending is left off:
    `gpt-4o-audio-preview-2024-10-01` is not a `gpt-4o`, and a price that is nearly right would be a wrong one.
    """
    if model in names:
        return model
    family = _DATE.sub("", model)
    return family if family in names else None
