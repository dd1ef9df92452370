"""From a fresh clone in an empty directory to the review screen: `python bench/fresh_demo.py`.

Prints how long `make demo` takes in a real terminal (tmux) until the review screen stands, and how much of it is the
install, read off the stamp that the install leaves behind.
"""

import shutil
import subprocess
import tempfile
import time
from pathlib import Path
from typing import Final

TOP: Final = Path(__file__).parents[1]
GIVE_UP_S: Final = 600.0


def main() -> None:
    """Clone, run, wait, print."""
    if shutil.which("tmux") is None:
        raise SystemExit("tmux is not installed")
    with tempfile.TemporaryDirectory() as folder:
        clone = Path(folder) / "emowb"
        subprocess.run(["git", "clone", "--quiet", str(TOP), str(clone)], check=True)
        tmux = ["tmux", "-S", f"{folder}/tmux", "-f", "/dev/null"]
        started_s, started_at = time.monotonic(), time.time()
        subprocess.run([*tmux, "new-session", "-d", "-x", "120", "-y", "40", "-c", str(clone), "make demo"], check=True)
        try:
            screen = _wait_for_review(tmux, started_s)
        finally:
            subprocess.run([*tmux, "kill-server"], check=False)
        total_s = time.monotonic() - started_s
        install_s = (clone / ".venv" / ".runtime").stat().st_mtime - started_at
        print(screen)
        print(f"make demo: {total_s:.1f} s to the review screen, of which {install_s:.1f} s install")


def _wait_for_review(tmux: list[str], started_s: float) -> str:
    while True:
        screen = subprocess.run([*tmux, "capture-pane", "-p"], capture_output=True, text=True, check=True).stdout
        if "sample" in screen and "gold" in screen and "quit" in screen:
            return screen
        if time.monotonic() - started_s > GIVE_UP_S:
            raise SystemExit(f"no review screen after {GIVE_UP_S:.0f} s:\n{screen}")
        time.sleep(0.2)


if __name__ == "__main__":
    main()
