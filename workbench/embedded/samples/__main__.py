"""`python -m workbench.embedded.samples [FOLDER]` redraws the sample sets, by default into `samples`."""

import sys
from pathlib import Path

from workbench.embedded.samples import draw_samples


def main(arguments: list[str]) -> None:
    """Draw into the folder that is named, or into `samples`."""
    folder = Path(arguments[0]) if arguments else Path("samples")
    draw_samples(folder)
    size = sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())
    sys.stdout.write(f"{folder}: {size / 1e6:.2f} MB\n")


if __name__ == "__main__":
    main(sys.argv[1:])
