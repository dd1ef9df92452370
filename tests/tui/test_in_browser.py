"""The same application in a browser, by textual-serve: it opens, draws and follows keys."""

import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from io import BytesIO
from pathlib import Path
from typing import Final

import pytest
from PIL import Image
from selenium.common.exceptions import WebDriverException
from selenium.webdriver import Chrome, ChromeOptions
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By
from selenium.webdriver.support.ui import WebDriverWait

from tests.waiting import PATIENCE_S

TOP: Final = Path(__file__).parents[2]
EMOWB: Final = (sys.executable, "-c", "from workbench.cli.app import main; main()")
SERVE: Final = (
    "from textual_serve.server import Server; import sys; Server(sys.argv[1], '127.0.0.1', int(sys.argv[2])).serve()"
)
FLAGS: Final = (
    *("--headless=new", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync", "--window-size=1000,700"),
)
CHROMIUM, DRIVER = shutil.which("chromium"), shutil.which("chromedriver")

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not (CHROMIUM and DRIVER), reason="chromium and chromedriver are not installed"),
]


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


@pytest.fixture
def address(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The workbench, opened on a run, behind textual-serve on loopback."""
    monkeypatch.setenv("EMOWB_DB", str(tmp_path / "emowb.db"))
    monkeypatch.setenv("EMOWB_STATE", str(tmp_path / "state"))
    for words in (("import", "rafdb", str(TOP / "samples" / "rafdb")), ("run", "rafdb", "--endpoint", "embedded")):
        subprocess.run([*EMOWB, *words], cwd=tmp_path, check=True, capture_output=True)
    port = free_port()
    command = f"{sys.executable} -c '{EMOWB[2]}' open rafdb"
    server = subprocess.Popen(
        [sys.executable, "-c", SERVE, command, str(port)], cwd=TOP, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    yield f"http://127.0.0.1:{port}/"
    server.terminate()
    server.wait()


@pytest.fixture
def browser(tmp_path: Path) -> Iterator[Chrome]:
    options = ChromeOptions()
    options.binary_location = CHROMIUM or ""
    for flag in (*FLAGS, f"--user-data-dir={tmp_path / 'browser'}"):
        options.add_argument(flag)
    one = Chrome(options=options, service=Service(DRIVER))
    yield one
    one.quit()


def colours(browser: Chrome) -> int:
    """How many different colours are on the page: a face alone has dozens."""
    with Image.open(BytesIO(browser.get_screenshot_as_png())) as picture:
        found = picture.convert("RGB").getcolors(1 << 24)
    return len(found or ())


def opened(browser: Chrome, address: str) -> bool:
    """Whether the application has drawn something; the page is asked for until the server is there."""
    if not browser.find_elements(By.CLASS_NAME, "textual-terminal"):
        with suppress(WebDriverException):
            browser.get(address)
        return False
    return bool(browser.execute_script("return document.body.classList.contains('-first-byte')"))


def test_the_workbench_opens_in_a_browser_and_follows_keys(browser: Chrome, address: str) -> None:
    wait = WebDriverWait(browser, PATIENCE_S)
    wait.until(lambda one: opened(one, address))
    wait.until(lambda one: colours(one) > 60)
    browser.find_element(By.CSS_SELECTOR, ".textual-terminal textarea").send_keys("j")  # where xterm.js hears keys
    first = browser.get_screenshot_as_png()
    browser.find_element(By.CSS_SELECTOR, ".textual-terminal textarea").send_keys("G")
    wait.until(lambda one: one.get_screenshot_as_png() != first)
    assert colours(browser) > 60
