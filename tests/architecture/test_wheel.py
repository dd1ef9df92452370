import subprocess
import sys
import zipfile
from pathlib import Path

from workbench.storage.workspace.database import schema_text

TOP = Path(__file__).parents[2]


def test_the_wheel_carries_the_schema_the_weights_the_published_figures_and_the_templates(tmp_path: Path) -> None:
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)]
    subprocess.run(build, cwd=TOP, check=True, capture_output=True)
    (wheel,) = tmp_path.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
        assert archive.read("workbench/schema.sql").decode() == (TOP / "schema.sql").read_text()
    assert {"workbench/embedded/weights.npz", "workbench/data/published.csv", "workbench/py.typed"} <= names
    templates = {"report.html.jinja", "macros.html.jinja", "report.css"}
    assert {f"workbench/export/templates/{template}" for template in templates} <= names
    tables = {"prices.toml", "image_tokens.toml", "text_tokens.toml"}
    assert {f"workbench/provider/costs/data/{table}" for table in tables} <= names
    assert not any(name.startswith(("tests/", "samples/")) for name in names)


def test_the_schema_is_found_in_an_editable_install() -> None:
    assert schema_text() == (TOP / "schema.sql").read_text()


def test_the_schema_says_what_one_row_of_every_table_means() -> None:
    lines = schema_text().splitlines()
    for number, line in enumerate(lines):
        if line.startswith(("CREATE TABLE", "CREATE VIEW")):
            comment: list[str] = []
            while lines[number - 1 - len(comment)].startswith("--"):
                comment.append(lines[number - 1 - len(comment)])
            assert comment, line
            assert comment[-1].startswith("-- One row: "), line
