// The application's open state, in the shape that jitsi-meet has: APP.conference and APP.store.
class Emitter {
  constructor() {
    this.listeners = new Map();
  }

  on(event, listener) {
    if (!this.listeners.has(event)) this.listeners.set(event, new Set());
    this.listeners.get(event).add(listener);
  }

  off(event, listener) {
    this.listeners.get(event)?.delete(listener);
  }

  emit(event, ...details) {
    for (const listener of this.listeners.get(event) ?? []) listener(...details);
  }
}

function participantOf(person, tracks) {
  return {
    getId: () => person.id,
    getDisplayName: () => person.name,
    isHidden: () => person.hidden,
    isHiddenFromRecorder: () => false,
    isAudioMuted: () => person.muted,
    getProperty: (name) => (name === "features_jigasi" && person.dialled ? true : undefined),
    getTracks: () => tracks().filter((one) => one.participantId === person.id).map((one) => one.jitsiTrack),
  };
}

export class Application {
  constructor(handlers) {
    this.handlers = handlers;
    this.events = new Emitter();
    this.joined = false;
    this.lobbyJoined = false;
    // how many of the others' pictures the bridge may send; -1 is all
    this.lastN = -1;
    this.people = new Map();
    this.tracks = [];
    this.subscribers = new Set();
    this.state = {
      "features/base/conference": { membersOnly: undefined, passwordRequired: undefined },
      "features/base/participants": { local: { id: "", name: "" }, remote: new Map(), dominantSpeaker: undefined },
      "features/base/tracks": this.tracks,
      "features/lobby": { knocking: false },
      "features/chat": { messages: [] },
    };
    window.APP = { conference: this.conference(), store: this.store() };
  }

  conference() {
    return {
      isJoined: () => this.joined,
      getConnectionState: () => this.handlers.connectionState(),
      hangup: (event) => this.handlers.hangup(event),
      muteAudio: (muted) => this.handlers.mute(muted),
      _room: {
        isJoined: () => this.joined,
        myUserId: () => this.state["features/base/participants"].local.id,
        getParticipants: () => [...this.people.values()].map((one) => participantOf(one, () => this.tracks)),
        on: (event, listener) => this.events.on(event, listener),
        off: (event, listener) => this.events.off(event, listener),
        sendTextMessage: (text) => this.handlers.chat(text),
        leave: () => this.handlers.hangup(),
        getLastN: () => this.lastN,
        setLastN: (n) => this.setLastN(n),
        room: { getLobby: () => ({ lobbyRoom: { joined: this.lobbyJoined } }) },
      },
    };
  }

  store() {
    return {
      getState: () => this.state,
      subscribe: (listener) => {
        this.subscribers.add(listener);
        return () => this.subscribers.delete(listener);
      },
    };
  }

  setLastN(n) {
    this.lastN = n;
    this.handlers.lastN(n);
  }

  change(feature, values) {
    Object.assign(this.state[feature], values);
    for (const subscriber of this.subscribers) subscriber();
  }

  setPeople(people) {
    const own = people.find((one) => one.self);
    if (own) this.change("features/base/participants", { local: { id: own.id, name: own.name } });
    const others = new Map(people.filter((one) => !one.self).map((one) => [one.id, one]));
    for (const [id, person] of others) {
      const before = this.people.get(id);
      if (!before) this.events.emit("conference.userJoined", id);
      else if (before.name !== person.name) this.events.emit("conference.displayNameChanged", id, person.name);
    }
    for (const id of this.people.keys()) if (!others.has(id)) this.events.emit("conference.userLeft", id);
    this.people = others;
    const shown = [...others].filter(([, one]) => !one.hidden);
    this.change("features/base/participants", { remote: new Map(shown) });
  }

  addTrack(participantId, stream, name) {
    const track = stream.getAudioTracks()[0];
    const jitsiTrack = {
      getParticipantId: () => participantId,
      getOriginalStream: () => stream,
      getTrack: () => track,
      getSourceName: () => name,
      getType: () => "audio",
      isLocal: () => false,
    };
    this.tracks.push({ participantId, jitsiTrack, mediaType: "audio", muted: false, local: false });
    this.change("features/base/participants", {});
    this.events.emit("conference.trackAdded", jitsiTrack);
  }

  removeTracks(isGone) {
    for (let index = this.tracks.length - 1; index >= 0; index -= 1) {
      const { jitsiTrack } = this.tracks[index];
      if (!isGone(jitsiTrack)) continue;
      this.tracks.splice(index, 1);
      this.events.emit("conference.trackRemoved", jitsiTrack);
    }
  }

  dominate(id) {
    const before = this.state["features/base/participants"].dominantSpeaker;
    this.change("features/base/participants", { dominantSpeaker: id });
    this.events.emit("conference.dominantSpeaker", id, [before], false);
  }
}
