"""First choices of the published prediction files."""

import csv

from tests.published_predictions import published_predictions


def published(*parts: str) -> dict[str, tuple[str, str]]:
    """Sample (its name without a suffix) to gold label and first choice, for those that were answered."""
    with published_predictions(*parts).open(newline="", encoding="utf-8") as file:
        return {
            row["name"].split(".")[0]: (row["gt"], row["gpt4v"].split(",")[0])
            for row in csv.DictReader(file)
            if row["gpt4v"]
        }
