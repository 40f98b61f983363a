"""What the bot runs inside Teams' page: it tells who is in, whose a sound is, and who speaks.

Sources as read in September 2026: the client's own call object (`callingDebug.observableCall`, or
`msteamscalling`), contributing sources of the page's receivers, text frames of the signalling
socket that begin with `3:::`, names and outlines of tiles. What it tells is JSON, read by `news`:

    {"call": {"own": id, "people": [[id, name]], "sources": [[source, id]]}}
    {"tiles": [tile]}
    {"outlines": [[tile, is lit, epoch ms, may be so since]]}
    {"signs": true}  once, when a source or a lit outline was seen
    {"frame": text}

A tile is `[[text of a name tag], data-tid, label]`. Only natives taken before the page's own code
are used on it. `call.people` is everybody.
"""

from __future__ import annotations

import json

from vexa.platforms.stalls import UNSEEN_SINCE
from vexa.platforms.teams import selectors

_NEWS = """(unseenSince, { TILE, TID, TAG, OUTLINE, LIT_CLASS }) => (tell) => {
  const POLL_MS = 100;
  const PEOPLE_EVERY = 3;
  const AGAIN_MS = 5000;
  const MOST = 500;
  const MOST_TAGS = 3;
  const NAME_LIMIT = 300;
  const FRAME_LIMIT = 200000;
  // An inline style that moved so lately is a voice; one that stands still is not.
  const MOVED_MS = 350;
  const text = JSON.stringify;
  const parse = JSON.parse;
  const { apply, construct } = Reflect;
  const every = globalThis.setInterval.bind(globalThis);
  const clock = performance.now.bind(performance);
  const origin = performance.timeOrigin;
  const since = unseenSince(every, clock);
  const find = Document.prototype.querySelectorAll.bind(document);
  const listen = EventTarget.prototype.addEventListener;
  const attribute = Function.prototype.call.bind(Element.prototype.getAttribute);
  const within = Function.prototype.call.bind(Element.prototype.querySelectorAll);
  const closest = Function.prototype.call.bind(Element.prototype.closest);
  const contributing = RTCRtpReceiver.prototype.getContributingSources;
  const receiversOf = Function.prototype.call.bind(RTCPeerConnection.prototype.getReceivers);

  const connections = new Set();
  const accept = RTCPeerConnection.prototype.setRemoteDescription;
  RTCPeerConnection.prototype.setRemoteDescription = new Proxy(accept, {
    apply(target, self, args) {
      connections.add(self);
      return apply(target, self, args);
    },
  });

  const NativeSocket = globalThis.WebSocket;
  const Socket = new Proxy(NativeSocket, {
    construct(target, args, newTarget) {
      const socket = construct(target, args, newTarget === Socket ? target : newTarget);
      apply(listen, socket, ['message', ({ data }) => {
        if (typeof data !== 'string' || data.length > FRAME_LIMIT) return;
        if (!data.startsWith('3:::')) return;
        if (/rosterUpdate\\\\?\\/|conversationEnd\\\\?\\//.test(data)) tell(text({ frame: data }));
      }]);
      return socket;
    },
  });
  NativeSocket.prototype.constructor = Socket;
  const hidden = { writable: true, configurable: true, enumerable: false };
  Object.defineProperty(globalThis, 'WebSocket', { value: Socket, ...hidden });

  const told = new Map();
  const tellChange = (key, value) => {
    const said = text({ [key]: value });
    const before = told.get(key);
    if (before && before.said === said && clock() - before.at < AGAIN_MS) return;
    told.set(key, { said, at: clock() });
    tell(said);
  };

  const sources = new Set();
  const owners = new Map();
  const noteSources = () => {
    for (const connection of connections) {
      for (const receiver of receiversOf(connection)) {
        if (receiver.track?.kind !== 'audio') continue;
        for (const { source } of apply(contributing, receiver, [])) {
          if (sources.size < MOST) sources.add(source);
        }
      }
    }
  };
  const activeCall = () =>
    globalThis.callingDebug?.observableCall ??
    globalThis.msteamscalling?.deref?.()?.callingService?.getActiveCall?.();
  const tellCall = () => {
    const call = activeCall();
    if (!call?.participants) return;
    const people = [...call.participants].slice(0, MOST);
    for (const source of sources) {
      const own = people.filter((one) => one.hasAudioSource?.(source) === true);
      if (own.length === 1) owners.set(source, '' + own[0].id);
    }
    tellChange('call', {
      own: '' + (call.callerMri ?? ''),
      people: people.map((one) => ['' + one.id, '' + (one.displayName ?? '')]),
      sources: [...owners].map(([source, id]) => ['' + source, id]),
    });
  };

  const cut = (said) => (said ?? '').trim().slice(0, NAME_LIMIT);
  const namesOf = (tile) => [
    [...within(tile, TAG)].slice(0, MOST_TAGS).map((tag) => cut(tag.textContent)),
    cut(attribute(tile, TID)),
    cut(attribute(tile, 'aria-label')),
  ];
  const tellTiles = () => {
    const tiles = [...find(TILE)].slice(0, MOST).map(namesOf);
    if (tiles.length) tellChange('tiles', tiles);
  };

  // Two ways in which a tile shows a voice: a class that comes and goes, or a style that moves.
  const outlines = new WeakMap();
  const lit = new Map();
  const isLit = (outline, now) => {
    const style = attribute(outline, 'style') ?? '';
    const marked = outline.classList.contains(LIT_CLASS);
    const before = outlines.get(outline) ?? { style, movedAt: -Infinity };
    if (before.style !== style) before.movedAt = now;
    before.style = style;
    outlines.set(outline, before);
    return marked || now - before.movedAt < MOVED_MS;
  };
  const tellOutlines = () => {
    const from = since();
    const now = clock();
    const seen = new Map();
    for (const outline of [...find(OUTLINE)].slice(0, MOST)) {
      const tile = text(namesOf(closest(outline, TILE) ?? outline));
      seen.set(tile, isLit(outline, now) || seen.get(tile) === true);
    }
    const changed = [];
    // what went dark comes first: a tile whose label changes meanwhile is another one
    for (const tile of new Set([...lit.keys(), ...seen.keys()])) {
      const on = seen.get(tile) === true;
      if (on === (lit.get(tile) === true)) continue;
      if (on) lit.set(tile, true);
      else lit.delete(tile);
      changed.push([parse(tile), on, origin + now, origin + from]);
    }
    if (changed.length) tell(text({ outlines: changed }));
  };

  let hasSigns = false;
  const tellSigns = () => {
    if (hasSigns || !(sources.size || lit.size)) return;
    hasSigns = true;
    tell(text({ signs: true }));
  };

  let turn = 0;
  every(() => {
    try {
      turn += 1;
      noteSources();
      tellOutlines();
      tellSigns();
      if (turn % PEOPLE_EVERY === 0) {
        tellCall();
        tellTiles();
      }
    } catch {
      // the page is between two states
    }
  }, POLL_MS);
}"""
_WHERE = {
    "TILE": selectors.TILE,
    "TID": selectors.TILE_NAME,
    "TAG": selectors.NAME_TAG,
    "OUTLINE": selectors.OUTLINE,
    "LIT_CLASS": selectors.LIT_CLASS,
}
NEWS = f"({_NEWS})({UNSEEN_SINCE}, {json.dumps(_WHERE)})"

#: Asks for the devices once, as the page wants it, and gives them back.
ASK_FOR_DEVICES = """async () => {
  const stream = await navigator.mediaDevices.getUserMedia({ audio: true, video: true });
  for (const track of stream.getTracks()) track.stop();
  return true;
}"""
