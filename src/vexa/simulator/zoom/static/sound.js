// The meeting's sound: samples by a WebSocket in a Worker, played by an AudioWorklet. No receiver of
// WebRTC and no <audio> has it; the connections that there are carry data alone.
import { config } from "./dom.js";

export class Sound {
  constructor(visitor, log) {
    this.visitor = visitor;
    this.log = log;
    this.isOpen = false;
    this.connections = [];
  }

  async open() {
    if (this.isOpen) return;
    this.isOpen = true;
    for (const label of ["ZoomWebclientAudioDataChannel", "ZoomWebclientVideoDataChannel"]) {
      const connection = new RTCPeerConnection();
      connection.createDataChannel(label);
      this.connections.push(connection);
    }
    this.context = new AudioContext({ sampleRate: 48000 });
    await this.context.audioWorklet.addModule("/static/player_worklet.js");
    if (!this.isOpen) return;
    const player = new AudioWorkletNode(this.context, "player", { outputChannelCount: [1] });
    player.connect(this.context.destination);
    const scheme = location.protocol === "https:" ? "wss" : "ws";
    const url = `${scheme}://${location.host}/wc/${config.id}/media/${this.visitor()}`;
    this.worker = new Worker("/static/media_worker.js");
    this.worker.addEventListener("message", ({ data }) => data.state && this.log("sound", data));
    this.worker.postMessage({ url, port: player.port }, [player.port]);
  }

  close() {
    this.isOpen = false;
    this.worker?.terminate();
    this.context?.close();
    for (const connection of this.connections.splice(0)) connection.close();
  }
}
