// The page's connections: the server offers, one track for each participant, each in an <audio> of its own.
import { make } from "./dom.js";
import { gathered } from "./gathered.js";
import { onGivenUp } from "./given_up.js";
import { openMicrophone } from "./microphone.js";

export class Media {
  constructor(app, handlers) {
    this.app = app;
    this.handlers = handlers;
    this.sessions = new Map();
    this.newest = 0;
    this.microphone = null;
    this.elements = make("div", { id: "audios", hidden: true });
    document.body.append(this.elements);
    this.count = 0;
  }

  async openMicrophone() {
    try {
      this.microphone = await openMicrophone();
    } catch {
      this.microphone = null;
    }
  }

  mute(muted) {
    for (const track of this.microphone?.getAudioTracks() ?? []) track.enabled = !muted;
  }

  connectionState() {
    return this.sessions.get(this.newest)?.iceConnectionState ?? "new";
  }

  async takeOffer({ sdp, session, p2p, owners }) {
    const connection = this.sessions.get(session) ?? this.open(session, p2p);
    connection.owners = owners;
    await connection.setRemoteDescription({ type: "offer", sdp });
    const voice = this.microphone?.getAudioTracks()[0];
    const [first] = connection.getTransceivers();
    if (voice && first && !first.sender.track) {
      first.direction = "sendonly";
      await first.sender.replaceTrack(voice);
    }
    await connection.setLocalDescription();
    await gathered(connection);
    this.handlers.answer(session, connection.localDescription.sdp);
    this.letGo(connection);
  }

  open(session, p2p) {
    const connection = new RTCPeerConnection({ bundlePolicy: "max-bundle" });
    this.sessions.set(session, connection);
    this.newest = session;
    connection.addEventListener("track", ({ track, streams }) => this.addTrack(connection, track, streams[0]));
    connection.addEventListener("connectionstatechange", () => {
      this.handlers.log("connection", { state: connection.connectionState, session, p2p });
      if (connection.connectionState === "connected") this.closeBefore(session);
    });
    onGivenUp(connection, () => this.handlers.restart(session));
    return connection;
  }

  // The bridge's connection takes the place of the direct one, or the other way round.
  closeBefore(session) {
    for (const [number, connection] of this.sessions) {
      if (number >= session) continue;
      this.close(connection);
      this.sessions.delete(number);
    }
  }

  addTrack(connection, track, stream) {
    if (track.kind === "video") return this.addPicture(connection, track);
    const owner = connection.owners[stream?.id];
    if (!owner) return;
    this.count += 1;
    const element = make("audio", { id: `remoteAudio_remote-audio-${this.count}`, autoplay: true });
    element.srcObject = stream;
    element.connection = connection;
    this.elements.append(element);
    this.app.addTrack(owner, stream, `${owner}-a0`);
  }

  addPicture(connection, track) {
    const element = make("video", { autoplay: true, muted: true });
    element.srcObject = new MediaStream([track]);
    element.connection = connection;
    element.isPicture = true;
    this.elements.append(element);
  }

  drop(isGone) {
    for (const element of [...this.elements.children]) {
      if (!isGone(element)) continue;
      const stream = element.srcObject;
      element.srcObject = null;
      element.remove();
      this.app.removeTracks((track) => track.getOriginalStream() === stream);
    }
  }

  letGo(connection) {
    this.drop((element) => element.connection === connection && !element.isPicture && !connection.owners[element.srcObject.id]);
  }

  close(connection) {
    this.drop((element) => element.connection === connection);
    connection.close();
  }

  closeAll() {
    for (const connection of this.sessions.values()) this.close(connection);
    this.sessions.clear();
    for (const track of this.microphone?.getTracks() ?? []) track.stop();
    this.microphone = null;
  }
}
