// A session whose page gets a track of WebRTC for each person, and plays them all by Web Audio.
import { make } from "./dom.js";
import { gathered } from "./gathered.js";

export class PersonTracks {
  // See `PlayedMix`; `send`: says something to the meeting.
  constructor(_path, log, send) {
    this.log = log;
    this.send = send;
    this.context = new AudioContext({ sampleRate: 48000 });
    this.sources = new Map();
    this.connection = new RTCPeerConnection({ bundlePolicy: "max-bundle" });
    this.connection.addEventListener("track", ({ track, streams }) => this.play(track, streams[0]));
    this.connection.addEventListener("connectionstatechange", () => {
      this.log("sound", { state: this.connection.connectionState });
    });
  }

  open() {
    this.send({ type: "tracks" });
  }

  async takeOffer(sdp) {
    await this.connection.setRemoteDescription({ type: "offer", sdp });
    await this.connection.setLocalDescription();
    await gathered(this.connection);
    this.send({ type: "answer", sdp: this.connection.localDescription.sdp });
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
