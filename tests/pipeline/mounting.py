"""Disks and folders as a system administrator makes them, where these tests are run by one."""

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

IS_ROOT: Final = os.geteuid() == 0


@cache
def may_mount() -> bool:
    """Whether this process may: root in a container often may not."""
    if not IS_ROOT:
        return False
    with TemporaryDirectory() as folder:
        if subprocess.run(["mount", "-t", "tmpfs", "emowb-test", folder], capture_output=True, check=False).returncode:
            return False
        subprocess.run(["umount", folder], check=True)
    return True


@contextmanager
def mounted(folder: Path, size: str) -> Iterator[Path]:
    """A disk in memory."""
    folder.mkdir()
    with _mounted(folder, "-t", "tmpfs", "-o", f"size={size}", "emowb-test"):
        yield folder


@contextmanager
def closed_for_writing(folder: Path, seen_at: Path) -> Iterator[Path]:
    """The folder as somebody sees it who may not write there: root sees another one that is mounted so."""
    if IS_ROOT:
        seen_at.mkdir()
        with _mounted(seen_at, "--bind", folder):
            subprocess.run(["mount", "-o", "remount,bind,ro", seen_at], check=True)
            yield seen_at
    else:
        folder.chmod(0o500)
        yield folder
        folder.chmod(0o700)


@contextmanager
def _mounted(folder: Path, *how: str | Path) -> Iterator[None]:
    subprocess.run(["mount", *how, folder], check=True)
    try:
        yield
    finally:
        subprocess.run(["umount", "--lazy", folder], check=True)
