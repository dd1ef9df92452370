"""A new run or ablation: what can be chosen for it, what it would take, and having it sent by a process of its own."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from types import MappingProxyType

from workbench.application.comparisons import Axis, plan_arms
from workbench.application.context import Context
from workbench.application.endpoints import Connection, connected, described, lacking, offered_models
from workbench.application.run_actions import Launched, launch
from workbench.application.run_sending import open_run
from workbench.application.run_setup import Destination, RunPlan, plan_run
from workbench.domain.datasets.cards import DatasetCard
from workbench.domain.datasets.samples import Sample
from workbench.domain.datasets.tasks import Modality
from workbench.domain.endpoints import EMBEDDED, OfferedModel, model_among
from workbench.domain.messages import Request, SampleMedia
from workbench.domain.prompts import build_request
from workbench.domain.run_options import RunOptions, card_spec, repeated
from workbench.domain.run_status import GivenLimits
from workbench.domain.runs import Run, RunSpec, RunState
from workbench.errors import UsageError
from workbench.media.media_files import BadMedia
from workbench.media.sample_media import media_source
from workbench.pipeline import planning
from workbench.storage.runs.endpoint_history import load_probe
from workbench.storage.runs.run_records import load_runs
from workbench.storage.samples import (
    count_samples,
    has_consent,
    load_cards,
    load_dataset,
    load_samples_by_id,
    save_consent,
)

__all__ = ["Axis", "EndpointChoice", "FirstRequest", "Launched", "NameTaken", "NewRun", "NewRunPlan", "ReadyNewRun"]


class NameTaken(UsageError):
    """A run of that name is there already."""


@dataclass(frozen=True, slots=True)
class EndpointChoice:
    """An endpoint that a run can be sent to."""

    name: str
    host: str
    lacks: str = ""
    """What it lacks, such as a key; empty: it can be asked."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewRun:
    """A run, its repeats, or an ablation, as a person has chosen it."""

    card: DatasetCard
    options: RunOptions
    axis: Axis | None = None
    """Of an ablation; None: a run."""
    values: tuple[str, ...] = ()
    """Of the axis."""

    def words(self) -> list[str]:
        """The command that does the same, without the program's name."""
        if self.axis is None:
            return ["run", self.card.key, *self.options.words()]
        flag = f"--{self.axis}"
        varied = [flag] if self.axis is Axis.OPTION_ORDER else [flag, ",".join(self.values)]
        return ["ablate", self.card.key, *varied, *self.options.words()]


@dataclass(frozen=True, slots=True)
class NewRunPlan:
    """What a new run would take."""

    new: NewRun
    """With the name that it gets."""
    runs: tuple[RunPlan, ...]
    """One for a run, several for repeats or an ablation."""
    left_out: int = 0
    """Arms of an ablation that have a run already."""

    @property
    def samples(self) -> int:
        """Samples to ask about, over all runs."""
        return sum(one.estimate.samples for one in self.runs)

    @property
    def requests(self) -> int:
        """Requests, over all runs."""
        return sum(one.estimate.requests for one in self.runs)

    @property
    def tokens(self) -> int:
        """Tokens in and out, over all runs."""
        return sum(one.estimate.prompt_tokens + one.estimate.completion_tokens for one in self.runs)

    @property
    def cost_usd(self) -> float | None:
        """None where the price is not known."""
        costs = [one.estimate.cost_usd for one in self.runs]
        known = [cost for cost in costs if cost is not None]
        return sum(known) if len(known) == len(costs) else None

    @property
    def minutes(self) -> float:
        """One run after the other."""
        return sum(one.estimate.minutes for one in self.runs)


@dataclass(frozen=True, slots=True)
class ReadyNewRun:
    """A new run that can be sent, and what a person has to agree to before."""

    plan: NewRunPlan
    hosts: tuple[str, ...]
    """Off this machine, to which samples go."""
    destinations: tuple[Destination, ...]
    """Those of them for which nobody has agreed yet."""
    warnings: tuple[str, ...]
    """About the model: that it ends, or that it was never probed."""

    @property
    def needs_asking(self) -> bool:
        """Whether it may cost money, sends samples away, or there is something to know before."""
        return bool(self.hosts or self.plan.cost_usd or self.warnings)


@dataclass(frozen=True, slots=True)
class FirstRequest:
    """The first request of a run as it would go out, before it does."""

    request: Request
    samples: tuple[tuple[Sample, SampleMedia], ...]
    bad: tuple[tuple[str, str], ...]
    """Samples that cannot be shown, and why."""


def list_choices(context: Context) -> tuple[list[DatasetCard], list[EndpointChoice]]:
    """The data sets that hold samples, and the endpoints that have an address; those that can be asked come first."""
    with context.workspace() as db:
        imported = count_samples(db)
        cards = [card for card in load_cards(db) if imported.get(card.key)]
    found = [_choice(context, name) for name, one in context.settings.endpoints.items() if one.base_url]
    own = [one for one in found if context.settings.source_of(f"endpoints.{one.name}") != "default"]
    others = [one for one in found if one not in own]
    choices = [*own, EndpointChoice(EMBEDDED, "this machine"), *others]
    wanted = context.settings.endpoint
    return cards, sorted(choices, key=lambda one: (one.name != wanted, bool(one.lacks)))


def list_models(context: Context, endpoint: str) -> list[OfferedModel]:
    """What an endpoint offers, those that were shut down at the end; empty where it does not tell.

    Raises EndpointError where nobody answers or a key is missing.
    """
    today = datetime.now(UTC).date()
    with connected(context, endpoint) as connection:
        return sorted(asyncio.run(offered_models(connection)), key=lambda one: one.is_gone(today))


def plan_new_run(context: Context, new: NewRun) -> NewRunPlan:
    """What a run would take; nobody is asked. A run without a name gets the model's, or that with a number.

    Raises UsageError where the options contradict each other or the name is taken.
    """
    if new.options.endpoint is None or new.options.model is None:
        raise UsageError("choose an endpoint and a model")
    new = _named(context, new)
    connection = described(context, new.options.endpoint or "")
    named, left_out = _named_specs(context, new)
    context = _limited(context, new.options.limits)
    plans = tuple(plan_run(context, name, spec, connection) for name, spec in named)
    return NewRunPlan(new, plans, left_out)


def ready_new_run(context: Context, new: NewRun) -> ReadyNewRun:
    """Have the endpoint confirm the model, and find out what a person has to agree to.

    Raises EndpointError where nobody answers, and UsageError for a model that the endpoint does not have.
    """
    plan = plan_new_run(context, new)
    options = plan.new.options
    modality = Modality(options.modality or new.card.modality)
    warnings: list[str] = []
    with connected(context, options.endpoint or "") as connection:
        model = model_among(connection.endpoint, asyncio.run(offered_models(connection)), options.model)
        warnings += filter(None, [model.notice(datetime.now(UTC).date())])
        with context.workspace() as db:
            if options.endpoint != EMBEDDED and load_probe(db, connection.endpoint.name, model.name) is None:
                warnings.append(f"{model.name} was never probed: whether it sees pictures is not known here")
            destinations = tuple(
                Destination(new.card, host, "pictures" if modality.has_pictures else "texts")
                for host in _hosts(connection)
                if not new.card.open_licence and not has_consent(db, new.card.key, host)
            )
        return ReadyNewRun(plan, _hosts(connection), destinations, tuple(warnings))


def queue_new_run(context: Context, agreed: ReadyNewRun) -> tuple[Run, Launched]:
    """Make the runs, and have them sent by a process of its own; a person has agreed. Returns the first run."""
    new = agreed.plan.new
    with context.workspace() as db:
        for one in agreed.destinations:
            save_consent(db, new.card.key, one.host, context.now())
    runs = [open_run(context, plan.name, plan.spec)[0] for plan in agreed.plan.runs]
    first = next((run for run in runs if run.state is not RunState.DONE), runs[0])
    return first, launch(context, first, [*new.words(), *["--yes"] * bool(agreed.destinations)])


def first_request(context: Context, new: NewRun) -> FirstRequest:
    """The very words and pictures of the first request of a run, or of the first run of several."""
    named, _ = _named_specs(context, _named(context, new))
    _, spec = named[0]
    with context.workspace() as db:
        dataset = load_dataset(db, spec.dataset)
        samples = load_samples_by_id(db, spec.dataset, planning.plan_samples(db, spec)[0])
    media = media_source(dataset.root, spec, context.settings.cache / "frames")
    shown, bad = [], []
    for sample in samples:
        try:
            shown.append((sample, media(sample)))
        except BadMedia as error:
            bad.append((sample.id, str(error)))
    if not shown:
        raise UsageError(f"no sample of the first request can be shown: {bad[0][1]}")
    return FirstRequest(build_request(dataset.card, spec, [one for _, one in shown]), tuple(shown), tuple(bad))


def _choice(context: Context, name: str) -> EndpointChoice:
    endpoint = context.settings.endpoints[name]
    return EndpointChoice(name, endpoint.host, lacking(context, endpoint))


def _named(context: Context, new: NewRun) -> NewRun:
    with context.workspace() as db:
        taken = {run.name for run in load_runs(db, new.card.key)}
    wanted = new.options.name or new.options.model or ""
    names = (wanted, *(f"{wanted}-{number}" for number in range(2, len(taken) + 3)))
    if new.options.name is not None and wanted in taken:
        raise NameTaken(f"there is a run {wanted} already; the queue resumes it")
    name = next(name for name in names if not _is_taken(name, taken))
    return replace(new, options=replace(new.options, name=name))


def _is_taken(name: str, taken: set[str]) -> bool:
    return any(one == name or one.startswith(f"{name}.") for one in taken)


def _named_specs(context: Context, new: NewRun) -> tuple[Sequence[tuple[str, RunSpec]], int]:
    """The runs of a form by name, and how many arms of an ablation are done already and left out."""
    options = new.options
    spec = card_spec(new.card, options.spec_fields(new.card))
    if new.axis is None:
        return repeated(options.name or "", spec, options.repeat), 0
    if options.repeat not in (None, 1):
        raise UsageError("an ablation has no repeats")
    arms = plan_arms(context, spec, options.name or "", new.axis, new.values)
    to_send = [(arm.name, arm.spec) for arm in arms if arm.run is None or arm.run.state is not RunState.DONE]
    return to_send, len(arms) - len(to_send)


def _limited(context: Context, limits: GivenLimits) -> Context:
    """The context of the command with these limits as its flags."""
    given = limits.as_dict()
    sources = {**context.settings.sources, **dict.fromkeys(given, "command line")}
    return replace(context, settings=replace(context.settings, **given, sources=MappingProxyType(sources)))


def _hosts(connection: Connection) -> tuple[str, ...]:
    return tuple(dict.fromkeys(one.host for one in connection.endpoints if not one.is_local))
