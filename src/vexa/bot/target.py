"""A place on an element of the page that a press would reach."""

from __future__ import annotations

import random
from dataclasses import dataclass

from playwright.async_api import Locator

#: Matches of one selector that are tried.
_MOST_MATCHES = 8
#: How far within an element a person presses, in shares of its size.
_WITHIN = (0.3, 0.7)
#: What a press at a place within an element, in shares of its size, would reach; null for what lies
#: over it.
_TOP = """
const topOf = (element, at) => {
  const box = element.getBoundingClientRect();
  const top = document.elementFromPoint(box.x + box.width * at.x, box.y + box.height * at.y);
  if (!top) return null;
  return element === top || element.contains(top) || top.contains(element) ? top : null;
};
"""
_IS_FREE = f"(element, at) => {{ {_TOP} return !!topOf(element, at); }}"
#: Whether the pointer that the page knows of is there; alone, `:hover` fits only links in a page
#: without a doctype (Quirks Mode Standard, 4.2).
_IS_POINTED_AT = f"""(element, at) => {{
  {_TOP}
  return !!topOf(element, at)?.matches(":hover:not(:root)");
}}"""


@dataclass(frozen=True, slots=True)
class Target:
    """A place within an element.

    Attributes:
        element: exactly one match.
        within: the place in shares of its size, `x` and `y`.
        place: the same in pixels of the page's window, where the element was when it was found.
    """

    element: Locator
    within: dict[str, float]
    place: tuple[float, float]

    async def is_pointed_at(self) -> bool:
        """Tell whether the page has the pointer at this place, nothing lying over it."""
        return bool(await self.element.evaluate(_IS_POINTED_AT, self.within))

    async def found_again(self) -> Target:
        """Return the same place within the element, where that is now."""
        return Target(
            self.element, self.within, await _place(self.element, self.within) or self.place
        )


async def find_target(matches: Locator, dice: random.Random) -> Target | None:
    """Return a place on the first visible, enabled match that nothing covers."""
    for index in range(min(await matches.count(), _MOST_MATCHES)):
        match = matches.nth(index)
        if not (await match.is_visible() and await match.is_enabled()):
            continue
        within = {"x": dice.uniform(*_WITHIN), "y": dice.uniform(*_WITHIN)}
        place = await _place(match, within)
        if place is not None and await match.evaluate(_IS_FREE, within):
            return Target(match, within, place)
    return None


async def _place(element: Locator, within: dict[str, float]) -> tuple[float, float] | None:
    box = await element.bounding_box()
    if box is None:
        return None
    return box["x"] + box["width"] * within["x"], box["y"] + box["height"] * within["y"]
