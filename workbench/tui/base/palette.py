"""The command palette's entries: the table of commands, and the labels of the data set.

Textual's own system commands take their names for markup, which a label from outside must never be.
"""

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

from textual.command import DiscoveryHit, Hit, Hits, Provider
from textual.content import Content

from workbench.domain.visible import visible
from workbench.tui.base.commands import Scope
from workbench.tui.base.preferences import preferences_of

Offer = tuple[str, str, Callable[[], Any]]
"""Words, keys, and what to do."""


class Palette(Provider):
    """Offers what can be done on the screen below."""

    async def discover(self) -> Hits:
        """Everything, before a letter is typed."""
        for words, keys, run in self._offers():
            yield DiscoveryHit(_shown(words, keys), run, text=words)

    async def search(self, query: str) -> Hits:
        """What fits the letters."""
        matcher = self.matcher(query)
        for words, keys, run in self._offers():
            if score := matcher.match(words):
                yield Hit(score, _shown(words, keys), run, text=words)

    def _offers(self) -> Iterator[Offer]:
        act = partial(partial, self.app.run_action, default_namespace=self.screen)
        here = (*getattr(self.screen, "SCOPES", ()), Scope.EVERYWHERE)
        for command in preferences_of(self.app).commands:
            if command.scope in here and command.in_palette and command.action != "command_palette":
                yield command.title, command.key_words, act(command.action)
        for number, label in enumerate(getattr(self.screen, "own_labels", ()), start=1):
            yield f"label {visible(label, longest=60)}", str(number), act(f"label({number})")
        yield "choose the colours", "", self.app.action_change_theme


def _shown(words: str, keys: str) -> Content:
    return Content.assemble(words, ("  " + keys, "$text-accent"))
