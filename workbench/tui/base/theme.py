"""The colour themes: two with quiet colours, so that the pictures are what is bright, and one of high contrast."""

from typing import Final

from textual.theme import Theme

DARK: Final = Theme(
    name="emowb-dark",
    primary="#7fa3c7",
    secondary="#8d97a8",
    accent="#d8b56c",
    success="#86b386",
    warning="#d6a45f",
    error="#d98383",
    foreground="#c8cdd5",
    background="#15171c",
    surface="#1b1e24",
    panel="#22262e",
)

LIGHT: Final = Theme(
    name="emowb-light",
    primary="#3b6ea5",
    secondary="#667085",
    accent="#946a12",
    success="#2f7a3d",
    warning="#96610f",
    error="#b23b3b",
    foreground="#2a2e35",
    background="#fbfbf9",
    surface="#f2f2ee",
    panel="#e8e8e3",
    dark=False,
)

HIGH_CONTRAST: Final = Theme(
    name="emowb-high-contrast",
    primary="#8fd0ff",
    secondary="#e0e0e0",
    accent="#ffe066",
    success="#7dff9a",
    warning="#ffc266",
    error="#ffb3b3",
    foreground="#ffffff",
    background="#000000",
    surface="#000000",
    panel="#1c1c1c",
    variables={
        "foreground-muted": "#e6e6e6",
        "text-muted": "#e6e6e6",
        "text": "#ffffff",
        "text-primary": "#8fd0ff",
        "text-accent": "#ffe066",
        "text-success": "#7dff9a",
        "text-warning": "#ffc266",
        "text-error": "#ffb3b3",
    },
)

THEMES: Final = (DARK, LIGHT, HIGH_CONTRAST)
