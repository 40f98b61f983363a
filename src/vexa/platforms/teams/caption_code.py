"""What the bot runs inside Teams' page besides `page_code`: it tells whose captions grow.

What it tells is JSON, read by `news`: `{"captions": [[author, from, at]]}`, epoch ms between which
a line of that author came or changed; empty when captions appear, nobody's when they go. What a
line says stays in the page, where it is only compared with what it said before. A list that re-uses
its elements makes an old line look new: it names somebody who may not have spoken, which makes
another's name less sure and none wrong.
"""

from __future__ import annotations

import json

from vexa.platforms.teams import selectors

_NEWS = """({ CAPTIONS, AUTHOR, TEXT }) => (tell) => {
  const POLL_MS = 100;
  const MOST = 60;
  const text = JSON.stringify;
  const every = globalThis.setInterval.bind(globalThis);
  const clock = performance.now.bind(performance);
  const origin = performance.timeOrigin;
  const one = Document.prototype.querySelector.bind(document);
  const within = Function.prototype.call.bind(Element.prototype.querySelectorAll);
  const matches = Function.prototype.call.bind(Element.prototype.matches);
  const said = new WeakMap();
  let isShown = false;
  let lookedAt = clock();
  const look = () => {
    const now = clock();
    const from = lookedAt;
    lookedAt = now;
    const wrapper = one(CAPTIONS);
    const wasShown = isShown;
    isShown = !!wrapper;
    // whoever spoke last before captions went away may have got none
    if (wasShown && !wrapper) tell(text({ captions: [['', origin + from, origin + now]] }));
    if (!wrapper) return;
    if (!wasShown) tell(text({ captions: [] }));
    let author = '';
    const grown = new Set();
    for (const part of [...within(wrapper, AUTHOR + ', ' + TEXT)].slice(-MOST)) {
      const content = part.textContent ?? '';
      if (matches(part, AUTHOR)) {
        author = content;
        continue;
      }
      const line = author + '\\n' + content;
      if (content && said.get(part) !== line) grown.add(author);
      said.set(part, line);
    }
    if (grown.size) {
      tell(text({ captions: [...grown].map((name) => [name, origin + from, origin + now]) }));
    }
  };
  every(() => {
    try {
      look();
    } catch {
      // the page is between two states
    }
  }, POLL_MS);
}"""
_WHERE = {
    "CAPTIONS": selectors.CAPTIONS,
    "AUTHOR": selectors.CAPTION_AUTHOR,
    "TEXT": selectors.CAPTION_TEXT,
}
NEWS = f"({_NEWS})({json.dumps(_WHERE)})"
