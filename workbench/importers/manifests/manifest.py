"""A user's own data set: a table of paths, texts and gold labels, instead of an owner's layout.

From then on it is a data set like any other: its card says what the cards of the built-in ones say. One row that
cannot be used is listed with its line, and the rest is imported.
"""

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from workbench.domain.datasets.cards import DatasetCard
from workbench.domain.visible import visible
from workbench.errors import DataError, UsageError
from workbench.importers.files.path_guard import why_unusable
from workbench.importers.ledger import Found
from workbench.importers.manifests.manifest_cards import ManifestSettings, require_own_key
from workbench.importers.manifests.manifest_rows import Manifest, opened_manifest
from workbench.importers.manifests.manifest_samples import ManifestReading

_TEMPLATE: Final = """\
## A data set of your own: one row a sample. Replace the example rows, then: emowb import KEY --manifest THIS_FILE
## Lines that begin with two # are remarks. Remove one # of a setting to make it count; all may be left out:
## labels: happy, sad, angry, neutral
##   what a model may choose from; without it, the gold labels in order of their first appearance
## task: facial
##   or visual sentiment, micro-expression, dynamic facial, multimodal; without it, what fits the media
## frames: uniform(3)
##   of clips: apex, all, last(n), uniform(n), ends(n)
## batch_size: 20
##   samples in one request
## folds: happy=positive, neutral=positive, sad=negative, angry=negative
##   the classes that labels are scored as, where these differ
# title: My data set
## Columns, in any order; needed are path or text, and gold or score; leave out what you do not have:
##   id       a name of the sample's own; without it, the path without its suffix
##   path     from the folder of this file: a picture, a video (.mp4 .avi .mov .mkv .webm), a folder of numbered
##            frames, or several pictures in their order: a/1.png|a/2.png
##   gold     the right label
##   text     what is said; put quotes around a text with a comma in it
##   score    intensity of sentiment as a number; without gold, its sign is the label
##   subject  who is seen: samples of one person resemble each other, which intervals take into account
##   split    train, test, ...; kept for you, every row is imported
id,path,gold,text,score,subject,split
example-1,faces/anna-1.jpg,happy,,,anna,test
example-2,faces/anna-2.jpg,sad,,,anna,test
example-3,faces/ben-1.jpg,happy,,,ben,test
"""


def template() -> str:
    """A manifest to fill in."""
    return _TEMPLATE


def read_manifest(
    key: str,
    manifest: Path,
    *,
    root: Path | None = None,
    labels: Sequence[str] | None = None,
    task: str | None = None,
    batch_size: int | None = None,
    frames: str | None = None,
) -> tuple[DatasetCard, Found]:
    """Read the data set that a manifest lists; its paths are relative to `root`, or else to the manifest's folder.

    What is given here counts before what the manifest says. No medium is opened. Raises UsageError for a key that is
    taken or none, and for flags that cannot be meant; DataError for a manifest that cannot be read or holds no sample.
    """
    require_own_key(key)
    flags = _flags(labels=labels, task=task, batch_size=batch_size, frames=frames)
    file = _existing_file(manifest)
    top = _existing_folder(manifest.parent if root is None else root)
    with opened_manifest(file) as opened:
        reading = ManifestReading(key, flags.over(_settings(manifest, opened)), top)
        for column in opened.unknown:
            reading.note(f"column {column!r} means nothing here and was not read")
        for row in opened.rows:
            reading.add(row)
    try:
        return reading.close()
    except ValueError as error:
        raise DataError(f"{visible(str(manifest))}: {error}") from error


def _flags(**given: object) -> ManifestSettings:
    try:
        return ManifestSettings.parse(given)
    except ValueError as error:
        raise UsageError(str(error)) from error


def _settings(manifest: Path, opened: Manifest) -> ManifestSettings:
    try:
        return ManifestSettings.parse(opened.settings)
    except ValueError as error:
        raise DataError(f"{visible(str(manifest))}: {error}") from error


def _existing_folder(folder: Path) -> Path:
    real = Path(os.path.realpath(folder))
    if not real.is_dir():
        raise DataError(f"{visible(str(folder))} is no folder; give the one that the manifest's paths start from")
    return real


def _existing_file(manifest: Path) -> Path:
    real = Path(os.path.realpath(manifest))
    reason = why_unusable(real.parent, real.name, folder=False)
    if reason:
        raise DataError(f"{visible(str(manifest))}: {reason}")
    return real
