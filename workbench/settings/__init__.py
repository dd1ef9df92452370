"""Settings: one frozen object, and where each value came from.

Order: flags over environment variables over `emowb.toml` in the working directory over the one in the user's config
directory over the defaults here. API keys are no settings: they stay in the environment.
"""

import getpass
import math
import os
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

from workbench.domain.endpoints import EMBEDDED, PRESETS, Endpoint
from workbench.domain.prices import Price
from workbench.errors import UsageError, unknown_name
from workbench.settings.toml_tables import Readers, choice, read_endpoint, read_price, read_values, text

PICTURE_CHOICES: Final = ("auto", "half-blocks", "kitty", "sixel", "words")
"""How pictures are shown in the terminal; `auto` asks it."""
THEME_CHOICES: Final = ("dark", "light", "high-contrast")
_APP: Final = "emowb"
_FILE: Final = "emowb.toml"
_PREFIX: Final = "EMOWB_"
_DEFAULT: Final = "default"


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """All settings. API keys are not among them."""

    db: Path = Path("emowb.db")
    """The workspace file."""
    exports: Path = Path("exports")
    cache: Path
    """Where encoded frames are kept between runs."""
    endpoint: str | None = None
    """The endpoint used when no flag names one."""
    model: str | None = None
    reviewer: str = ""
    rpm: int | None = None
    """Requests per minute, for each key. For this and the next two, None is no limit."""
    tpm: int | None = None
    """Tokens per minute."""
    rpd: int | None = None
    """Requests per day."""
    budget_usd: float | None = None
    """The most that a run may cost in all; None is no limit."""
    concurrency: int | None = None
    """Requests in flight; None: found out while the run is sent."""
    timeout_s: float = 300.0
    patience_s: float = 900.0
    """How long a busy or loading server is waited for before the run pauses."""
    pictures: str = "auto"
    """One of PICTURE_CHOICES."""
    theme: str | None = None
    """One of THEME_CHOICES; None: as it was last."""
    state: Path | None = None
    """The folder where the workbench remembers filters, panes and places; None: it remembers nothing."""
    keys: Mapping[str, tuple[str, ...]] = field(default_factory=lambda: MappingProxyType({}))
    """The user's own keys, by the id of the command: table `[keys]` of the files."""
    endpoints: Mapping[str, Endpoint] = field(default_factory=lambda: PRESETS)
    """Presets, and what the files add or change."""
    prices: Mapping[str, Price] = field(default_factory=lambda: MappingProxyType({}))
    """The user's own, by model name: tables `[prices."MODEL"]` of the files. They win over the built-in ones."""
    sources: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    """Where each value came from, by field; an endpoint's as `endpoints.NAME`, a price's as `prices.MODEL`."""

    def source_of(self, name: str) -> str:
        """Where a value came from, for people."""
        return self.sources.get(name, _DEFAULT)


def load_settings(environment: Mapping[str, str], working_dir: Path, config_dir: Path | None = None) -> Settings:
    """Read files and environment. Raises UsageError that names the file or variable and the word that is wrong."""
    from platformdirs import user_cache_path, user_state_path

    settings = Settings(
        cache=user_cache_path(_APP),
        state=user_state_path(_APP),
        reviewer=_login(),
        sources=MappingProxyType({"reviewer": "login name"}),
    )
    for path in settings_files(working_dir, config_dir):
        if path.is_file():
            settings = _with_file(settings, path)
    return _with_environment(settings, environment)


def settings_files(working_dir: Path, config_dir: Path | None = None) -> tuple[Path, Path]:
    """The two files that are read, whether they exist or not. The second one wins."""
    from platformdirs import user_config_path

    return (config_dir or user_config_path(_APP)) / _FILE, working_dir / _FILE


def setting_names() -> tuple[str, ...]:
    """Every setting that a file or a variable can hold, in the order in which people read them."""
    return tuple(_READERS)


def endpoint_named(settings: Settings, name: str) -> Endpoint:
    """An endpoint by name. Raises UsageError that names the nearest ones, or says that its address is missing."""
    endpoint = settings.endpoints.get(name)
    if endpoint is None:
        raise unknown_name("endpoint", name, (*settings.endpoints, EMBEDDED))
    if not endpoint.base_url:
        raise UsageError(f'endpoint {name} has no address; put base_url = "https://..." under [endpoints.{name}]')
    return endpoint


def _positive(kind: Callable[[Any], Any]) -> Callable[[Any], Any]:
    def read(value: Any) -> Any:
        number = kind(value)
        whole = isinstance(value, str) or number == value  # int(2.5) is 2
        if isinstance(value, bool) or not whole or not 0 < number < math.inf:
            raise ValueError
        return number

    return read


def _path(value: Any) -> Path:
    return Path(text(value)).expanduser()


_WHOLE: Final = (_positive(int), "a whole number above 0")
_READERS: Final[Readers] = MappingProxyType(
    {
        "db": (_path, "a path"),
        "exports": (_path, "a path"),
        "cache": (_path, "a path"),
        "endpoint": (text, "an endpoint's name"),
        "model": (text, "a model's name"),
        "reviewer": (text, "a name"),
        "rpm": _WHOLE,
        "tpm": _WHOLE,
        "rpd": _WHOLE,
        "budget_usd": (_positive(float), "US dollars above 0"),
        "concurrency": _WHOLE,
        "timeout_s": (_positive(float), "seconds above 0"),
        "patience_s": (_positive(float), "seconds above 0"),
        "theme": (choice(*THEME_CHOICES), f"one of {', '.join(THEME_CHOICES)}"),
        "state": (_path, "a path"),
        "pictures": (choice(*PICTURE_CHOICES), f"one of {', '.join(PICTURE_CHOICES)}"),
    }
)


def _with_values(settings: Settings, values: Mapping[str, Any], source: str) -> Settings:
    read = read_values(values, _READERS, source, kind="setting")
    sources = {**settings.sources, **dict.fromkeys(read, source)}
    return replace(settings, **read, sources=MappingProxyType(sources))


def _with_file(settings: Settings, path: Path) -> Settings:
    try:
        values = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise UsageError(f"{path} cannot be read: {error}") from error
    tables = values.pop("endpoints", {})
    if not isinstance(tables, dict):
        raise UsageError(f"endpoints in {path} must be tables: [endpoints.NAME]")
    prices = values.pop("prices", {})
    if not isinstance(prices, dict):
        raise UsageError(f'prices in {path} must be tables: [prices."MODEL"]')
    keys = _read_keys(values.pop("keys", {}), path)
    settings = _with_values(settings, values, str(path))
    settings = replace(settings, keys=MappingProxyType({**settings.keys, **keys}))
    for name, table in tables.items():
        settings = _with_endpoint(settings, name, table, str(path))
    return _with_prices(settings, prices, str(path))


def _read_keys(table: Any, path: Path) -> dict[str, tuple[str, ...]]:
    """`review.note = "o"`, or a list of keys; whether there are such commands and keys is for the workbench to say."""
    if not isinstance(table, dict):
        raise UsageError(f'keys in {path} must be a table: [keys] with COMMAND = "KEY"')
    read: dict[str, tuple[str, ...]] = {}
    for name, value in table.items():
        if isinstance(value, dict):
            read |= {f"{name}.{rest}": keys for rest, keys in _read_keys(value, path).items()}
            continue
        keys = [value] if isinstance(value, str) else value
        if not isinstance(keys, list) or not all(isinstance(key, str) and key for key in keys):
            raise UsageError(f"[keys] {name} in {path} is {value!r}; it must be a key or a list of keys")
        read[name] = tuple(keys)
    return read


def _with_endpoint(settings: Settings, name: str, table: Any, source: str) -> Settings:
    """A table changes what it names and nothing else."""
    base = settings.endpoints.get(name, Endpoint(name=name, base_url=""))
    endpoints = {**settings.endpoints, name: read_endpoint(base, table, source)}
    sources = {**settings.sources, f"endpoints.{name}": source}
    return replace(settings, endpoints=MappingProxyType(endpoints), sources=MappingProxyType(sources))


def _with_prices(settings: Settings, tables: Mapping[str, Any], source: str) -> Settings:
    """A price is one table, whole: a nearer file's takes the place of another's."""
    read = {name: read_price(table, f'[prices."{name}"]', source) for name, table in tables.items()}
    sources = {**settings.sources, **{f"prices.{name}": source for name in read}}
    prices = {**settings.prices, **read}
    return replace(settings, prices=MappingProxyType(prices), sources=MappingProxyType(sources))


def _with_environment(settings: Settings, environment: Mapping[str, str]) -> Settings:
    for name in _READERS:
        variable = _PREFIX + name.upper()
        if environment.get(variable):
            settings = _with_values(settings, {name: environment[variable]}, f"${variable}")
    if environment.get("OPENAI_BASE_URL"):
        table = {"base_url": environment["OPENAI_BASE_URL"]}
        settings = _with_endpoint(settings, "openai", table, "$OPENAI_BASE_URL")
    if settings.endpoint is None and environment.get("OPENAI_API_KEY"):
        settings = _with_values(settings, {"endpoint": "openai"}, "$OPENAI_API_KEY is set")
    return settings


def _login() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return f"user-{os.getuid()}"
