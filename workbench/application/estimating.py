"""What a run will take, by its settings and the limits of whom it asks."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from workbench.application.endpoints import Connection
from workbench.application.run_lanes import lane_limits
from workbench.domain.runs import RunSpec
from workbench.media.sample_media import media_source
from workbench.settings import Settings
from workbench.storage.samples import load_dataset
from workbench.storage.workspace.database import Database

if TYPE_CHECKING:
    from workbench.pipeline.run_duration import RunPace
    from workbench.pipeline.run_estimates import Estimate


def estimate_batches(
    settings: Settings,
    db: Database,
    spec: RunSpec,
    connection: Connection,
    batches: Sequence[Sequence[str]],
    *,
    batch_api: bool = False,
    samples: int | None = None,
) -> "Estimate":
    """What it will take to ask about these batches of samples over a connection. Decodes the frames of a few."""
    from workbench.pipeline.run_estimates import estimate_run
    from workbench.provider.costs.price_list import load_prices

    return estimate_run(
        db,
        spec,
        batches,
        media=media_source(load_dataset(db, spec.dataset).root, spec, settings.cache / "frames"),
        pace=replace(_pace(settings, db, spec, connection), batch_api=batch_api),
        prices=load_prices(settings.prices),
        samples=samples,
    )


def _pace(settings: Settings, db: Database, spec: RunSpec, connection: Connection) -> "RunPace":
    """The limits of all keys together, and the time that replies took lately."""
    from workbench.pipeline.run_duration import RunPace
    from workbench.storage.runs.endpoint_history import typical_latency_s

    lanes = [lane_limits(settings, one.endpoint) for one in (connection, *connection.partners) for _ in one.keys]

    def summed(limits: Iterable[int | None]) -> int | None:
        known = [limit for limit in limits if limit is not None]
        return sum(known) if len(known) == len(lanes) else None

    return RunPace(
        rpm=summed(lane.rpm for lane in lanes),
        tpm=summed(lane.tpm for lane in lanes),
        rpd=summed(lane.rpd for lane in lanes),
        in_flight=summed(lane.concurrency for lane in lanes),
        latency_s=typical_latency_s(db, spec.endpoint, spec.model),
    )
