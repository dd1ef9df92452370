"""Which encoder makes which form, and how many pixels it wants. Each loads its libraries when it is first used."""

from collections.abc import Callable

from workbench.tui.pictures.encoded import Box, Encoded, PictureForm

Encoder = Callable[[bytes, Box], Encoded]
"""A picture file and the space for it, to something that the pane can show."""


def encoder_of(form: PictureForm) -> Encoder:
    """The encoder of a form that is a picture."""
    match form:
        case PictureForm.HALF_BLOCKS:
            from workbench.tui.pictures.half_blocks import half_blocks

            return half_blocks
        case PictureForm.SHADES:
            from workbench.tui.pictures.shades import shades

            return shades
        case PictureForm.KITTY:
            from workbench.tui.pictures.kitty import kitty

            return kitty
        case PictureForm.SIXEL:
            from workbench.tui.pictures.sixel import sixel

            return sixel
        case PictureForm.WORDS:
            raise ValueError("words are no picture")


def longest_side_px(form: PictureForm, box: Box) -> int:
    """How many pixels on its longest side a picture needs to be drawn sharply in that form."""
    cell_width, cell_height = box.cell_px
    match form:
        case PictureForm.KITTY:
            return max(box.width * cell_width, box.height * cell_height) // 2
        case PictureForm.SIXEL:
            return max(box.width * cell_width, box.height * cell_height)
        case _:
            return max(box.width, 2 * box.height)
