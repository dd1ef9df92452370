"""`emowb datasets`."""

from typing import Any

import typer

from workbench.cli.context import AsJson, settings_of, workspace
from workbench.cli.output import show_json, show_table, suggest
from workbench.domain.datasets.cards import CARDS, DatasetCard


def register(app: typer.Typer) -> None:
    """Add the command of this file."""
    app.command("datasets")(list_datasets)


def list_datasets(context: typer.Context, *, as_json: AsJson = False) -> None:
    """List the data sets with their counts, your own among them.

    \b
    Example:
        emowb datasets
    """
    settings = settings_of(context)
    imported: dict[str, int] = {}
    cards = list(CARDS.values())
    if settings.db.exists():
        from workbench.storage.samples import count_samples, load_cards

        with workspace(settings) as db:
            imported, cards = count_samples(db), load_cards(db)
    if as_json:
        show_json([_card_json(card, imported.get(card.key, 0)) for card in cards])
        return
    show_table(
        ("key", "data set", "task", "labels", "#expected", "#imported", "licence"),
        (
            (
                card.key,
                card.title,
                card.task,
                len(card.labels.names),
                card.expected,
                imported.get(card.key),
                card.licence,
            )
            for card in cards
        ),
    )
    suggest("emowb import KEY PATH")


def _card_json(card: DatasetCard, imported: int) -> dict[str, Any]:
    return {
        "key": card.key,
        "title": card.title,
        "task": card.task,
        "modality": card.modality,
        "labels": list(card.labels.names),
        "classes": list(card.classes),
        "expected": card.expected,
        "imported": imported,
        "licence": card.licence,
    }
