"""The command palette: the commands of the present screen, and the labels of the data set.

It replaces Textual's own provider, which reads names as markup: a label comes from outside and must not be read so.
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
    """Offers the commands of the screen below the palette."""

    async def discover(self) -> Hits:
        """All commands, before anything is typed."""
        for words, keys, run in self._offers():
            yield DiscoveryHit(_shown(words, keys), run, text=words)

    async def search(self, query: str) -> Hits:
        """The commands that match what is typed."""
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
