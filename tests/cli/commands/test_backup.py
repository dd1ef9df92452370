import json
import stat
from pathlib import Path

from tests.cli.conftest import Emowb, importing
from tests.storage.old_workspaces import put_old
from workbench.storage.workspace.database import SCHEMA_VERSION


def test_a_backup_prints_its_path_and_is_a_workspace(rafdb: Emowb, place: Path) -> None:
    done = rafdb("backup", "copy.db")
    assert (done.exit_code, done.stdout) == (0, "copy.db\n")
    assert "data sets 1, runs 1, attempts " in done.stderr
    assert "next: emowb --db copy.db runs" in done.stderr
    assert stat.S_IMODE((place / "copy.db").stat().st_mode) == 0o600
    runs = [json.loads(rafdb(*words, "runs", "--json").stdout) for words in ((), ("--db", "copy.db"))]
    assert runs[0] == runs[1]
    assert len(runs[0]) == 1


def test_a_backup_as_json_says_what_is_in_it(rafdb: Emowb, place: Path) -> None:
    said = json.loads(rafdb("backup", "copy.db", "--json").stdout)
    assert said.pop("bytes") == (place / "copy.db").stat().st_size
    assert said.pop("attempts") > 0
    assert said == {"backup": "copy.db", "schema": SCHEMA_VERSION, "datasets": 1, "runs": 1, "review_changes": 0}


def test_a_backup_is_not_made_over_another_file_without_force(imported: Emowb, place: Path) -> None:
    (place / "copy.db").write_text("thesis")
    refused = imported("backup", "copy.db")
    assert (refused.exit_code, refused.stdout) == (2, "")
    assert refused.stderr == "emowb: copy.db is there already; name another file, or add --force to replace it\n"
    assert (place / "copy.db").read_text() == "thesis"
    assert imported("backup", "copy.db", "--force").exit_code == 0
    assert imported("backup", "emowb.db", "--force").exit_code == 2


def test_a_backup_without_a_workspace_or_a_folder_says_so(emowb: Emowb, place: Path) -> None:
    assert emowb("backup", "copy.db").exit_code == 5
    emowb(*importing("rafdb"))
    assert "No such file or directory" in emowb("backup", "no/copy.db").stderr
    assert [one.name for one in place.iterdir() if "copy" in one.name] == []


def test_a_command_says_what_it_did_to_an_older_workspace(emowb: Emowb, place: Path) -> None:
    put_old(place / "emowb.db", 1)
    (place / "emowb.db").chmod(0o644)
    first = emowb("runs", "--json")
    assert len(json.loads(first.stdout)) == 1
    assert first.stderr.splitlines() == [
        "emowb.db could be read by others (mode 0644) and is readable by you alone now",
        f"emowb.db was of schema 1 and is of schema {SCHEMA_VERSION} now; a copy of the old file is emowb.db.v1.bak",
    ]
    assert emowb("runs", "--json").stderr == ""
    old = emowb("--db", "emowb.db.v1.bak", "backup", "older.db", "--json")
    assert json.loads(old.stdout)["schema"] == 1
