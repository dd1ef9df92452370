"""`emowb datasets`."""

from typing import Any

import typer

from workbench.application.datasets import list_cards
from workbench.cli.context import AsJson, context_of
from workbench.cli.output import show_json, show_table, suggest
from workbench.domain.datasets.cards import DatasetCard


def list_datasets(command: typer.Context, *, as_json: AsJson = False) -> None:
    """List the data sets, your own among them, with their numbers of samples.

    \b
    Example:
        emowb datasets
    """
    cards = list_cards(context_of(command))
    if as_json:
        show_json([_card_json(card, imported) for card, imported in cards])
        return
    show_table(
        ("key", "data set", "task", "labels", "#expected", "#imported", "licence"),
        (
            (card.key, card.title, card.task, len(card.labels.names), card.expected, imported or None, card.licence)
            for card, imported in cards
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
