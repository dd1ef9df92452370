"""The workspace: tables of one SQLite file, saved and loaded.

sqlite-utils imports pandas and numpy when they are installed, in order to know their types. Nothing here ever gives it
such values, both are installed with emowb, and together they cost every command half a second. sqlite-utils has no
option against it (4.2.1), so they are made unfindable while it loads: `None` in `sys.modules` is the documented way.
https://docs.python.org/3/reference/import.html#the-module-cache
"""

import sys

_UNUSED = [name for name in ("pandas", "numpy") if name not in sys.modules]
sys.modules.update(dict.fromkeys(_UNUSED))  # type: ignore[arg-type]  # None is allowed
try:
    import sqlite_utils  # noqa: F401  # loaded for all modules of this package
finally:
    for _name in _UNUSED:
        del sys.modules[_name]
