"""Foreground colours of painted parts: opaque, and free of any background of their own."""

from rich.style import Style
from textual.widget import Widget


def tone(widget: Widget, component: str) -> Style:
    """The colour and weight of a component class, as they look on the widget's background."""
    styles = widget.get_component_styles(component)
    ground = widget.background_colors[1]
    return Style(color=(ground + styles.color).rich_color) + styles.text_style
