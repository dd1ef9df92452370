import pytest
from textual.screen import Screen

from workbench.tui.base.screen_table import SCREENS, screen_class


@pytest.mark.parametrize("name", SCREENS)
def test_every_screen_of_the_table_is_where_the_table_says(name: str) -> None:
    assert issubclass(screen_class(name), Screen)
