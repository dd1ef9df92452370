"""How fast the queue sends, beside a client with nothing around it: `python bench/queueing.py [--short] [--only a,b]`.

Draws small JPEGs, imports them, and sends them to a server on loopback that enforces a limit and counts: first by the
bare client, then by `emowb run`, as often as is asked for. Prints Markdown: a table of what each took, and the targets
beside what was measured.
"""

import argparse
import json
import os
import platform
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from bench.measured import TOP, Server, Took, pinning, run_measured, serving
from bench.queueing_cases import CASES, SAMPLES, Case
from bench.queueing_tables import BARE, EMOWB, Measured, StartUp, figures_table, targets_table

_ONE_REQUEST: Final = ("--limit", "20")
_START_UP_LATENCY_S: Final = 0.2


@dataclass(frozen=True, slots=True)
class Workspace:
    """A folder with the drawn sets imported, in which `emowb` runs."""

    folder: Path

    def emowb(self, *words: str, give_up_s: float = 600.0, cache: str = "cache") -> Took:
        """Run the command in a process of its own."""
        command = (str(Path(sys.executable).with_name("emowb")), *words)
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("EMOWB_", "OPENAI_"))}
        # A cache of its own: every run prepares its pictures as the first one does.
        environment = {**kept, "EMOWB_CACHE": str(self.folder / cache)}
        return run_measured(command, self.folder, give_up_s=give_up_s, environment=environment)

    def point_to(self, port: int) -> None:
        """Make the endpoint `bench` the server on that port."""
        text = f'[endpoints.bench]\nbase_url = "http://127.0.0.1:{port}/v1"\n'
        (self.folder / "emowb.toml").write_text(text)

    def pictures(self, key: str) -> Path:
        """Where a set's pictures are."""
        return self.folder / key


def draw(folder: Path, count: int, seed: int) -> None:
    """JPEGs of 100x100 pixels and about 3.3 KB, no two alike, and their manifest."""
    import numpy as np
    from PIL import Image

    folder.mkdir()
    rng = np.random.default_rng(seed)
    down, right = (axis[..., None] for axis in np.mgrid[0:100, 0:100])
    rows = ["# labels: happy, sad, neutral, angry, surprise, disgust, fear", "path,gold"]
    for number in range(count):
        slopes, base = rng.uniform(-0.6, 0.6, (2, 3)), rng.uniform(80, 180, 3)
        pixels = base + right * slopes[0] + down * slopes[1] + rng.normal(0, 8, (100, 100, 1))
        image = Image.fromarray(np.clip(pixels, 0, 255).astype(np.uint8))
        image.save(folder / f"{number:05}.jpg", quality=85)
        rows.append(f"{folder.name}/{number:05}.jpg,happy")
    (folder.parent / f"{folder.name}.csv").write_text("\n".join(rows) + "\n")


def prepare(folder: Path, cases: Sequence[Case]) -> Workspace:
    """Draw and import what the cases need."""
    workspace = Workspace(folder)
    for seed, key in enumerate(sorted({"mine", *(case.samples for case in cases)})):
        # In a process of its own: the memory of this one counts as that of those that it starts.
        words = [sys.executable, __file__, "draw", str(workspace.pictures(key)), str(SAMPLES[key]), str(seed)]
        subprocess.run(words, check=True)
        took = workspace.emowb("import", key, "--manifest", f"{key}.csv")
        if took.exit_code:
            raise SystemExit(f"the import failed: {took.complained}")
    return workspace


def measure_bare(workspace: Workspace, case: Case) -> Measured:
    """The bare client, under that case's limit."""
    with serving(case.server) as server:
        where = ("--port", str(server.port), "--pictures", str(workspace.pictures(case.samples)))
        command = (sys.executable, str(TOP / "bench" / "bare_client.py"), *where, *case.bare)
        took = run_measured(command, workspace.folder, give_up_s=case.give_up_s)
        if took.exit_code:
            raise SystemExit(f"the bare client failed: {took.complained}")
        return Measured(case, BARE, took, server.stats())


def measure_emowb(workspace: Workspace, case: Case, name: str) -> Measured:
    """`emowb run`, under that case's limit."""
    words = ("--endpoint", "bench", "--name", name, "--batch-size", str(case.batch_size), "--json")
    with serving(case.server) as server:
        took = _run(workspace, server, case.samples, *words, name=name, give_up_s=case.give_up_s)
        stats = server.stats()
    shown = workspace.emowb("show", case.samples, name, "--json")
    run: dict[str, Any] = json.loads(shown.said) if shown.exit_code == 0 else {}
    return Measured(case, EMOWB, took, stats, run.get("planned", 0), run.get("predicted", 0))


def measure_start_up(workspace: Workspace, name: str) -> StartUp:
    """One request: all that is not the queue."""
    with serving(("--latency-s", str(_START_UP_LATENCY_S))) as server:
        words = ("--endpoint", "bench", "--name", name, *_ONE_REQUEST)
        took = _run(workspace, server, "mine", *words, name=name, give_up_s=60.0)
    if took.exit_code:
        raise SystemExit(f"one request failed: {took.complained}")
    return StartUp(wall_s=took.wall_s - _START_UP_LATENCY_S, cpu_s=took.cpu_s, peak_mb=took.peak_mb)


def _run(workspace: Workspace, server: Server, key: str, *words: str, name: str, give_up_s: float) -> Took:
    workspace.point_to(server.port)
    return workspace.emowb("run", key, *words, give_up_s=give_up_s, cache=f"cache-{name}")


def measure(workspace: Workspace, cases: Sequence[Case], repeats: int) -> Iterator[Measured | StartUp]:
    """All figures, interleaved, so that a slow quarter of an hour of the machine falls on all alike."""
    for repeat in range(1, repeats + 1):
        yield measure_start_up(workspace, f"start-{repeat}")
        for case in cases:
            if case.has_bare:
                yield measure_bare(workspace, case)
            yield measure_emowb(workspace, case, f"{case.key}-{repeat}")


def _chosen(letters: str | None) -> list[Case]:
    if letters is None:
        return [case for case in CASES if case.usual]
    known = {case.key: case for case in CASES}
    if unknown := set(letters.split(",")) - set(known):
        raise SystemExit(f"no case {', '.join(sorted(unknown))}; there are {', '.join(known)}")
    return [known[letter] for letter in sorted(set(letters.split(",")))]


def main() -> None:
    """Draw, measure, print."""
    parser = argparse.ArgumentParser(prog="queueing")
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--only", help="letters of cases, joined by commas")
    parser.add_argument("--short", action="store_true", help="once; a and b, where no other is named")
    given = parser.parse_args()
    cases = _chosen("a,b" if given.short and not given.only else given.only)
    print(f"{os.cpu_count()} processors, Python {platform.python_version()}, {platform.system()}; {pinning()}\n")
    with tempfile.TemporaryDirectory() as folder:
        workspace = prepare(Path(folder), cases)
        seen = []
        for one in measure(workspace, cases, 1 if given.short else given.repeats):
            print(one.line(), file=sys.stderr, flush=True)
            seen.append(one)
    print(figures_table(seen), targets_table(seen), sep="\n\n")


if __name__ == "__main__":
    if sys.argv[1:2] == ["draw"]:
        draw(Path(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4]))
    else:
        main()
