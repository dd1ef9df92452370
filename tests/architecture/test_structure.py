"""Rules of the package's structure that no linter holds."""

import ast
from collections import defaultdict
from pathlib import Path

PACKAGE = Path(__file__).parents[2] / "workbench"
MODULES = {path.relative_to(PACKAGE): ast.parse(path.read_text()) for path in sorted(PACKAGE.rglob("*.py"))}


def test_a_public_class_name_means_one_thing() -> None:
    places = defaultdict(list)
    for module, tree in MODULES.items():
        for node in tree.body:
            if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                places[node.name].append(str(module))
    assert {name: found for name, found in places.items() if len(found) > 1} == {}


def test_a_module_has_500_lines_at_most() -> None:
    sizes = {str(module): len((PACKAGE / module).read_text().splitlines()) for module in MODULES}
    assert {module: size for module, size in sizes.items() if size > 500} == {}
