"""The workspace: tables of one SQLite file, saved and loaded.

sqlite-utils imports pandas and numpy where they are installed, only to know their values when it is given any. It never
is, and the two take half a second and fifty megabytes, so they are kept from view while sqlite-utils is loaded.
"""

import sys

_hidden = [name for name in ("pandas", "numpy") if name not in sys.modules]
for _name in _hidden:
    sys.modules[_name] = None  # type: ignore[assignment]  # how Python is told that a module is not to be found
try:
    import sqlite_utils  # noqa: F401  # loaded for those who import it next
finally:
    for _name in _hidden:
        del sys.modules[_name]
