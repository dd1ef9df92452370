"""How a run is asked to stop."""

from collections.abc import Callable


class Stop:
    """Asks a runner to finish: what is in flight comes in, nothing new leaves."""

    def __init__(self) -> None:
        self.reason: str | None = None
        self.is_ours = False
        """Whether the reason is a limit that we were given, and nobody's fault."""
        self.is_asked = False
        """Whether it is a person's wish, from another process or screen."""
        self._tell: list[Callable[[], None]] = []

    def set(self, reason: str, *, is_ours: bool = False, is_asked: bool = False) -> None:
        """Ask, once; a later reason does not replace the first."""
        if self.reason is None:
            self.reason, self.is_ours, self.is_asked = reason, is_ours, is_asked
            for tell in self._tell:
                tell()

    @property
    def is_set(self) -> bool:
        """Whether somebody asked."""
        return self.reason is not None

    def on_set(self, tell: Callable[[], None]) -> None:
        """Have `tell` called when somebody asks."""
        self._tell.append(tell)
