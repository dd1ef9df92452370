"""The data sets that a workspace knows: the published ones, and those that users brought along."""

from workbench.application.context import Context
from workbench.domain.datasets.cards import CARDS, DatasetCard, card_of
from workbench.storage.samples import count_samples, load_card, load_cards


def find_card(context: Context, key: str) -> DatasetCard:
    """The data set with this key. Raises UsageError for an unknown key.

    The published data sets need no workspace, and an unknown key is reported before a missing workspace is.
    """
    if not context.settings.db.exists():
        return card_of(key)
    with context.workspace() as db:
        return load_card(db, key)


def list_cards(context: Context) -> list[tuple[DatasetCard, int]]:
    """Every data set with the number of its samples in the workspace, 0 where none are imported."""
    if not context.settings.db.exists():
        return [(card, 0) for card in CARDS.values()]
    with context.workspace() as db:
        imported = count_samples(db)
        return [(card, imported.get(card.key, 0)) for card in load_cards(db)]
