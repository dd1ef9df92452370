"""The document of keys says what the table of commands says."""

import importlib.util
from pathlib import Path

from workbench.domain.datasets.cards import CARDS

DOCS = Path(__file__).parents[2] / "docs"


def test_the_document_of_keys_is_up_to_date() -> None:
    spec = importlib.util.spec_from_file_location("write_keys", DOCS / "write_keys.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    written = (DOCS / "keys.md").read_text(encoding="utf-8")
    assert written == module.keys_text(), "python docs/write_keys.py writes it anew"


def test_a_label_has_a_digit_as_far_as_digits_go() -> None:
    assert all(len(card.labels.names) <= 9 for card in CARDS.values())
