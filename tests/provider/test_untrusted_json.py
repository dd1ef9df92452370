import pytest

from workbench.provider.untrusted_json import as_count, as_list, as_name, as_object, parsed

ANYTHING = [None, True, 0, -1, 2.5, "", "text", [], [1], {}, {"a": 1}]


@pytest.mark.parametrize("content", ["", "{", "[" * 100_000, b"\xff\xfe", "NaN-", "nothing"])
def test_what_is_no_json_is_none(content: str | bytes) -> None:
    assert parsed(content) is None


def test_json_is_its_value() -> None:
    assert parsed(b'{"a": [1, "x"]}') == {"a": [1, "x"]}


@pytest.mark.parametrize("value", ANYTHING)
def test_a_value_of_another_kind_counts_as_absent(value: object) -> None:
    assert as_object(value) == (value if isinstance(value, dict) else {})
    assert as_list(value) == (value if isinstance(value, list) else [])
    assert as_name(value) == (value if value == "text" else None)
    assert as_count(value) == (0 if value == 0 and value is not False else None)
