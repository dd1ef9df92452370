"""From a drawing's file to an element of a page: its own ids, the page's font and ink, nothing that a file needs.

Only attributes are rewritten, never words: a label can read like markup, like a colour or like a font.
"""

import re
from collections.abc import Mapping
from typing import Final
from xml.etree import ElementTree as ET

_LEFT_OUT: Final = ("metadata", "style")
_FONTS: Final = re.compile(r"font: (?:[\w-]+ )*([\d.]+px) [^;]*|font-(size: [\d.]+px); font-family: [^;]*")
"""As one property and as two: the drawing library's releases differ."""


def page_svg(file: str, key: str, style: str, inks: Mapping[str, str]) -> str:
    """The element. `key` makes its ids its own, `style` is its own style, `inks` are colours and what they become."""
    root = ET.fromstring(file)  # noqa: S314  # our own drawing
    page = ET.Element("svg", {"viewBox": root.get("viewBox", ""), "style": style})
    page.extend([_settled(child, key, inks) for child in root if _tag(child) not in _LEFT_OUT])
    page.set("aria-hidden", "true")  # what it shows is told beside it
    page.set("focusable", "false")
    return ET.tostring(page, encoding="unicode")


def _settled(element: ET.Element, key: str, inks: Mapping[str, str]) -> ET.Element:
    settled = ET.Element(_tag(element))
    settled.text, settled.tail = element.text, element.tail
    for name, value in element.attrib.items():
        name = name.rpartition("}")[2]  # noqa: PLW2901  # xlink:href is href by now
        settled.set(name, _attribute(name, value, key, inks))
    settled.extend([_settled(child, key, inks) for child in element if _tag(child) not in _LEFT_OUT])
    return settled


def _attribute(name: str, value: str, key: str, inks: Mapping[str, str]) -> str:
    if name == "id":
        return f"{key}-{value}"
    if name == "href":
        return value.replace("#", f"#{key}-")
    value = value.replace("url(#", f"url(#{key}-")
    if name == "style":
        value = _FONTS.sub(lambda found: f"font-size: {found[1]}" if found[1] else f"font-{found[2]}", value)
    for colour, ink in inks.items():
        value = value.replace(colour, ink)
    return value


def _tag(element: ET.Element) -> str:
    return element.tag.rpartition("}")[2]
