"""What the bot runs inside Zoom's page: it tells who is in and who speaks.

Sources as read in September 2026: messages `{type: "message", data: "<json>"}` that a Worker posts,
in which the client's signalling socket lives; and the name on the tile of who speaks. What it tells
is JSON, read by `news`:

    {"rwg": text, "at": epoch ms, "since": …}   a message of the signalling, roster or speakers
    {"tile": name, "at": epoch ms, "since": …}  the name on the active tile; empty for none

`since`: when what is told may have been true first, earlier than `at` where the page stalled.

Only natives taken before the page's own code are used on it.
"""

from __future__ import annotations

import json

from vexa.platforms.stalls import UNSEEN_SINCE
from vexa.platforms.zoom import selectors

#: The title is the only mark of some pages.
STATE = "() => ({ title: document.title })"

_NEWS = """(TILES, NAME, unseenSince) => (tell) => {
  const POLL_MS = 250;
  const AGAIN_MS = 5000;
  const MESSAGE_LIMIT = 200000;
  const NAME_LIMIT = 200;
  const text = JSON.stringify;
  const { apply, construct } = Reflect;
  const every = globalThis.setInterval.bind(globalThis);
  const clock = performance.now.bind(performance);
  const origin = performance.timeOrigin;
  const since = unseenSince(every, clock);
  const seenNow = () => ({ since: origin + since(), at: origin + clock() });
  const find = Document.prototype.querySelector.bind(document);
  const within = Function.prototype.call.bind(Element.prototype.querySelector);
  const listen = EventTarget.prototype.addEventListener;

  const isWanted = (data) =>
    typeof data === 'string' &&
    data.length <= MESSAGE_LIMIT &&
    /"(dn2|asn[0-9])"|"evt" *: *(7937|12033)[^0-9]/.test(data);
  const NativeWorker = globalThis.Worker;
  if (NativeWorker) {
    const Hooked = new Proxy(NativeWorker, {
      construct(target, args, newTarget) {
        const worker = construct(target, args, newTarget === Hooked ? target : newTarget);
        apply(listen, worker, ['message', ({ data }) => {
          if (data?.type !== 'message' || !isWanted(data.data)) return;
          tell(text({ rwg: data.data, ...seenNow() }));
        }]);
        return worker;
      },
    });
    NativeWorker.prototype.constructor = Hooked;
    const hidden = { writable: true, configurable: true, enumerable: false };
    Object.defineProperty(globalThis, 'Worker', { value: Hooked, ...hidden });
  }

  const shown = () => {
    for (const selector of TILES) {
      const tile = find(selector);
      if (tile) return (within(tile, NAME)?.textContent ?? '').slice(0, NAME_LIMIT);
    }
    return null;
  };
  let seen = null;
  let told = null;
  let toldAt = 0;
  every(() => {
    try {
      const name = shown();
      // two looks that agree, for a tile is drawn anew while it changes
      if (name !== null && name === seen && (name !== told || clock() - toldAt > AGAIN_MS)) {
        told = name;
        toldAt = clock();
        tell(text({ tile: name, ...seenNow() }));
      }
      seen = name;
    } catch {
      // the page is between two states
    }
  }, POLL_MS);
}"""
_SEEN = f"{json.dumps(selectors.ACTIVE_TILES)}, {json.dumps(selectors.TILE_NAME)}"
NEWS = f"({_NEWS})({_SEEN}, {UNSEEN_SINCE})"
