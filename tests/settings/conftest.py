from collections.abc import Callable
from pathlib import Path

import pytest

from workbench.settings import Settings, load_settings

Read = Callable[..., Settings]


@pytest.fixture
def read(tmp_path: Path) -> Read:
    """Settings from a file in the working directory, one of the user and an environment."""
    working_dir, config_dir = tmp_path / "work", tmp_path / "config"
    working_dir.mkdir()
    config_dir.mkdir()

    def load(here: str = "", user: str = "", **environment: str) -> Settings:
        for folder, text in ((working_dir, here), (config_dir, user)):
            if text:
                (folder / "emowb.toml").write_text(text, encoding="utf-8")
        return load_settings(environment, working_dir, config_dir)

    return load
