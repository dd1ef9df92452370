"""An endpoint is added to a settings file, and nothing else in the file changes."""

from pathlib import Path

import pytest

from workbench.errors import UsageError
from workbench.settings import load_settings
from workbench.settings.endpoint_files import add_endpoint_table


def test_the_file_keeps_its_content_and_has_one_table_more(tmp_path: Path) -> None:
    path = tmp_path / "emowb.toml"
    before = '# mine\nrpm = 60   # gentle\n\n[endpoints.old]\nbase_url = "http://127.0.0.1:1/v1"\n'
    path.write_text(before)
    made = add_endpoint_table(path, "lab", "https://lab.example/v1", "llamacpp", "LAB_KEY")
    assert path.read_text().startswith(before)
    read = load_settings({}, tmp_path, tmp_path / "nowhere").endpoints["lab"]
    assert read == made
    assert (read.base_url, read.key_variables, read.detail) == ("https://lab.example/v1", ("LAB_KEY",), False)


def test_a_file_is_made_where_there_is_none(tmp_path: Path) -> None:
    add_endpoint_table(tmp_path / "emowb.toml", "lab", "https://lab.example/v1", None, None)
    assert load_settings({}, tmp_path, tmp_path / "nowhere").endpoints["lab"].key_variables == ()


@pytest.mark.parametrize(
    ("name", "address", "variable", "said"),
    [
        ("old", "https://lab.example/v1", None, "already"),
        ("embedded", "https://lab.example/v1", None, "cannot be an endpoint's name"),
        ("a b", "https://lab.example/v1", None, "cannot be an endpoint's name"),
        ("lab", "lab.example", None, "base_url"),
        ("lab", "https://lab.example/v1", "sk-abcdefgh12345678", "no name of a variable"),
    ],
)
def test_what_is_wrong_is_refused_and_the_file_stays(
    tmp_path: Path, name: str, address: str, variable: str | None, said: str
) -> None:
    path = tmp_path / "emowb.toml"
    path.write_text('[endpoints.old]\nbase_url = "http://127.0.0.1:1/v1"\n')
    with pytest.raises(UsageError, match=said) as raised:
        add_endpoint_table(path, name, address, None, variable)
    assert "sk-" not in str(raised.value)
    assert path.read_text() == '[endpoints.old]\nbase_url = "http://127.0.0.1:1/v1"\n'
