"""Whose tile is lit: what the bot runs inside Meet's page for it, and how it is read. Pure.

The script tells JSON: `{"lit": [[device, tile text], …], "at": epoch ms}`, when it changes and
every few seconds. Only natives taken before the page's own code are used on the page.
"""

from __future__ import annotations

import json
import math

from vexa.platforms.base import Person, RosterChange, Speaking
from vexa.platforms.google_meet import selectors
from vexa.platforms.google_meet.people import tile_name

#: Most tiles of one message that are read.
_MOST_LIT = 50

_NEWS = """(TILE, ID, LIT) => (tell) => {
  const POLL_MS = 250;
  const AGAIN_MS = 5000;
  const TEXT_LIMIT = 200;
  const text = JSON.stringify;
  const every = globalThis.setInterval.bind(globalThis);
  const clock = performance.now.bind(performance);
  const origin = performance.timeOrigin;
  const findAll = Document.prototype.querySelectorAll.bind(document);
  const matches = Function.prototype.call.bind(Element.prototype.matches);
  const within = Function.prototype.call.bind(Element.prototype.querySelector);
  const attribute = Function.prototype.call.bind(Element.prototype.getAttribute);

  const lit = () => {
    const found = [];
    for (const tile of findAll(TILE)) {
      if (!matches(tile, LIT) && !within(tile, LIT)) continue;
      found.push([attribute(tile, ID), (tile.innerText || '').slice(0, TEXT_LIMIT)]);
    }
    return text(found);
  };
  let seen = '[]';
  let told = '[]';
  let toldAt = 0;
  every(() => {
    try {
      const now = lit();
      // two looks that agree: a tile may flash by mistake
      if (now === seen && (now !== told || (now !== '[]' && clock() - toldAt > AGAIN_MS))) {
        told = now;
        toldAt = clock();
        tell('{"lit":' + now + ',"at":' + (origin + toldAt) + '}');
      }
      seen = now;
    } catch {
      // the page is between two states
    }
  }, POLL_MS);
}"""
NEWS = (
    f"({_NEWS})({json.dumps(f'[{selectors.TILE_ID}]')}, {json.dumps(selectors.TILE_ID)}, "
    f"{json.dumps(selectors.LIT)})"
)


class Glow:
    """Which tiles are lit, and what they are called as long as the roster has told of nobody."""

    def __init__(self) -> None:
        self._lit: dict[str, str] = {}

    def decode(self, text: str) -> RosterChange:
        """Read one message of the script.

        Names are hints: whoever shows them is not said to be present.

        Raises:
            ValueError: not of the known form.
        """
        match json.loads(text):
            case {"lit": list(tiles), "at": float(at_ms) | int(at_ms)} if math.isfinite(at_ms):
                now = _read_tiles(tiles)
            case _:
                raise ValueError("news of an unknown form")
        begun = [Speaking(device, True, float(at_ms)) for device in now if device not in self._lit]
        ceased = [
            Speaking(device, False, float(at_ms)) for device in self._lit if device not in now
        ]
        people = tuple(Person(device, name, present=False) for device, name in now.items() if name)
        self._lit = now
        return RosterChange(people=people, speaking=(*ceased, *begun))


def _read_tiles(tiles: list[object]) -> dict[str, str]:
    now: dict[str, str] = {}
    for tile in tiles[:_MOST_LIT]:
        match tile:
            case [str(device), str(shown)] if device:
                now[device] = tile_name(shown)
            case _:
                raise ValueError("a tile of an unknown form")
    return now
