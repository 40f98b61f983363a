// The meeting's sound: no receiver of WebRTC and no <audio> has it; the connections that there are
// carry data alone.
import { config } from "./dom.js";
import { PlayedMix } from "./played_mix.js";

export class Sound {
  constructor(visitor, log) {
    this.visitor = visitor;
    this.log = log;
    this.mix = null;
    this.connections = [];
  }

  get isOpen() {
    return this.mix !== null;
  }

  async open() {
    if (this.isOpen) return;
    for (const label of ["ZoomWebclientAudioDataChannel", "ZoomWebclientVideoDataChannel"]) {
      const connection = new RTCPeerConnection();
      connection.createDataChannel(label);
      this.connections.push(connection);
    }
    this.mix = new PlayedMix(`/wc/${config.id}/media/${this.visitor()}`, this.log);
    await this.mix.open();
  }

  close() {
    this.mix?.close();
    this.mix = null;
    for (const connection of this.connections.splice(0)) connection.close();
  }
}
