"""The paper's figures, computed again from the prediction files that its authors published. Needs no workspace."""

from workbench.pipeline.reproducing.published_cells import PublishedCell, Reproduction, reproduce
from workbench.pipeline.reproducing.published_cells import as_json as reproduction_json
from workbench.pipeline.reproducing.sensitivity import CellSensitivity, Sensitivity, vary
from workbench.pipeline.reproducing.sensitivity import as_json as sensitivity_json

__all__ = [
    "CellSensitivity",
    "PublishedCell",
    "Reproduction",
    "Sensitivity",
    "reproduce",
    "reproduction_json",
    "sensitivity_json",
    "vary",
]
