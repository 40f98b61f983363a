// A session whose page gets a track of WebRTC for each person, and plays them all by Web Audio.
import { make } from "./dom.js";
import { gathered } from "./gathered.js";
import { onGivenUp } from "./given_up.js";

export class PersonTracks {
  // See `PlayedMix`; `tell`: says something to the meeting.
  constructor(_path, log, tell) {
    this.log = log;
    this.tell = tell;
    this.context = new AudioContext({ sampleRate: 48000 });
    this.sources = new Map();
  }

  open() {
    const connection = new RTCPeerConnection({ bundlePolicy: "max-bundle" });
    this.connection = connection;
    connection.addEventListener("track", ({ track, streams }) => this.play(track, streams[0]));
    connection.addEventListener("connectionstatechange", () => {
      this.log("sound", { state: connection.connectionState });
    });
    onGivenUp(connection, () => this.reopen());
    this.tell({ type: "tracks" });
  }

  reopen() {
    for (const id of [...this.sources.keys()]) this.drop(id);
    this.connection.close();
    this.open();
  }

  async takeOffer(sdp) {
    await this.connection.setRemoteDescription({ type: "offer", sdp });
    // the first of the offer's places is the page's own sound, filled once it has any
    const [own] = this.connection.getTransceivers();
    if (own.direction !== "sendonly") own.direction = "sendonly";
    await this.connection.setLocalDescription();
    await gathered(this.connection);
    this.tell({ type: "answer", sdp: this.connection.localDescription.sdp });
    await this.fill();
  }

  // See `PlayedMix`.
  async send(track) {
    this.voice = track;
    await this.fill();
  }

  async fill() {
    const [own] = this.connection.getTransceivers();
    if (own && this.voice) await own.sender.replaceTrack(this.voice);
  }

  play(track, stream) {
    // a track from afar gives sound only while an element has it
    const element = make("audio", { muted: true, autoplay: true });
    element.srcObject = stream;
    const source = this.context.createMediaStreamSource(stream);
    source.connect(this.context.destination);
    this.sources.set(track.id, { element, source });
    stream.addEventListener("removetrack", () => this.drop(track.id));
  }

  drop(id) {
    const { element, source } = this.sources.get(id) ?? {};
    source?.disconnect();
    if (element) element.srcObject = null;
    this.sources.delete(id);
  }

  close() {
    for (const id of [...this.sources.keys()]) this.drop(id);
    this.connection.close();
    this.context.close();
  }
}
