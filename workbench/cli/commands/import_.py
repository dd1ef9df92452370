"""`emowb import`: a published data set from its archive, or one's own from a manifest."""

import csv
import re
from collections import Counter
from pathlib import Path
from typing import Annotated, Final

import typer

from workbench.application.datasets import find_card
from workbench.application.importing import (
    FIELDS,
    ImportOptions,
    ImportReport,
    KeptLabels,
    MajorityRule,
    import_archive,
    import_manifest,
    manifest_template,
)
from workbench.cli.context import AsJson, context_of
from workbench.cli.output import say, show, show_json, suggest
from workbench.domain.datasets.cards import DatasetCard
from workbench.domain.json_values import json_value
from workbench.errors import EXIT_WORTH_KNOWING, UsageError, unknown_name

_SKIPPED_SHOWN: Final = 10
_KIND: Final = re.compile(r"^(no (?:file|folder|pictures)|unknown label(?: code)?|its label)\b.*", re.DOTALL)
"""What reasons have in common that name a file or word."""


def import_set(
    command: typer.Context,
    key: Annotated[
        str | None, typer.Argument(metavar="KEY", help="The data set's key, or a new key for your own.")
    ] = None,
    path: Annotated[
        Path | None,
        typer.Argument(metavar="[PATH]", help="The unpacked archive. With --manifest: where its paths start."),
    ] = None,
    *,
    manifest: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Import your own data set: CSV or JSONL, one row for each sample."),
    ] = None,
    template: Annotated[bool, typer.Option("--template", help="Print a manifest to fill in, and stop.")] = False,
    task: Annotated[
        str | None, typer.Option(help="Your own data set: facial, visual sentiment, micro-expression, ...")
    ] = None,
    columns: Annotated[
        str | None,
        typer.Option(
            metavar="FIELD=COLUMN,...",
            help="Your own data set: which column is the id, path, gold, text, score, subject or split.",
        ),
    ] = None,
    labels: Annotated[
        str | None,
        typer.Option(
            help="The gold labels to keep: paper (the default) or all. Your own data set: all its labels, with commas."
        ),
    ] = None,
    split: Annotated[
        str | None,
        typer.Option(
            metavar="SPLIT", help="Another split than the test split. CMU-MOSI also takes a file that lists videos."
        ),
    ] = None,
    agreement: Annotated[int, typer.Option(help="twitter1: how many of five people must agree: 3, 4 or 5.")] = 3,
    majority: Annotated[MajorityRule, typer.Option(help="ferplus: the rule that makes a label of ten votes.")] = (
        MajorityRule.ARGMAX
    ),
    strict_apex: Annotated[
        bool,
        typer.Option("--strict-apex", help="Skip clips without an apex frame. Default: take the middle frame instead."),
    ] = False,
    transcripts: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="What is said in the clips: a table with the columns name and text (or chinese, english).",
        ),
    ] = None,
    frames_root: Annotated[
        Path | None,
        typer.Option(metavar="FOLDER", help="The folder of the media, where it is not that of the annotations."),
    ] = None,
    encoding: Annotated[
        str | None,
        typer.Option(help="The encoding of the text files (cp1252, gb18030, ...), where it is not UTF-8."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Import a published data set as its owners ship it, or a data set of your own.

    Nothing is copied: samples point to their files. Importing again brings the samples up to date. Without options,
    you get the samples that the paper scored.

    \b
    Examples:
        emowb import casme2 ~/data/CASME2
        emowb import twitter1 ~/data/twitter --agreement 5
        emowb import --template > mine.csv
        emowb import mine --manifest mine.csv
    """
    if template:
        typer.echo(manifest_template(), nl=False)
        return
    if key is None:
        raise UsageError(
            "name a data set; `emowb datasets` lists the keys, and --template prints a manifest for your own"
        )
    if columns is not None and manifest is None:
        raise UsageError("--columns is for a table of your own; give it with --manifest")
    context = context_of(command)
    is_new = not context.settings.db.exists()
    if manifest is not None:
        names = None if labels is None else [name.strip() for name in labels.split(",")]
        report = import_manifest(
            context,
            key,
            manifest,
            root=path,
            labels=names,
            task=task,
            encoding=encoding,
            columns=_columns(columns),
        )
    else:
        options = ImportOptions(
            strict_apex=strict_apex,
            split=split,
            agreement=agreement,
            labels=_kept_labels(labels),
            majority=majority,
            transcripts=transcripts,
            frames_root=frames_root,
            encoding=encoding,
        )
        report = import_archive(context, key, path, options, task=task)
    if as_json:
        show_json(json_value(report))
    else:
        _show_report(find_card(context, report.dataset), report)
        if is_new:
            say(f"workspace: {context.settings.db}")
        suggest(f"emowb run {report.dataset} --endpoint NAME  (`--endpoint embedded` needs no key)")
    if report.doubts or (report.skipped and not report.complete):
        raise typer.Exit(EXIT_WORTH_KNOWING)


def _columns(words: str | None) -> dict[str, str]:
    """Raise UsageError for a pair without `=` and for an unknown field."""
    columns: dict[str, str] = {}
    for pair in [] if words is None else next(csv.reader([words], skipinitialspace=True)):
        field, mark, column = (part.strip() for part in pair.partition("="))
        if not mark or not column:
            raise UsageError(f"--columns is written path=COLUMN,gold=COLUMN, not {pair!r}")
        if field not in FIELDS:
            raise unknown_name("field", field, FIELDS)
        if field in columns or column in columns.values():
            raise UsageError(f"--columns names {field if field in columns else column} twice")
        columns[field] = column
    return columns


def _kept_labels(word: str | None) -> KeptLabels:
    if word is None:
        return KeptLabels.PAPER
    if word not in list(KeptLabels):
        raise unknown_name("choice of labels", word, KeptLabels)
    return KeptLabels(word)


def _show_report(card: DatasetCard, report: ImportReport) -> None:
    expected = "" if report.expected in (None, report.imported) else f" (the paper's Table 1: {report.expected})"
    show(f"{card.title}: {report.imported} samples{expected}")
    show("  " + ", ".join(f"{label} {count}" for label, count in report.by_label.items()))
    for note in report.notes:
        show(f"  note: {note}")
    for doubt in report.doubts:
        show(f"  look: {doubt}")
    if report.skipped:
        reasons = Counter(_KIND.sub(r"\1", one.reason) for one in report.skipped)
        show(
            f"  skipped {len(report.skipped)}: " + "; ".join(f"{reason} ({n})" for reason, n in reasons.most_common(5))
        )
        for one in report.skipped[:_SKIPPED_SHOWN]:
            show(f"    {one.path}: {one.reason}")
        if len(report.skipped) > _SKIPPED_SHOWN:
            show(f"    ... and {len(report.skipped) - _SKIPPED_SHOWN} more; --json lists all")
    say(f"licence: {card.licence}")
