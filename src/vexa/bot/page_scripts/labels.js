// Tells who speaks on a receiver at a time, from the sources that its packets name; '' is nobody known.
//
// Runs within capture.js, before any code of the page.
(epochMs) => {
  'use strict';
  // A source is trusted for this long after its last packet.
  const RECENT_MS = 400;
  // A packet's sound lasts about this long after its time stamp (20 ms frames, some jitter).
  const PACKET_MS = 30;
  // Packets of one source less apart than this are one spurt: some are lost on the way.
  const SPURT_MS = 150;
  // What stands for two sources at once; no platform gives it to anyone.
  const SEVERAL = '0';
  // -60 dB: below it a source only keeps its line open.
  const SOUND_LEVEL = 0.001;

  const { apply } = Reflect;
  const { max, min } = Math;
  const origin = performance.timeOrigin;
  const contributing = RTCRtpReceiver.prototype.getContributingSources;

  const makeLabeller = (receiver) => {
    let current = '';
    let currentSeen = 0;
    const loudAt = new Map();
    return (at) => {
      let best = '';
      let bestLevel = -1;
      let holds = false;
      for (const source of apply(contributing, receiver, [])) {
        const seen = source.timestamp > 1e11 ? source.timestamp : origin + source.timestamp;
        const level = source.audioLevel === undefined ? 1 : source.audioLevel;
        const name = '' + source.source;
        if (level >= SOUND_LEVEL) loudAt.set(name, seen);
        if (at - (loudAt.get(name) || 0) > RECENT_MS || seen < at - PACKET_MS) continue;
        if (name === current) {
          holds = true;
          currentSeen = seen;
        }
        if (level > bestLevel) {
          best = name;
          bestLevel = level;
        }
      }
      if (holds) return current;
      if (best) {
        current = best;
        currentSeen = at;
      } else if (at - currentSeen > RECENT_MS) {
        current = '';
      }
      if (loudAt.size > 256) loudAt.clear();
      return current;
    };
  };

  // A mix names everybody in it. Somebody's is what they alone are in; two at once are SEVERAL, which
  // is nobody. A source is in from its first packet to its last, so a change of speaker is no overlap.
  const makeMixLabeller = (receiver) => {
    const spurts = new Map();
    let current = '';
    let currentAt = 0;
    let lookedAt = epochMs();
    return (at) => {
      // what came between two looks of a stalled page may have begun, or gone on, all that time
      const lookedBefore = lookedAt;
      lookedAt = epochMs();
      const unseenMs = lookedAt - lookedBefore;
      for (const source of apply(contributing, receiver, [])) {
        const seen = source.timestamp > 1e11 ? source.timestamp : origin + source.timestamp;
        const name = '' + source.source;
        const spurt = spurts.get(name);
        if (spurt && seen - spurt.last <= SPURT_MS + unseenMs) spurt.last = max(spurt.last, seen);
        else spurts.set(name, { first: min(seen, lookedBefore), last: seen });
      }
      let label = '';
      for (const [name, { first, last }] of spurts) {
        if (at < first - PACKET_MS || at > last + PACKET_MS) continue;
        label = label ? SEVERAL : name;
      }
      if (label) {
        current = label;
        currentAt = at;
      } else if (at - currentAt > RECENT_MS) {
        current = '';
      }
      if (spurts.size > 256) spurts.clear();
      return current;
    };
  };

  return { makeLabeller, makeMixLabeller };
}
