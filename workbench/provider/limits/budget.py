"""What a run may cost. What is on its way counts as spent until its reply says what it cost in fact."""


class Budget:
    """US dollars for one run, all its sessions together."""

    def __init__(self, limit_usd: float, spent_usd: float) -> None:
        self.limit_usd = limit_usd
        self.spent_usd = spent_usd
        self.reserved_usd = 0.0

    def has_room(self, expected_usd: float) -> bool:
        """Whether a request that is expected to cost so much may leave."""
        return self.spent_usd + self.reserved_usd + expected_usd <= self.limit_usd

    def reserve(self, expected_usd: float) -> None:
        """It leaves."""
        self.reserved_usd += expected_usd

    def settle(self, expected_usd: float, cost_usd: float | None) -> None:
        """It came back. A cost that nobody reported is taken to be what was expected, unless nothing came: 0."""
        self.reserved_usd = max(self.reserved_usd - expected_usd, 0.0)
        self.spent_usd += expected_usd if cost_usd is None else cost_usd
