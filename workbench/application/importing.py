"""How data sets and predictions come into a workspace.

What is given is read before the workspace is made, so that a wrong path leaves none behind.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path

from workbench.application.context import Context
from workbench.domain.datasets.cards import DatasetCard, card_of
from workbench.domain.datasets.tasks import Modality
from workbench.errors import DataError, UsageError
from workbench.importers.import_options import ImportOptions, KeptLabels, MajorityRule
from workbench.importers.import_result import ImportResult
from workbench.importers.manifests.manifest import read_manifest
from workbench.importers.manifests.manifest import template as manifest_template
from workbench.importers.manifests.manifest_card import require_own_key
from workbench.importers.manifests.manifest_file import FIELDS, Headings, read_headings
from workbench.importers.read_dataset import options_of, read_dataset, splits_of
from workbench.importers.recognition import Candidate, find_candidates
from workbench.pipeline import load_predictions as loading
from workbench.pipeline.load_predictions import AnswerWords, LoadReport
from workbench.pipeline.store_dataset import ImportReport, store_dataset
from workbench.storage.samples import load_card

__all__ = [
    "FIELDS",
    "Candidate",
    "Headings",
    "ImportOptions",
    "ImportReport",
    "KeptLabels",
    "LoadReport",
    "MajorityRule",
    "find_candidates",
    "import_archive",
    "import_manifest",
    "load_predictions",
    "manifest_template",
    "options_of",
    "read_headings",
    "require_own_key",
    "splits_of",
]


def import_archive(
    context: Context, key: str, path: Path | None, options: ImportOptions, *, task: str | None = None
) -> ImportReport:
    """Import a published data set from its archive, which lies unpacked at `path`. Makes the workspace if need be.

    Raises UsageError for an unknown key, a missing path and for options that the data set does not know; DataError
    where nothing of it is found.
    """
    card = card_of(key)
    if path is None:
        raise UsageError(f"say where {card.title} is unpacked: emowb import {card.key} PATH")
    if task is not None:
        raise UsageError(f"--task is for sets of your own; {card.key} is {card.task}")
    return _store(context, card, read_dataset(card, path, options=options))


def import_manifest(
    context: Context,
    key: str,
    manifest: Path,
    *,
    root: Path | None = None,
    labels: Sequence[str] | None = None,
    task: str | None = None,
    encoding: str | None = None,
    columns: Mapping[str, str] | None = None,
) -> ImportReport:
    """Import a data set of the user's own from a manifest. Makes the workspace if need be.

    Paths in the manifest start at `root`, by default its own folder. `columns` names the column of a field, by field,
    where it does not have the field's name. Raises UsageError for a key that is taken or
    cannot be one, DataError for a manifest that cannot be read or lists no sample.
    """
    card, found = read_manifest(key, manifest, root=root, labels=labels, task=task, encoding=encoding, columns=columns)
    return _store(context, card, found)


def _store(context: Context, card: DatasetCard, found: ImportResult) -> ImportReport:
    with context.workspace(create=True) as db:
        return store_dataset(db, card, found)


def load_predictions(
    context: Context,
    key: str,
    path: Path,
    name: str,
    *,
    model: str | None = None,
    modality: Modality | None = None,
    gold_path: Path | None = None,
    labels: Sequence[str] = (),
    codes: Mapping[str, str] | None = None,
    encoding: str | None = None,
) -> LoadReport:
    """Make a run of a file of predictions, called `name`. Makes the workspace if need be.

    A data set that is not imported is made from the file, and from a file of all gold labels where one is given.
    `model` is by default the run's name, `modality` all that the data set has. `labels` (in the order of their numbers)
    and `codes` say what class numbers in the file mean. Raises UsageError for an unknown key, a
    word that is no label, a name that is taken and a modality that the data set does not have; DataError for a file
    that cannot be used.
    """
    for file in (path, gold_path):
        if file is not None and not file.is_file():
            raise DataError(f"{file} is no file")
    if not context.settings.db.exists():
        card_of(key)
    with context.workspace(create=True) as db:
        card = load_card(db, key)
        if modality is not None:
            card.require_modality(modality)
        return loading.load_predictions(
            db,
            card,
            path,
            name,
            model=model or name,
            modality=modality,
            gold_path=gold_path,
            words=AnswerWords(codes or {}, labels),
            encoding=encoding,
        )
