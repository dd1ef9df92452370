from pathlib import Path

import pytest

from workbench.application.context import Context
from workbench.application.datasets import find_card, list_cards
from workbench.domain.datasets.cards import CARDS
from workbench.errors import UsageError
from workbench.settings import Settings


@pytest.fixture
def context(tmp_path: Path) -> Context:
    """A context without a workspace."""
    return Context(settings=Settings(db=tmp_path / "emowb.db", cache=tmp_path), environment={})


def test_a_published_data_set_needs_no_workspace(context: Context) -> None:
    assert find_card(context, "rafdb") is CARDS["rafdb"]
    assert list_cards(context) == [(card, 0) for card in CARDS.values()]
    assert not context.settings.db.exists()


def test_a_misspelt_key_is_reported_before_a_missing_workspace(context: Context) -> None:
    with pytest.raises(UsageError, match="did you mean rafdb"):
        find_card(context, "rafdbb")
