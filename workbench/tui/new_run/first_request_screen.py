"""The first request of a run as it would go out: its very words, and its pictures in their order."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal
from textual.screen import ModalScreen
from textual.widgets import Static

from workbench.application.new_runs import FirstRequest
from workbench.domain.datasets.samples import Frame, Sample
from workbench.domain.messages import ImagePart
from workbench.tui.attempts.long_text import LongText, TextBlock
from workbench.tui.base.commands import Scope, bindings
from workbench.tui.pictures.frame_loader import FrameLoader
from workbench.tui.pictures.frame_pane import FramePane
from workbench.tui.pictures.picture_app import PictureApp
from workbench.tui.widgets.keys_line import KeysLine


class SentFrames:
    """The frames of a request's samples as they go out, and no others."""

    def __init__(self, first: FirstRequest) -> None:
        self._frames = {sample.id: media.frames for sample, media in first.samples}

    def numbers(self, sample: Sample) -> tuple[int, ...]:
        return tuple(range(1, len(self._frames[sample.id]) + 1))

    def sent_indices(self, sample: Sample) -> tuple[int, ...]:
        return tuple(range(len(self._frames[sample.id])))

    def rate(self, sample: Sample) -> float:  # noqa: ARG002  # nothing plays here
        return 1.0

    def frame(self, sample: Sample, index: int, longest_side_px: int) -> Frame:  # noqa: ARG002  # as large as it goes out
        return replace(self._frames[sample.id][index], index=index)

    def frames(self, sample: Sample, indices: Sequence[int], longest_side_px: int) -> Iterator[Frame]:
        return (self.frame(sample, index, longest_side_px) for index in indices)


class FirstRequestScreen(ModalScreen[None]):
    """The words at the left, one picture at a time at the right."""

    SCOPES: ClassVar[tuple[Scope, ...]] = (Scope.FIRST_REQUEST,)
    BINDINGS: ClassVar[list[BindingType]] = bindings(Scope.FIRST_REQUEST)
    DEFAULT_CSS = """
    FirstRequestScreen {
        background: $background;
        & > #about { height: 1; background: $panel; padding: 0 1; text-wrap: nowrap; text-overflow: ellipsis; }
        & Horizontal { height: 1fr; }
        & LongText { width: 1fr; padding: 0 1; }
        & FramePane { width: 1fr; }
    }
    """

    def __init__(self, first: FirstRequest) -> None:
        super().__init__()
        self._first = first
        self._text = LongText()
        self._places = [
            (replace(sample, span=None), place) for sample, media in first.samples for place in range(media.n_images)
        ]
        self._at = 0
        self._about = Static(id="about", markup=False)
        self._loader: FrameLoader | None = None
        self._pane: FramePane | None = None

    def compose(self) -> ComposeResult:
        yield self._about
        with Horizontal():
            yield self._text
            if self._places:
                self._loader = FrameLoader(
                    SentFrames(self._first), self.app.terminal if isinstance(self.app, PictureApp) else None
                )
                self._pane = FramePane(self._loader)
                yield self._pane
        yield KeysLine()

    def on_mount(self) -> None:
        self.set_focus(self._text)
        self._text.show(request_blocks(self._first))
        self.action_picture(0)

    def on_unmount(self) -> None:
        if self._loader is not None:
            self._loader.close()

    def action_picture(self, by: int) -> None:
        words = f"{len(self._first.samples)} samples in the first request to {self._first.request.model}"
        if self._pane is not None:
            before, _ = self._places[self._at]
            self._at = (self._at + by) % len(self._places)
            sample, place = self._places[self._at]
            if sample == before and by:
                self._pane.step(by)
            else:
                self._pane.show(sample, place)
            words = f"picture {self._at + 1} of {len(self._places)}, of {sample.id}; {words}"
        self._about.update(words)

    def action_move(self, by: int) -> None:
        self._text.move(by)

    def action_page(self, pages: float) -> None:
        self._text.move_by_page(pages)

    def action_edge(self, bottom: bool) -> None:  # noqa: FBT001  # Textual passes actions' arguments by position
        self._text.move_to_edge(bottom=bottom)

    def action_close(self) -> None:
        self.dismiss(None)


def request_blocks(first: FirstRequest) -> Iterator[TextBlock]:
    """The message part by part, pictures by their place and size; then what cannot be shown."""
    yield "", "\n".join(_part_lines(first))
    if first.bad:
        yield "left out, since it cannot be shown", "\n".join(f"{name}: {why}" for name, why in first.bad)


def _part_lines(first: FirstRequest) -> Iterator[str]:
    number = 0
    for part in first.request.parts:
        if isinstance(part, ImagePart):
            number += 1
            yield f"[picture {number}, {len(part.frame.data):,} bytes]"
        else:
            yield part.text
