import subprocess
import sys

HEAVY = {
    *("textual", "cv2", "openai", "sklearn", "scipy", "PIL", "numpy", "sqlite_utils", "openpyxl", "rich"),
    *("matplotlib", "jinja2", "pyarrow"),
}


def loaded_by(code: str) -> set[str]:
    """Top-level packages that a fresh interpreter holds after running `code`."""
    check = f"{code}\nimport sys\nsys.stderr.write(' '.join({{name.split('.')[0] for name in sys.modules}}))"
    done = subprocess.run([sys.executable, "-c", check], capture_output=True, text=True, check=True)
    return set(done.stderr.split())


def test_help_loads_none_of_the_heavy_libraries() -> None:
    code = (
        "import contextlib, sys\n"
        "from workbench.cli.app import app\n"
        "with contextlib.suppress(SystemExit):\n"
        "    app(['--help'])"
    )
    assert loaded_by(code) & HEAVY == set()


def test_the_domain_loads_no_library_of_the_outside_world() -> None:
    code = (
        "import importlib, pkgutil, workbench.domain\n"
        "for module in pkgutil.iter_modules(workbench.domain.__path__):\n"
        "    importlib.import_module('workbench.domain.' + module.name)"
    )
    assert loaded_by(code) & (HEAVY | {"sqlite3", "asyncio", "typer", "httpx2"}) == set()


def test_a_review_starts_without_the_screens_that_it_leads_to() -> None:
    check = "import sys, workbench.tui.workbench_app\nsys.stderr.write(' '.join(sys.modules))"
    done = subprocess.run([sys.executable, "-c", check], capture_output=True, text=True, check=True)
    loaded = done.stderr.split()
    assert "workbench.tui.review.review_screen" in loaded
    assert [name for name in loaded if name.split(".")[2:3] in (["queue"], ["metrics"], ["compare"], ["export"])] == []


def test_the_review_screen_starts_without_decoders_and_without_the_client() -> None:
    assert (
        loaded_by("import workbench.tui.workbench_app")
        & {"PIL", "cv2", "openai", "sklearn", "scipy", "openpyxl", "pydantic"}
        == set()
    )


def test_clients_and_the_embedded_server_load_their_heavy_libraries_when_they_are_used() -> None:
    code = "import workbench.embedded.server, workbench.provider.client, workbench.provider.jobs.batch_api"
    assert loaded_by(code) & (HEAVY | {"httpx2", "pydantic"}) == set()


def test_a_run_loads_its_heavy_libraries_when_they_are_used() -> None:
    assert (
        loaded_by("import workbench.cli.commands.run, workbench.application.run_actions") & (HEAVY - {"sqlite_utils"})
        == set()
    )
