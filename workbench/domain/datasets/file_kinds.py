"""Files that are not what their names say: placeholders of Git LFS and web pages, saved in place of a download."""

from typing import Final

HEAD_BYTES: Final = 512
"""How much of a file's beginning is needed."""
_LFS: Final = b"version https://git-lfs.github.com/spec/"
_PAGES: Final = (b"<!doctype html", b"<html", b"<head", b"<?xml version", b"<error>")


def not_the_file(head: bytes) -> str | None:
    """What a file is instead, from its first bytes, with what to do; None where it may be the file itself."""
    start = head.removeprefix(b"\xef\xbb\xbf").lstrip().lower()
    if start.startswith(_LFS):
        return "a Git LFS pointer and not the file itself; run `git lfs pull` in its repository"
    if start.startswith(_PAGES):
        return "a web page (HTML or XML) and not the file itself; download the file again, logged in if need be"
    return None
