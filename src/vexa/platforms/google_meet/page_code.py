"""What the bot runs inside Meet's page before the page's own code."""

from __future__ import annotations

#: Leaves behind what "Audio only" under Settings, Video does, so that Meet asks for no pictures:
#: `meet-preferences` is an array as JSON, as JSON again, whose [8][5] is 1 (public bots, 2026-09).
#: Whatever else a profile keeps there stays.
AUDIO_ONLY = """() => {
  if (globalThis.top !== globalThis || location.hostname !== 'meet.google.com') return;
  const KEY = 'meet-preferences';
  const list = (value, length) => {
    const kept = Array.isArray(value) ? value : [];
    while (kept.length < length) kept.push(null);
    return kept;
  };
  const read = () => {
    try {
      return JSON.parse(JSON.parse(localStorage.getItem(KEY)));
    } catch {
      return null;
    }
  };
  try {
    const preferences = list(read(), 9);
    preferences[8] = list(preferences[8], 6);
    preferences[8][5] = 1;
    localStorage.setItem(KEY, JSON.stringify(JSON.stringify(preferences)));
  } catch {
    // the page may have no storage; then there are pictures
  }
}"""
