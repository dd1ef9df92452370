"""The list that every screen uses: the cursor stays in the list and in view, and only rows in view are drawn."""

from textual.app import App, ComposeResult
from textual.strip import Strip

from workbench.tui.widgets.line_list import LineList, ListLine
from workbench.tui.widgets.virtual_list import VirtualList

ROWS = 1_000_000


class Numbers(VirtualList):
    SCROLLS_AHEAD = True

    def __init__(self) -> None:
        super().__init__()
        self.drawn: set[int] = set()

    @property
    def row_count(self) -> int:
        return ROWS

    def row_strip(self, index: int, width: int, *, at_cursor: bool) -> Strip:
        self.drawn.add(index)
        return self.words_strip(f"{index}{' <' if at_cursor else ''}", width)


class ListApp(App[None]):
    def __init__(self, rows: VirtualList) -> None:
        super().__init__()
        self.rows = rows
        self.chosen: list[int] = []

    def compose(self) -> ComposeResult:
        yield self.rows

    def on_virtual_list_chosen(self) -> None:
        self.chosen.append(self.rows.cursor)


async def test_the_cursor_stays_in_the_list_and_in_view_and_little_is_drawn() -> None:
    numbers = Numbers()
    async with ListApp(numbers).run_test(size=(20, 10)) as pilot:
        numbers.move(-1)
        assert numbers.cursor == 0
        numbers.move_to_edge(bottom=True)
        await pilot.pause()
        assert numbers.cursor == ROWS - 1
        assert numbers.scroll_offset.y == ROWS - 10
        numbers.move_by_pages(-1)
        assert numbers.cursor == ROWS - 10
        await pilot.pause()
        assert len(numbers.drawn) < 100


async def test_a_step_out_of_the_view_scrolls_ahead_where_a_list_asks_for_it() -> None:
    numbers = Numbers()
    async with ListApp(numbers).run_test(size=(20, 9)) as pilot:
        numbers.move_to(8)
        await pilot.pause()
        assert numbers.scroll_offset.y == 0
        numbers.move(1)
        await pilot.pause()
        assert numbers.scroll_offset.y == 1 + 6


async def test_a_click_puts_the_cursor_on_a_row_and_another_chooses_it() -> None:
    app = ListApp(Numbers())
    async with app.run_test(size=(20, 10)) as pilot:
        await pilot.click(Numbers, offset=(1, 3))
        assert (app.rows.cursor, app.chosen) == (3, [])
        await pilot.click(Numbers, offset=(1, 3))
        await pilot.pause()
        assert app.chosen == [3]


async def test_the_cursor_passes_over_headings() -> None:
    heading, line = ListLine((("heading", "bold"),), can_be_chosen=False), ListLine((("line", "plain"),))
    lines = LineList([heading, line, heading, line])
    async with ListApp(lines).run_test(size=(20, 10)) as pilot:
        assert lines.cursor == 1
        lines.move(1)
        assert lines.cursor == 3
        await pilot.click(LineList, offset=(1, 2))
        assert lines.cursor == 3
        lines.move_to_edge(bottom=False)
        assert lines.cursor == 1
