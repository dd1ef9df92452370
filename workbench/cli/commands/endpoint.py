"""`emowb endpoint` and `emowb config`."""

from dataclasses import fields
from typing import Annotated

import typer

from workbench.application.endpoints import EndpointServer, FaultRates
from workbench.cli.context import AsJson, settings_of
from workbench.cli.output import say, show, show_json, show_table
from workbench.domain.endpoints import Endpoint
from workbench.domain.visible import visible
from workbench.settings import setting_names


def serve_endpoint(
    *,
    port: Annotated[int, typer.Option(min=0, max=65535, help="The port; 0 takes a free one.")] = 8765,
    refuse: Annotated[float, typer.Option(min=0, max=1, help="Share of samples that the model refuses.")] = 0.0,
    miscount: Annotated[
        float, typer.Option(min=0, max=1, help="Share of replies with one answer too few or too many.")
    ] = 0.0,
    garble: Annotated[
        float, typer.Option(min=0, max=1, help="Share of replies that break off or are not in the asked form.")
    ] = 0.0,
    rate_limit: Annotated[
        float, typer.Option(min=0, help="Requests per minute that are answered; 0 answers all.")
    ] = 0.0,
    latency: Annotated[float, typer.Option(min=0, help="Seconds before every answer.")] = 0.0,
    drop: Annotated[
        float, typer.Option(min=0, max=1, help="Share of connections that are dropped in the middle of the answer.")
    ] = 0.0,
    seed: Annotated[int, typer.Option(min=0, help="The seed of all these chances.")] = 0,
) -> None:
    """Serve the embedded model on this machine.

    It speaks the OpenAI chat-completions protocol and listens on loopback only. The model (`schematic-baseline`) is a
    small classifier of drawn faces, for trying things out and for tests. The options make it misbehave as real
    endpoints do.

    \b
    Example:
        emowb endpoint --port 8765 --refuse 0.05 --latency 0.2
        OPENAI_BASE_URL=http://127.0.0.1:8765/v1 OPENAI_API_KEY=none emowb run rafdb
    """
    faults = FaultRates(
        refuse=refuse,
        miscount=miscount,
        garble=garble,
        rate_limit=rate_limit,
        latency_s=latency,
        drop=drop,
        seed=seed,
    )
    server = EndpointServer(port=port, faults=faults)
    show(server.base_url)
    say("serving schematic-baseline; Ctrl-C stops")
    try:
        server.serve_forever()
    except KeyboardInterrupt:
        say("stopped")
    finally:
        server.stop()


def show_config(command: typer.Context, *, as_json: AsJson = False) -> None:
    """Print every setting and where it comes from.

    API keys are not printed, only the names of the variables that hold them.

    \b
    Example:
        emowb config
    """
    settings = settings_of(command)
    values = [(name, getattr(settings, name), settings.source_of(name)) for name in setting_names()]
    for name, endpoint in settings.endpoints.items():
        source = settings.source_of(f"endpoints.{name}")
        values.append((f"endpoints.{name}", endpoint.base_url or "(set base_url)", source))
        values += [(f"endpoints.{name}.{word}", value, source) for word, value in _peculiarities(endpoint)]
    values += [
        (f"prices.{name}", f"${price.input_usd:g} in, ${price.output_usd:g} out", settings.source_of(f"prices.{name}"))
        for name, price in settings.prices.items()
    ]
    if as_json:
        show_json(
            [
                {"name": name, "value": None if value is None else str(value), "source": source}
                for name, value, source in values
            ]
        )
        return
    show_table(
        ("setting", "value", "from"),
        ((name, visible(str(value if value is not None else "–")), source) for name, value, source in values),
    )


def _word(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _peculiarities(endpoint: Endpoint) -> list[tuple[str, str]]:
    """The fields of an endpoint that differ from their defaults, as a settings file writes them."""
    listed = {field.name: (field.default, getattr(endpoint, field.name)) for field in fields(endpoint)}
    return [
        (name, ", ".join(value) if isinstance(value, tuple) else _word(value))
        for name, (default, value) in listed.items()
        if name not in ("name", "base_url") and value != default
    ]
