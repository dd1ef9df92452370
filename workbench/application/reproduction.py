"""The paper's figures, computed again from the prediction files that its authors published. Needs no workspace."""

from workbench.pipeline.reproducing.published_cells import PublishedCell, Reproduction, reproduce, reproduction_json
from workbench.pipeline.reproducing.sensitivity import CellSensitivity, Sensitivity, sensitivity_json, vary

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
