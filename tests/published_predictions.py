"""Where the authors' published prediction files lie on this machine; they are no part of the project."""

import os
from pathlib import Path

import pytest


def published_predictions(*parts: str) -> Path:
    """The folder, or a file in it; skips the test where it is absent."""
    given = os.environ.get("EMOWB_PREDICTIONS")
    folder = Path(given) if given else Path(__file__).parents[2] / "shared" / "predictions"
    path = folder.joinpath(*parts)
    if not path.exists():
        pytest.skip(f"the published predictions are not at {path}; name their folder in EMOWB_PREDICTIONS")
    return path
