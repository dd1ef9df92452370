"""Pictures under a closed licence do not leave the machine before somebody has agreed."""

from pathlib import Path

import pytest

from tests.cli.conftest import Emowb
from workbench.storage.samples import has_consent, save_consent
from workbench.storage.workspace.database import open_workspace

# Never spoken to: 192.0.2.0/24 is set aside for documentation (RFC 5737), and nothing is sent without consent.
ELSEWHERE = '[endpoints.elsewhere]\nbase_url = "https://192.0.2.1/v1"\n'


@pytest.fixture
def elsewhere(imported: Emowb, place: Path) -> Emowb:
    (place / "emowb.toml").write_text(ELSEWHERE)
    return imported


def test_a_run_that_would_send_pictures_away_stops_and_names_the_host(elsewhere: Emowb) -> None:
    result = elsewhere("run", "rafdb", "--endpoint", "elsewhere", "--model", "m")
    assert result.exit_code == 2
    assert "pictures leave this machine for 192.0.2.1" in result.stderr
    assert "--yes" in result.stderr
    assert elsewhere("runs", "--json").stdout.strip() == "[]"


def test_consent_is_remembered_for_a_set_and_a_host(elsewhere: Emowb, place: Path) -> None:
    db = open_workspace(place / "emowb.db")
    assert not has_consent(db, "rafdb", "192.0.2.1")
    save_consent(db, "rafdb", "192.0.2.1", "2026-01-01T00:00:00+00:00")
    save_consent(db, "rafdb", "192.0.2.1", "2026-01-02T00:00:00+00:00")
    assert has_consent(db, "rafdb", "192.0.2.1")
    assert not has_consent(db, "rafdb", "192.0.2.2")
    db.close()


def test_nobody_is_asked_for_an_endpoint_on_this_machine(elsewhere: Emowb) -> None:
    assert "licence" not in elsewhere("run", "rafdb", "--endpoint", "embedded").stderr
