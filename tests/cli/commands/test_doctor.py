import json
from pathlib import Path

from tests.cli.conftest import Emowb

SECRET = "sk-do-not-print-0123456789"


def test_without_a_workspace_all_is_well_and_nothing_is_made(emowb: Emowb, place: Path) -> None:
    done = emowb("doctor")
    assert done.exit_code == 0
    for words in ("terminal", "no terminal", "SQLite", "none is needed", "frame cache", "textual", "8.2.8"):
        assert words in done.stdout
    assert list(place.iterdir()) == []


def test_json_is_one_document_and_names_what_was_looked_at(rafdb: Emowb, place: Path) -> None:
    (place / "emowb.toml").write_text('pictures = "half-blocks"\n')
    done = rafdb("doctor", "--json")
    said = json.loads(done.stdout)
    assert done.exit_code == 0
    assert said["worth_knowing"] == []
    assert said["terminal"]["terminal"] is False
    assert (said["terminal"]["pictures"], said["settings"]["pictures"]) == ("half-blocks", "half-blocks")
    database = said["database"]
    assert (database["quick_check"], database["workspace"]) == ("ok", "emowb.db")
    assert database["bytes"] > 0
    assert database["wal_is_safe"] in (True, False)
    assert said["settings"]["file_here"].endswith("emowb.toml")
    assert said["cache"]["bytes"] >= 0


def test_a_damaged_workspace_is_worth_knowing(rafdb: Emowb, place: Path) -> None:
    path = place / "emowb.db"
    data = bytearray(path.read_bytes())
    data[4096:] = b"\xff" * (len(data) - 4096)
    path.write_bytes(data)
    done = rafdb("doctor")
    assert done.exit_code == 1
    assert "! " in done.stdout


def test_no_key_is_ever_printed(emowb: Emowb, monkeypatch: object) -> None:
    import os

    os.environ["OPENAI_API_KEY"] = SECRET
    try:
        assert SECRET not in emowb("doctor").stdout + emowb("doctor", "--json").stdout
    finally:
        del os.environ["OPENAI_API_KEY"]
