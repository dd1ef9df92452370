"""Draw the pictures of the documents from the sample sets: `make screenshots`."""

import asyncio
import os
import subprocess
import sys
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import Final

from workbench.settings import load_settings
from workbench.tui.screenshots import screenshot_svg
from workbench.wiring.reviewing import review_parts

DOCS: Final = Path(__file__).parent
PICTURES: Final = (
    ("review.svg", "rafdb", 100, 30, ("n", "n", "n", "n")),
    ("confusion.svg", "rafdb", 100, 30, ("c",)),
)


def main() -> None:
    """Run the demo in a folder of its own and take pictures of what it leaves behind."""
    with tempfile.TemporaryDirectory() as folder:
        emowb = [sys.executable, "-c", "from workbench.cli.app import main; main()"]
        subprocess.run([*emowb, "demo", "--headless"], cwd=folder, stdout=subprocess.DEVNULL, check=False)  # noqa: S603 (our own command)
        settings = replace(load_settings({}, Path(folder)), db=Path(folder) / "emowb-demo.db", reviewer="ana")
        for name, key, width, height, keys in PICTURES:
            parts = review_parts(settings, os.environ, key, "demo")
            svg = asyncio.run(screenshot_svg(parts, width=width, height=height, keys=keys))
            (DOCS / name).write_text(svg, encoding="utf-8")
            sys.stderr.write(f"docs/{name}\n")


if __name__ == "__main__":
    main()
