"""The report as a browser's parser sees it, without a browser."""

from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Final

_VOID: Final = frozenset({"meta", "img", "br", "link", "input", "hr", "path"})


@dataclass(slots=True)
class Element:
    """One element with what is in it."""

    tag: str
    attributes: dict[str, str]
    children: list["Element | str"] = field(default_factory=list)

    @property
    def text(self) -> str:
        """All words inside, blanks as one."""
        return " ".join("".join(self._words()).split())

    def _words(self) -> list[str]:
        words: list[str] = []
        for child in self.children:
            words += [child] if isinstance(child, str) else child._words()
        return words

    def every(self, tag: str) -> list["Element"]:
        """All elements of this tag inside, in order."""
        found = []
        for child in self.children:
            if isinstance(child, Element):
                found += ([child] if tag in (child.tag, "*") else []) + child.every(tag)
        return found

    def named(self, id_: str) -> "Element":
        """The element of this id."""
        (found,) = (one for one in self.every("*") if one.attributes.get("id") == id_)
        return found

    def rows(self) -> list[list[str]]:
        """The cells of a table, row by row."""
        return [
            [cell.text for cell in row.children if isinstance(cell, Element) and cell.tag in ("td", "th")]
            for row in self.every("tr")
        ]


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.root = Element("", {})
        self.stack = [self.root]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        element = Element(tag, {name: value or "" for name, value in attrs})
        self.stack[-1].children.append(element)
        if tag not in _VOID:
            self.stack.append(element)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.stack[-1].children.append(Element(tag, {name: value or "" for name, value in attrs}))

    def handle_endtag(self, tag: str) -> None:
        if tag in _VOID:
            return
        assert self.stack[-1].tag == tag, f"</{tag}> closes <{self.stack[-1].tag}>"
        self.stack.pop()

    def handle_data(self, data: str) -> None:
        self.stack[-1].children.append(data)


def read_html(text: str) -> Element:
    """Parse a page in which every element is closed."""
    reader = _Reader()
    reader.feed(text)
    reader.close()
    assert reader.stack == [reader.root]
    return reader.root
