"""Exports of a run: tables, documents and the report as files."""

from pathlib import Path

from workbench.application.context import Context
from workbench.domain.exports import ExportRequest
from workbench.domain.runs import Run
from workbench.export import export_run as export
from workbench.storage.samples import load_card


def export_run(context: Context, run: Run, request: ExportRequest, folder: Path | None = None) -> list[Path]:
    """Write files of a run into `<folder>/<data set>/<run>/`, by default below the folder of the settings.

    Returns their paths in the order asked. Raises UsageError where a format holds none of the tables, for Parquet
    without pyarrow, and for a neutral rule where the data set is not scored by sign, all before anything is written;
    DataError for a folder that cannot be written.
    """
    with context.workspace() as db:
        card = load_card(db, run.dataset)
        return export.export_run(db, card, run, folder or context.settings.exports, request)
