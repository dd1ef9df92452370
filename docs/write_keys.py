"""Write the document of keys from the table of commands: `python docs/write_keys.py`."""

from itertools import groupby
from pathlib import Path
from typing import Final

from workbench.tui.base.commands import COMMANDS, Command

KEYS: Final = Path(__file__).parent / "keys.md"
_HEAD: Final = """# Keys

Written from the table of commands by `python docs/write_keys.py`. In the workbench, `?` shows the same table, searches
it and runs what is chosen; `ctrl+p` finds commands by name.

To choose other keys, write them into `emowb.toml`, one or several for a command:

```toml
[keys]
review.note = "o"
review.next-failure = ["n", "f5"]
```

The workbench reports an unknown command, and a key that would do two things in one place, before it opens. Digits only
give labels.
"""


def keys_text() -> str:
    """The whole document."""
    sections = [_section(str(scope), list(commands)) for scope, commands in groupby(COMMANDS, lambda one: one.scope)]
    return "\n".join([_HEAD, *sections])


def _section(title: str, commands: list[Command]) -> str:
    rows = [f"| {_keys(command)} | {command.title} | `{command.id}` |" for command in commands]
    return "\n".join([f"## {title}", "", "| keys | | command |", "|---|---|---|", *rows, ""])


def _keys(command: Command) -> str:
    return " ".join(f"`{word}`" for word in command.key_words.replace("|", r"\|").split()) or "palette"


if __name__ == "__main__":
    KEYS.write_text(keys_text(), encoding="utf-8")
