"""Whose tile is lit: what the bot runs inside Meet's page for it, and how it is read. Pure.

The script tells JSON: `{"lit": [[device, [text], [label], shares], …], "at": epoch ms}`, when it
changes and every few seconds; texts and labels are where names stand. `shares`: the device is in a
room whose devices are heard as one, as far as the list of people shows it; whoever speaks there may
sit at another device, so the light is the room's, which has no name. Only natives taken before the
page's own code are used on the page.
"""

from __future__ import annotations

import json
import math

from vexa.platforms.base import Person, RosterChange, Speaking
from vexa.platforms.google_meet import selectors
from vexa.platforms.google_meet.people import name_told

#: Most tiles of one message that are read.
_MOST_LIT = 50
#: Begins what stands for the device of a room that shares its sound; no device's id begins so.
_ROOM = "room of "
#: Most texts of one tile that are read.
_MOST_TEXTS = 8

_NEWS = """({ TILE, ID, LIT, NAME, ROW, SHARED }) => (tell) => {
  const POLL_MS = 250;
  const AGAIN_MS = 5000;
  const TEXT_LIMIT = 200;
  const MOST_NAMES = 8;
  const text = JSON.stringify;
  const every = globalThis.setInterval.bind(globalThis);
  const clock = performance.now.bind(performance);
  const origin = performance.timeOrigin;
  const findAll = Document.prototype.querySelectorAll.bind(document);
  const matches = Function.prototype.call.bind(Element.prototype.matches);
  const closest = Function.prototype.call.bind(Element.prototype.closest);
  const within = Function.prototype.call.bind(Element.prototype.querySelector);
  const allWithin = Function.prototype.call.bind(Element.prototype.querySelectorAll);
  const attribute = Function.prototype.call.bind(Element.prototype.getAttribute);

  const isOrHas = (tile, what) => matches(tile, what) || within(tile, what);
  const cut = (said) => (said || '').slice(0, TEXT_LIMIT);
  const namesIn = (tiles) => {
    const names = tiles.flatMap((tile) => [...allWithin(tile, NAME)]);
    return names.slice(0, MOST_NAMES).map((name) => cut(name.innerText));
  };
  const labelsOf = (tiles) => {
    const rows = tiles.filter((tile) => matches(tile, ROW));
    return rows.slice(0, MOST_NAMES).map((row) => cut(attribute(row, 'aria-label')));
  };
  const lit = () => {
    const tiles = [...findAll(TILE)];
    const devices = (some) => new Set(some.map((tile) => attribute(tile, ID)));
    const shared = devices(tiles.filter((tile) => isOrHas(tile, SHARED) || closest(tile, SHARED)));
    const found = [];
    for (const device of devices(tiles.filter((tile) => isOrHas(tile, LIT)))) {
      const own = tiles.filter((tile) => attribute(tile, ID) === device);
      found.push([device, namesIn(own), labelsOf(own), shared.has(device)]);
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
_WHERE = {
    "TILE": f"[{selectors.TILE_ID}]",
    "ID": selectors.TILE_ID,
    "LIT": selectors.LIT,
    "NAME": selectors.NAME_IN_TILE,
    "ROW": selectors.ROW,
    "SHARED": selectors.SHARED_SOUND,
}
NEWS = f"({_NEWS})({json.dumps(_WHERE)})"


class Glow:
    """Which tiles are lit, and what they are called as long as the roster has told of nobody."""

    def __init__(self) -> None:
        self._lit: dict[str, str] = {}

    def decode(self, text: str) -> RosterChange:
        """Read one message of the script.

        Names are hints: whoever shows them is not said to be present. A room has an empty one.

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
        people = tuple(
            Person(device, name, present=False)
            for device, name in now.items()
            if name or device.startswith(_ROOM)
        )
        self._lit = now
        return RosterChange(people=people, speaking=(*ceased, *begun))


def _read_tiles(tiles: list[object]) -> dict[str, str]:
    now: dict[str, str] = {}
    for tile in tiles[:_MOST_LIT]:
        match tile:
            case [str(device), list(), list(), True] if device:
                now[f"{_ROOM}{device}"] = ""
            case [str(device), list(texts), list(labels), False] if device:
                now[device] = name_told(_strings(texts), _strings(labels))
            case _:
                raise ValueError("a tile of an unknown form")
    return now


def _strings(told: list[object]) -> list[str]:
    return [text for text in told[:_MOST_TEXTS] if isinstance(text, str)]
