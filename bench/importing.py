"""How fast data sets are imported, and in how much memory: `python bench/importing.py`.

Draws AffectNet's first layout (a list with a header, pictures as empty files in numbered folders) and RAF-DB's (a
list parted by blanks, pictures in one folder), imports and stores each in a process of its own, and prints
seconds (by the clock, and of the processor), rows per second and the most memory that the process ever held. What
stays the same per row grows linearly.
"""

import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Mapping
from itertools import chain
from pathlib import Path
from typing import Final

SIZES: Final = (10_000, 30_000, 100_000)
PICTURES_IN_A_FOLDER: Final = 500


def draw_affectnet(root: Path, n_rows: int) -> None:
    """`Manually_Annotated_file_lists/validation.csv` and `Manually_Annotated_Images/<n>/<hash>.jpg`."""
    names = [f"{at // PICTURES_IN_A_FOLDER}/{at:056x}.jpg" for at in range(n_rows)]
    _touch(root / "Manually_Annotated_Images", names)
    landmarks = ";".join(f"{at}.5" for at in range(136))
    header = "subDirectory_filePath,face_x,face_y,face_width,face_height,facial_landmarks,expression,valence,arousal\n"
    rows = (f"{name},10,10,200,200,{landmarks},{at % 8},0.1,0.1\n" for at, name in enumerate(names))
    _write(root / "Manually_Annotated_file_lists" / "validation.csv", chain((header,), rows))


def draw_rafdb(root: Path, n_rows: int) -> None:
    """`EmoLabel/list_patition_label.txt` and `Image/original/test_<n>.jpg`."""
    names = [f"test_{at:06}.jpg" for at in range(n_rows)]
    _touch(root / "Image" / "original", names)
    rows = (f"{name} {at % 7 + 1}\n" for at, name in enumerate(names))
    _write(root / "EmoLabel" / "list_patition_label.txt", rows)


LAYOUTS: Final[Mapping[str, Callable[[Path, int], None]]] = {"affectnet": draw_affectnet, "rafdb": draw_rafdb}


def main() -> None:
    """Draw, import in a fresh process each, print."""
    headings = ("set", "rows", "s", "CPU s", "rows/s", "CPU µs/row", "MB", "MB for rows", "KB/row")
    print("".join(f"{heading:>12}" for heading in headings))
    for key, draw in LAYOUTS.items():
        for n_rows in SIZES:
            with tempfile.TemporaryDirectory() as folder:
                draw(Path(folder), n_rows)
                elapsed_s, cpu_s, started_mb, peak_mb = _imported(key, folder)
            rows_mb = peak_mb - started_mb
            print(f"{key:>12}{n_rows:12,}{elapsed_s:12.2f}{cpu_s:12.2f}{n_rows / elapsed_s:12,.0f}", end="")
            print(f"{1e6 * cpu_s / n_rows:12.1f}{peak_mb:12.0f}{rows_mb:12.0f}{1000 * rows_mb / n_rows:12.2f}")


def _imported(key: str, folder: str) -> tuple[float, float, float, float]:
    """Seconds by the clock and of the processor, megabytes before and at most, of an import in its own process."""
    command = [sys.executable, __file__, key, folder]
    result = subprocess.run(command, capture_output=True, text=True, check=True)
    elapsed_s, cpu_s, started_mb, peak_mb = map(float, result.stdout.split())
    return elapsed_s, cpu_s, started_mb, peak_mb


def import_one(key: str, folder: Path) -> None:
    """Import and store one tree; print what `_imported` reads."""
    from workbench.domain.datasets.cards import CARDS
    from workbench.importers.read_dataset import read_dataset
    from workbench.pipeline.store_dataset import store_dataset
    from workbench.storage.workspace.database import open_workspace

    db = open_workspace(folder / "workspace.db", create=True)
    started_mb, started_s, started_cpu_s = _most_mb(), time.monotonic(), time.process_time()
    store_dataset(db, CARDS[key], read_dataset(CARDS[key], folder))
    print(time.monotonic() - started_s, time.process_time() - started_cpu_s, started_mb, _most_mb())


def _most_mb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024  # Linux counts in KiB


def _write(path: Path, lines: Iterable[str]) -> None:
    path.parent.mkdir(parents=True)
    with path.open("w") as file:
        file.writelines(lines)


def _touch(root: Path, names: list[str]) -> None:
    for name in names:
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()


if __name__ == "__main__":
    if len(sys.argv) == 3:
        import_one(sys.argv[1], Path(sys.argv[2]))
    else:
        main()
