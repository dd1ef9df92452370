import pytest

from workbench import errors
from workbench.errors import (
    DatabaseError,
    DataError,
    EndpointError,
    UsageError,
    WorkbenchError,
    unknown_name,
)

EXIT_CODES = {UsageError: 2, DataError: 3, EndpointError: 4, DatabaseError: 5}


@pytest.mark.parametrize(("kind", "code"), EXIT_CODES.items())
def test_every_error_ends_a_command_with_a_code_of_its_own(kind: type[WorkbenchError], code: int) -> None:
    assert issubclass(kind, WorkbenchError)
    assert kind.exit_code == code


def test_the_tree_in_the_docstring_names_every_error_with_its_code() -> None:
    lines = {words[1]: words for line in (errors.__doc__ or "").splitlines() if len(words := line.split()) > 2}
    for kind, code in EXIT_CODES.items():
        assert str(code) in lines[kind.__name__]


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("rafbd", "did you mean rafdb?"),
        ("RAFDB", "did you mean rafdb?"),
        ("casme3", "did you mean casme or casme2?"),
        ("imagenet", "known: rafdb, casme, casme2, MyRun"),
        ("myrun", "did you mean MyRun?"),
        ("", "known: rafdb, casme, casme2, MyRun"),
    ],
)
def test_an_unknown_name_is_answered_with_its_neighbours(name: str, hint: str) -> None:
    error = unknown_name("data set", name, iter(("rafdb", "casme", "casme2", "MyRun")))
    assert str(error) == f"unknown data set {name!r}; {hint}"


def test_names_are_compared_without_case_whoever_wrote_them_large() -> None:
    assert str(unknown_name("run", "gpt", ["GPT"])) == "unknown run 'gpt'; did you mean GPT?"


def test_where_nothing_is_known_the_error_says_so() -> None:
    assert str(unknown_name("run", "first", [])) == "unknown run 'first'; there are none yet"


def test_the_message_stays_one_line_whatever_the_name_holds() -> None:
    assert "\n" not in str(unknown_name("label", "happy\nsad", ["happy"]))
