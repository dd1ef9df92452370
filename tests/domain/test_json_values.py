import json
from dataclasses import dataclass
from types import MappingProxyType

from workbench.domain.json_values import json_value
from workbench.domain.predictions import PredictionStatus


@dataclass(frozen=True, slots=True)
class Inner:
    status: PredictionStatus
    counts: tuple[int, ...]

    @property
    def total(self) -> int:
        return sum(self.counts)


@dataclass(frozen=True, slots=True)
class Outer:
    inner: Inner | None
    by_status: MappingProxyType[PredictionStatus, Inner]


def test_dataclasses_mappings_tuples_and_enums_become_plain_values_in_full_depth() -> None:
    inner = Inner(PredictionStatus.OUT_OF_VOCABULARY, (1, 2))
    value = json_value([Outer(None, MappingProxyType({PredictionStatus.RANKED: inner}))])
    assert value == [
        {"inner": None, "by_status": {"ranked": {"status": "out of vocabulary", "counts": [1, 2]}}},
    ]
    assert type(value[0]["by_status"]["ranked"]["status"]) is str
    assert json.loads(json.dumps(value)) == value
