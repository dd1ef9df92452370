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


def test_a_module_name_stands_in_two_layers_at_most() -> None:
    layers: defaultdict[str, set[str]] = defaultdict(set)
    for module in MODULES:
        if module.stem != "__init__":
            layers[module.stem].add(module.parts[0])
    assert {name: found for name, found in layers.items() if len(found) > 2} == {}


def test_a_folder_holds_twenty_modules_at_most() -> None:
    sizes: defaultdict[str, int] = defaultdict(int)
    for module in MODULES:
        sizes[str(module.parent)] += module.stem != "__init__"
    assert {folder: size for folder, size in sizes.items() if size > 20} == {}


def test_a_module_has_500_lines_at_most() -> None:
    sizes = {str(module): len((PACKAGE / module).read_text().splitlines()) for module in MODULES}
    assert {module: size for module, size in sizes.items() if size > 500} == {}


LATE_IMPORTS = {
    "application/endpoints.py": "numpy and Pillow load with the first probe",
    "application/home.py": "scores load when the first headline is computed",
    "application/reviews.py": "sending loads when a sample is asked about again",
    "cli/terminal.py": "the screens load when a terminal is there to show them",
    "embedded/chat_endpoint.py": "numpy and Pillow load with the first question",
    "tui/navigation.py": "what sends a run loads when its queue opens",
    "tui/pictures/frame_loader.py": "only the encoder loads that the terminal needs",
}
"""The modules that may import first-party code inside functions, each with its reason."""


def late_imports(tree: ast.Module) -> set[str]:
    """First-party modules that are imported inside functions."""
    functions = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]
    nodes = [node for function in functions for node in ast.walk(function)]
    named = {node.module or "" for node in nodes if isinstance(node, ast.ImportFrom)}
    named |= {name.name for node in nodes if isinstance(node, ast.Import) for name in node.names}
    return {name for name in named if name.split(".")[0] == "workbench"}


def test_first_party_imports_stand_at_the_top_but_for_a_few_with_a_reason() -> None:
    found = {str(module): names for module, tree in MODULES.items() if (names := late_imports(tree))}
    assert set(found) - set(LATE_IMPORTS) == set()
    assert sum(len(names) for names in found.values()) <= 14, found
