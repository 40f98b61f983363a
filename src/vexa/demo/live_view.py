"""The transcript on screen while people speak: finals stay, drafts are replaced."""

from __future__ import annotations

from typing import Any

from rich.console import Console, Group
from rich.live import Live
from rich.text import Text

_COLOURS = ("cyan", "green", "yellow", "magenta", "blue", "red")


class LiveView:
    """Prints to stderr, so that stdout holds nothing but the last line."""

    def __init__(self) -> None:
        self._console = Console(stderr=True, highlight=False)
        self._live = Live(console=self._console, refresh_per_second=8, transient=True)
        self._colours: dict[str, str] = {}
        self._drafts: dict[str, Text] = {}
        self._finals: set[str] = set()

    def __enter__(self) -> LiveView:
        if self._console.is_terminal:
            self._live.start()
        return self

    def __exit__(self, *_exc: object) -> None:
        if self._console.is_terminal:
            self._live.stop()

    def say(self, line: str) -> None:
        """Print a line about the demo itself."""
        self._console.print(Text(line, style="bold"))

    def show(self, frame: dict[str, Any]) -> None:
        """Show what a frame of the feed brings."""
        if frame.get("type") == "meeting.status":
            self.say(f"bot: {frame['payload']['status']}")
        for segment in (frame.get("payload") or {}).get("segments", []):
            self._show_segment(segment)
        self._live.update(Group(*self._drafts.values()))

    def _show_segment(self, segment: dict[str, Any]) -> None:
        segment_id = segment["segment_id"]
        if segment_id in self._finals:
            return
        if segment["completed"]:
            self._drafts.pop(segment_id, None)
            self._finals.add(segment_id)
            self._console.print(self._line(segment, draft=False))
        elif segment["text"]:
            self._drafts[segment_id] = self._line(segment, draft=True)
        else:
            self._drafts.pop(segment_id, None)

    def _line(self, segment: dict[str, Any], *, draft: bool) -> Text:
        name = segment["speaker"] or "(unnamed)"
        colour = self._colours.setdefault(name, _COLOURS[len(self._colours) % len(_COLOURS)])
        clock = segment["absolute_start_time"][11:19]
        text = Text.assemble((f"{clock}  ", "dim"), (f"{name}: ", f"bold {colour}"))
        text.append(segment["text"] + (" …" if draft else ""), style="dim italic" if draft else "")
        return text
