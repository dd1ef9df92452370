"""Asks the terminal, then opens a run whose frames are busy pictures. Run as a module, with folder and choice."""

import os
import sys
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from typing import Final

from PIL import Image, ImageDraw

from tests.tui.review_run import ReviewRun, casme2_plan, review_run
from workbench.domain.datasets.cards import CARDS
from workbench.domain.datasets.samples import Frame, Sample
from workbench.tui.pictures.terminal_facts import tell_textual
from workbench.tui.pictures.terminal_query import ask_terminal

SIZE: Final = (640, 480)


def busy_picture(seed: int, size: tuple[int, int] = SIZE) -> Image.Image:
    """A face before uneven light, with a camera's noise: harder on every encoder than most photographs."""
    light = Image.linear_gradient("L").resize(size)
    noise = Image.effect_noise(size, 12)
    picture = Image.merge("RGB", (light, Image.blend(light.rotate(90), noise, 0.3), noise))
    draw = ImageDraw.Draw(picture)
    draw.ellipse((170, 40, 470, 450), fill="#d9ab8a", outline="#6b4a36", width=6)
    for eye in (250, 390):
        draw.ellipse((eye - 30, 180, eye + 30, 215), fill="white", outline="#553a2c", width=3)
        draw.ellipse((eye - 12, 185, eye + 12, 210), fill="#30241c")
    draw.ellipse((270, 320 - seed, 370, 340 + 3 * seed), fill="#8e3b3b")
    return Image.blend(picture, Image.merge("RGB", [Image.effect_noise(size, 20)] * 3), 0.1)


def busy_frame(sample: Sample, index: int, longest_px: int) -> Frame:
    """A frame of a clip as the house gives it: small, and encoded."""
    picture = busy_picture(index + sum(sample.id.encode()) % 17)
    picture.thumbnail((longest_px, longest_px))
    data = BytesIO()
    picture.save(data, "JPEG", quality=95)
    return Frame(data.getvalue(), "image/jpeg", *picture.size, index)


def busy_run(folder: Path) -> ReviewRun:
    """A run of thirty clips."""
    review = review_run(folder, CARDS["casme2"], casme2_plan())
    return replace(review, parts=review.parts.drawn_by(busy_frame))


if __name__ == "__main__":
    opened = busy_run(Path(sys.argv[1]))
    facts = ask_terminal(sys.argv[2], os.environ)
    tell_textual(facts, os.environ)
    from workbench.tui.workbench_app import run_workbench

    run_workbench(opened.parts, facts)
