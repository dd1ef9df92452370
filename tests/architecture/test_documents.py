"""The documents are held to the code: every command in the README, an example in every help, no path of a machine."""

import re
import subprocess
from pathlib import Path

import pytest
from typer.main import get_command
from typer.testing import CliRunner

from workbench.cli.app import app
from workbench.domain.datasets.cards import CARDS
from workbench.importers.read_dataset import importable

TOP = Path(__file__).parents[2]
COMMANDS = sorted(get_command(app).commands)  # type: ignore[attr-defined]  # a group has commands


def tracked(*patterns: str) -> list[Path]:
    listed = subprocess.run(["git", "ls-files", *patterns], cwd=TOP, capture_output=True, text=True, check=False)
    if listed.returncode:
        pytest.skip("not a git checkout")
    return [TOP / line for line in listed.stdout.splitlines() if (TOP / line).is_file()]


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_help_with_an_example_and_stands_in_the_readme(command: str) -> None:
    text = CliRunner().invoke(app, [command, "--help"]).stdout
    assert re.search(rf"Examples?:\n\s+.*emowb {command}", text), text
    assert f"`emowb {command}" in (TOP / "README.md").read_text()


def test_the_readme_opens_with_the_two_commands_and_a_picture() -> None:
    first_screen = (TOP / "README.md").read_text().splitlines()[:15]
    assert any(line.startswith("make demo") for line in first_screen)
    assert any(line.startswith("make test") for line in first_screen)
    assert any("docs/review.svg" in line for line in first_screen)


@pytest.mark.parametrize(
    "document", ["README.md", "CONTRIBUTING.md", "docs/architecture.md", "docs/scoring.md", "docs/review.md"]
)
def test_links_inside_the_documents_lead_somewhere(document: str) -> None:
    path = TOP / document
    for target in re.findall(r"\]\((?!https?:)([^)#]+)\)", path.read_text()):
        assert (path.parent / target).exists(), target


def test_architecture_names_the_packages_and_modules_that_exist() -> None:
    text = (TOP / "docs" / "architecture.md").read_text()
    for package in (path.name for path in (TOP / "workbench").iterdir() if (path / "__init__.py").is_file()):
        assert f"`{package}/`" in text, package
    for module in re.findall(r"`((?:domain|storage|provider|importers|export|media|cli)\.\w+)[\w.]*`", text):
        place = TOP / "workbench" / module.replace(".", "/")
        assert place.with_suffix(".py").is_file() or place.is_dir(), module


def test_nothing_that_is_tracked_names_a_machines_own_path() -> None:
    for path in tracked("*.py", "*.md", "*.toml", "*.sql", "Makefile", ".ci/run"):
        assert not re.search(r"/(?:work|home|root|Users)/", path.read_text()), path


def test_every_set_that_can_be_imported_has_a_card() -> None:
    assert set(importable()) <= set(CARDS)
