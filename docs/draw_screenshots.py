"""Draw the pictures of the documents from the sample sets: `make screenshots`."""

import asyncio
import os
import subprocess
import sys
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import Final

from workbench.application.context import Context
from workbench.application.reviews import open_review
from workbench.settings import load_settings
from workbench.tui.screenshots import screenshot_svg

DOCS: Final = Path(__file__).resolve().parent
PICTURES: Final = (
    ("home.svg", None, ("j",)),
    ("review.svg", "rafdb", ("n", "n", "n", "n")),
    ("queue.svg", "rafdb", ("s",)),
    ("metrics.svg", "rafdb", ("M", "tab")),
    ("confusion.svg", "rafdb", ("c",)),
    ("compare.svg", None, ("j", "equals_sign", "j", "equals_sign")),
    ("export.svg", "rafdb", ("x",)),
    ("help.svg", "rafdb", ("question_mark",)),
)
"""File, data set (None: at home), keys."""
_WIDTH, _HEIGHT = 100, 30


def main() -> None:
    """Run the demo in a folder of its own and take pictures of what it leaves behind."""
    with tempfile.TemporaryDirectory() as folder:
        emowb = [sys.executable, "-c", "from workbench.cli.app import main; main()"]
        database = ("--db", "emowb-demo.db")
        for words in (
            ("demo", "--headless"),
            (*database, "run", "rafdb", "--endpoint", "embedded", "--colour", "grey", "--name", "grey"),
            (*database, "run", "rafdb", "--endpoint", "embedded", "--name", "demo"),  # the one touched last
        ):
            subprocess.run([*emowb, *words], cwd=folder, stdout=subprocess.DEVNULL, check=False)  # noqa: S603 (our own command)
        os.chdir(folder)  # so that no picture shows where this machine keeps its files
        settings = replace(load_settings({}, Path(folder)), db=Path("emowb-demo.db"), reviewer="ana")
        for name, key, keys in PICTURES:
            context = Context(settings=settings, environment=os.environ)
            start = context if key is None else open_review(context, key, "demo")
            svg = asyncio.run(screenshot_svg(start, width=_WIDTH, height=_HEIGHT, keys=keys))
            (DOCS / name).write_text(svg, encoding="utf-8")
            sys.stderr.write(f"docs/{name}\n")


if __name__ == "__main__":
    main()
