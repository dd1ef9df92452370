"""Who answers the jobs of a run."""

from dataclasses import dataclass
from pathlib import Path

from workbench.domain.endpoints import Endpoint
from workbench.domain.jobs import FILE_ENDPOINT
from workbench.provider.api_keys import NO_KEY, ApiKey
from workbench.provider.jobs.job_files import OPENAI_LIMITS, FileLimits


@dataclass(frozen=True, slots=True, kw_only=True)
class JobTarget:
    """A provider's Batch API, or a program of the user's own that reads and writes files."""

    endpoint: Endpoint
    """In whose dialect requests are written."""
    answered_by: str
    """The endpoint's name as jobs and attempts keep it; `FILE_ENDPOINT` for a file of the user's own."""
    key_name: str | None = None
    """The variable that holds the key; None: no key is needed."""
    key: ApiKey = NO_KEY
    """It is masked in all that is stored."""
    limits: FileLimits = OPENAI_LIMITS
    budget_usd: float | None = None
    """What the run may cost in all its sessions together; None: no budget."""
    folder: Path
    """Where files are kept while they are needed; made when first needed, readable by its owner alone."""

    @property
    def is_file(self) -> bool:
        """Whether the user has a program of their own answer, from a file into a file."""
        return self.answered_by == FILE_ENDPOINT
