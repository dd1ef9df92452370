"""What a command is connected with: an endpoint, its keys, and those that share its work."""

from collections.abc import Callable
from pathlib import Path

import pytest

from workbench.application.context import Context
from workbench.application.endpoints import connected
from workbench.errors import EndpointError, UsageError
from workbench.settings import Settings, load_settings

TABLES = """
[endpoints.one]
base_url = "http://127.0.0.1:8001/v1"
key_variables = ["A", "B"]
shares_with = ["two", "vllm", "two"]

[endpoints.two]
base_url = "https://two.example.com/v1"
key_variable = "C"
rpm = 30
"""


@pytest.fixture
def settings(tmp_path: Path) -> Callable[[str], Settings]:
    def read(text: str) -> Settings:
        (tmp_path / "emowb.toml").write_text(text, encoding="utf-8")
        return load_settings({}, tmp_path, tmp_path / "nowhere")

    return read


def test_a_connection_has_every_key_that_is_set_and_those_that_share_the_work(
    settings: Callable[[str], Settings],
) -> None:
    with connected(
        Context(settings=settings(TABLES), environment={"A": "k1", "B": "k2", "C": "k3"}), "one"
    ) as connection:
        assert [key.name for key in connection.keys] == ["A", "B"]
        assert connection.key.reveal() == "k1"
        assert [endpoint.name for endpoint in connection.endpoints] == ["one", "two", "vllm"]
        assert [[key.name for key in partner.keys] for partner in connection.partners] == [["C"], [""]]
        assert connection.partners[0].endpoint.rpm == 30
        assert "k1" not in repr(connection)


def test_who_shares_the_work_of_another_works_alone_when_it_is_named_itself(
    settings: Callable[[str], Settings],
) -> None:
    with connected(Context(settings=settings(TABLES), environment={"C": "k3"}), "two") as connection:
        assert (connection.endpoint.name, connection.partners) == ("two", ())


def test_a_partner_without_its_key_is_named(settings: Callable[[str], Settings]) -> None:
    with (
        pytest.raises(EndpointError, match="endpoint two needs a key in the environment variable C"),
        connected(Context(settings=settings(TABLES), environment={"A": "k1"}), "one"),
    ):
        pass


def test_a_partner_that_does_not_exist_is_answered_with_its_neighbours(settings: Callable[[str], Settings]) -> None:
    text = '[endpoints.one]\nbase_url = "http://127.0.0.1:1/v1"\nshares_with = ["vlm"]'
    with (
        pytest.raises(UsageError, match="unknown endpoint 'vlm'; did you mean vllm"),
        connected(Context(settings=settings(text), environment={}), "one"),
    ):
        pass


def test_the_embedded_endpoint_wants_no_key_and_lives_as_long_as_the_block(
    settings: Callable[[str], Settings],
) -> None:
    with connected(Context(settings=settings(""), environment={}), "embedded") as connection:
        assert connection.endpoint.is_local
        assert [key.name for key in connection.keys] == [""]
