"""Endpoints that share a run's work: pictures may go to every one of them, so each is spoken of."""

from pathlib import Path

from tests.cli.conftest import Emowb

# Never spoken to: 192.0.2.0/24 is set aside for documentation (RFC 5737), and nothing is sent without consent.
SHARED = """
[endpoints.here]
base_url = "http://127.0.0.1:9/v1"
shares_with = ["elsewhere"]

[endpoints.elsewhere]
base_url = "https://192.0.2.1/v1"
"""


def test_consent_is_asked_for_the_partner_that_is_off_this_machine(imported: Emowb, place: Path) -> None:
    (place / "emowb.toml").write_text(SHARED)
    result = imported("run", "rafdb", "--endpoint", "here", "--model", "m")
    assert result.exit_code == 2
    assert "asking here at http://127.0.0.1:9/v1 on this machine" in result.stderr
    assert "pictures leave this machine for 192.0.2.1" in result.stderr
    assert "nothing was sent; --yes agrees that pictures of rafdb go to 192.0.2.1" in result.stderr


def test_the_settings_show_who_shares_the_work(emowb: Emowb, place: Path) -> None:
    (place / "emowb.toml").write_text(SHARED)
    shown = emowb("config").stdout
    assert "endpoints.here.shares_with" in shown
    assert "endpoints.elsewhere" in shown
