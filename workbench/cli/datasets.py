"""`emowb datasets` and `emowb import`."""

from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from workbench.cli.context import AsJson, Key, settings_of, workspace
from workbench.cli.output import say, show, show_json, show_table, suggest
from workbench.domain.datasets import CARDS, DatasetCard, card_of
from workbench.errors import EXIT_WORTH_KNOWING
from workbench.importers.choices import Choices, Labels, Majority

if TYPE_CHECKING:
    from workbench.pipeline.importing import ImportReport

_SKIPPED_SHOWN = 10


def register(app: typer.Typer) -> None:
    """Add the commands of this file."""
    app.command("datasets")(list_datasets)
    app.command("import")(import_set)


def list_datasets(context: typer.Context, *, as_json: AsJson = False) -> None:
    """List the data sets with their counts.

    \b
    Example:
        emowb datasets
    """
    settings = settings_of(context)
    imported: dict[str, int] = {}
    if settings.db.exists():
        from workbench.storage.samples import count_samples

        with workspace(settings) as db:
            imported = count_samples(db)
    if as_json:
        show_json([_card_json(card, imported.get(card.key, 0)) for card in CARDS.values()])
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
            for card in CARDS.values()
        ),
    )
    suggest("emowb import KEY PATH")


def import_set(
    context: typer.Context,
    key: Key,
    path: Annotated[Path, typer.Argument(metavar="PATH", help="Where the owner's archive is unpacked.")],
    *,
    split: Annotated[
        str | None,
        typer.Option(metavar="PART", help="Another part than the test part; for CMU-MOSI also a file of videos."),
    ] = None,
    agreement: Annotated[int, typer.Option(help="twitter1: how many of five people agree, 3, 4 or 5.")] = 3,
    labels: Annotated[Labels, typer.Option(help="Keep the labels that the paper scores, or all of the prompt.")] = (
        Labels.PAPER
    ),
    majority: Annotated[
        Majority, typer.Option(help="ferplus: the rule that makes a label of votes.")
    ] = Majority.ARGMAX,
    strict_apex: Annotated[
        bool, typer.Option("--strict-apex", help="Skip clips without an apex; else the middle of their span is taken.")
    ] = False,
    transcripts: Annotated[
        Path | None, typer.Option(metavar="FILE", help="A table with the columns name and text (or chinese, english).")
    ] = None,
    frames_root: Annotated[
        Path | None, typer.Option(metavar="FOLDER", help="The media, where they lie apart from the annotations.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Import a data set from its native layout.

    Importing again updates and doubles nothing. Without options, what the paper scored is imported.

    \b
    Examples:
        emowb import casme2 ~/data/CASME2
        emowb import twitter1 ~/data/twitter --agreement 5
    """
    from workbench.importers.readers import read_dataset
    from workbench.pipeline.importing import store_dataset

    card = card_of(key)
    settings = settings_of(context)
    choices = Choices(
        strict_apex=strict_apex,
        split=split,
        agreement=agreement,
        labels=labels,
        majority=majority,
        transcripts=transcripts,
        frames_root=frames_root,
    )
    found = read_dataset(card, path, choices=choices)  # before a workspace is made: a wrong path leaves none
    made = not settings.db.exists()
    with workspace(settings, create=True) as db:
        report = store_dataset(db, card, found)
    if as_json:
        show_json(_report_json(report))
    else:
        _show_report(card, report)
        if made:
            say(f"workspace: {settings.db}")
        suggest(f"emowb run {card.key} --endpoint NAME  (`--endpoint embedded` needs no key)")
    if report.skipped:
        raise typer.Exit(EXIT_WORTH_KNOWING)


def _show_report(card: DatasetCard, report: "ImportReport") -> None:
    expected = "" if report.expected in (None, report.imported) else f" (the paper's Table 1: {report.expected})"
    show(f"{card.title}: {report.imported} samples{expected}")
    show("  " + ", ".join(f"{label} {count}" for label, count in report.by_label.items()))
    for note in report.notes:
        show(f"  note: {note}")
    if report.skipped:
        reasons = Counter(one.reason for one in report.skipped)
        show(
            f"  skipped {len(report.skipped)}: " + "; ".join(f"{reason} ({n})" for reason, n in reasons.most_common(5))
        )
        for one in report.skipped[:_SKIPPED_SHOWN]:
            show(f"    {one.path}: {one.reason}")
        if len(report.skipped) > _SKIPPED_SHOWN:
            show(f"    ... and {len(report.skipped) - _SKIPPED_SHOWN} more; --json lists all")
    say(f"licence: {card.licence}")


def _report_json(report: "ImportReport") -> dict[str, Any]:
    return {
        "dataset": report.dataset,
        "imported": report.imported,
        "skipped": [{"path": one.path, "reason": one.reason} for one in report.skipped],
        "expected": report.expected,
        "by_label": dict(report.by_label),
        "notes": list(report.notes),
    }


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
