"""How fast frames are taken out of videos, and in how much memory: `python bench/frames.py`.

Draws 200 clips of 120 frames at 640x480 (4 distinct ones, each linked under 50 names, which keeps the set-up short)
and takes the frames of three policies out of all of them, each in a process of its own and in two ways:
`sample_frames`, as a run does, and the ancestor's way, which decodes every frame, keeps all of them in a list, picks
from the list and encodes what it picked. Prints seconds (by the clock, and of the processor), how many times faster
the first way is, and the most memory that each process ever held.
"""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final

CLIPS: Final = 200
DISTINCT: Final = 4
FRAMES: Final = 120
WIDTH_PX, HEIGHT_PX = 640, 480
POLICIES: Final = ("uniform(3)", "ends(2)", "uniform(16)")

Figures = tuple[float, float, float, float]
"""Seconds by the clock and of the processor, megabytes before the first clip and at most."""


def draw_clips(folder: Path) -> None:
    """Write the clips as `000.mp4` to `199.mp4`."""
    for number in range(CLIPS):
        path = folder / f"{number:03}.mp4"
        if number < DISTINCT:
            _draw_clip(path, number)
        else:
            os.link(folder / f"{number % DISTINCT:03}.mp4", path)


def _draw_clip(path: Path, seed: int) -> None:
    """A ball that flies over a landscape that passes by, so that every part of every frame is new."""
    import cv2
    import numpy as np

    rng = np.random.default_rng(seed)
    hills = rng.integers(60, 200, (HEIGHT_PX // 8, WIDTH_PX // 4, 3), dtype=np.uint8)
    land = cv2.resize(hills, (2 * WIDTH_PX, HEIGHT_PX), interpolation=cv2.INTER_CUBIC)
    video = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*"mp4v"), 30, (WIDTH_PX, HEIGHT_PX))
    for at in range(FRAMES):
        frame = np.ascontiguousarray(land[:, 3 * at : 3 * at + WIDTH_PX])
        cv2.circle(frame, (40 + 4 * at, 240 + (at - 60) ** 2 // 20), 60, (40, 90, 220), -1)
        video.write(frame)
    video.release()


def take_needed(folder: Path, policy: str) -> Callable[[str], None]:
    """The workbench's way."""
    from workbench.domain.datasets.samples import MediaKind, Sample
    from workbench.domain.datasets.tasks import FramePolicy
    from workbench.domain.runs import Colour
    from workbench.media.frames import FrameRequest, sample_frames

    wanted = FrameRequest(policy=FramePolicy.parse(policy), colour=Colour.RGB, longest_side_px=WIDTH_PX)

    def take(name: str) -> None:
        sample = Sample(id=name, gold="happy", raw_label="happy", media=MediaKind.VIDEO, path=name)
        sample_frames(folder, sample, wanted)

    return take


def take_all(folder: Path, policy: str) -> Callable[[str], None]:
    """The ancestor's way."""
    import cv2

    from workbench.domain.datasets.tasks import FramePolicy, frame_indices

    def take(name: str) -> None:
        capture = cv2.VideoCapture(str(folder / name))
        frames = []
        while (read := capture.read())[0]:
            frames.append(read[1])
        capture.release()
        for at in frame_indices(FramePolicy.parse(policy), len(frames)):
            cv2.imencode(".jpg", frames[at])

    return take


WAYS: Final = {"needed": take_needed, "all": take_all}


def main() -> None:
    """Draw, take in a fresh process each, print."""
    print(f"{'policy':>12}{'way':>8}{'s':>8}{'CPU s':>8}{'ms/clip':>9}{'start MB':>10}{'most MB':>9}")
    with tempfile.TemporaryDirectory() as folder:
        draw_clips(Path(folder))
        for policy in POLICIES:
            needed, every = (_measured(way, folder, policy) for way in WAYS)
            print(f"{policy:>12}: {every[0] / needed[0]:.1f} times faster, {every[1] / needed[1]:.1f} in CPU seconds")


def _measured(way: str, folder: str, policy: str) -> Figures:
    """Take the frames of all clips in a process of its own; print a line."""
    command = [sys.executable, __file__, way, folder, policy]
    result = subprocess.run(command, capture_output=True, text=True, check=True)
    elapsed_s, cpu_s, started_mb, peak_mb = map(float, result.stdout.split())
    print(f"{policy:>12}{way:>8}{elapsed_s:8.1f}{cpu_s:8.1f}", end="")
    print(f"{1000 * elapsed_s / CLIPS:9.1f}{started_mb:10.0f}{peak_mb:9.0f}", flush=True)
    return elapsed_s, cpu_s, started_mb, peak_mb


def take_one_way(way: str, folder: Path, policy: str) -> None:
    """Take the frames of all clips; print what `_measured` reads."""
    take = WAYS[way](folder, policy)
    started_mb, started_s, started_cpu_s = _most_mb(), time.monotonic(), time.process_time()
    for path in sorted(folder.iterdir()):
        take(path.name)
    print(time.monotonic() - started_s, time.process_time() - started_cpu_s, started_mb, _most_mb())


def _most_mb() -> float:
    """The most memory so far, as Linux tells it; `getrusage` would count what the starting process held, too."""
    (line,) = (it for it in Path("/proc/self/status").read_text().splitlines() if it.startswith("VmHWM"))
    return int(line.split()[1]) / 1024


if __name__ == "__main__":
    if len(sys.argv) == 4:
        take_one_way(sys.argv[1], Path(sys.argv[2]), sys.argv[3])
    else:
        main()
