"""What the bot runs inside Jitsi's page: it reads and calls the application's own objects.

`APP` and its parts as in jitsi-meet and lib-jitsi-meet, 2026-09. Every step is optional: a
deployment may have an older one.
"""

from __future__ import annotations

#: Looked at with every look; see `admission`.
STATE = """() => {
  const app = globalThis.APP;
  const conference = app?.conference;
  const state = app?.store?.getState?.() ?? {};
  const lobby = state['features/lobby'] ?? {};
  const base = state['features/base/conference'] ?? {};
  const room = conference?._room;
  return {
    app: Boolean(conference),
    joined: conference?.isJoined?.() === true && room?.isJoined?.() !== false,
    knocking: lobby.knocking === true,
    in_lobby: room?.room?.getLobby?.()?.lobbyRoom?.joined === true,
    members_only: Boolean(base.membersOnly),
    connection: String(conference?.getConnectionState?.() ?? ''),
    last_n: room?.getLastN?.() ?? null,
  };
}"""

#: Tells who is in and whose each track is: when that changes, and now and then anyway, so that one
#: lost message does no lasting harm. And that the room put the bot out, by the event that Jitsi has
#: for it (`conference.kicked`: by whom, why, whether another took its place; lib-jitsi-meet,
#: 2026-11): by whom and why are people's words, and stay in the page. Only natives taken before the
#: page's own code are used on it.
NEWS = """(tell) => {
  if (globalThis.top !== globalThis) return;
  const POLL_MS = 250;
  const AGAIN_MS = 5000;
  const MOST = 500;
  const text = JSON.stringify;
  const clock = performance.now.bind(performance);
  let last = '';
  let toldAt = 0;
  const person = (one) => [
    one.getId(),
    one.getDisplayName?.() ?? '',
    Boolean(one.isHidden?.() || one.isHiddenFromRecorder?.()),
  ];
  const track = (one) => [one.jitsiTrack?.getOriginalStream?.()?.id ?? '', one.participantId];
  const read = () => {
    const conference = globalThis.APP?.conference;
    const room = conference?._room;
    if (!room || conference.isJoined?.() !== true) return '';
    const state = globalThis.APP.store?.getState?.() ?? {};
    const tracks = (state['features/base/tracks'] ?? []).filter(
      (one) => one.mediaType === 'audio' && !one.local,
    );
    return text({
      own: state['features/base/participants']?.local?.id ?? '',
      people: room.getParticipants().slice(0, MOST).map(person),
      tracks: tracks.slice(0, MOST).map(track),
    });
  };
  const listened = new WeakSet();
  const listen = () => {
    const room = globalThis.APP?.conference?._room;
    if (!room || listened.has(room)) return;
    room.on('conference.kicked', (by, why, replaced) => {
      tell(text({ kicked: true, replaced: replaced === true }));
    });
    listened.add(room);
  };
  const look = () => {
    try {
      listen();
    } catch {
      // no room that tells of events
    }
    try {
      const news = read();
      if (news && (news !== last || clock() - toldAt > AGAIN_MS)) {
        last = news;
        toldAt = clock();
        tell(news);
      }
    } catch {
      // the application is not there yet, or not as it was
    }
  };
  globalThis.setInterval(look, POLL_MS);
}"""

HAS_CHAT = """() => typeof globalThis.APP?.conference?._room?.sendTextMessage === 'function'"""

SEND_MESSAGE = """(text) => {
  globalThis.APP.conference._room.sendTextMessage(text);
  return true;
}"""

#: Has the bridge forward nobody's pictures, where the address's own word for it did not count.
NO_PICTURES = """() => {
  globalThis.APP.conference._room.setLastN(0);
  return true;
}"""

HANG_UP = """() => {
  globalThis.APP.conference.hangup();
  return true;
}"""
