// The meeting's sound. In most sessions no receiver of WebRTC and no <audio> has it; the connections
// that there are carry data alone.
import { config } from "./dom.js";
import { ElementMix } from "./element_mix.js";
import { PersonTracks } from "./person_tracks.js";
import { PlayedMix } from "./played_mix.js";

const PLAYS = { worklet: PlayedMix, element: ElementMix, tracks: PersonTracks };

export class Sound {
  constructor(visitor, log, send) {
    this.visitor = visitor;
    this.log = log;
    this.send = send;
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
    const path = `/wc/${config.id}/media/${this.visitor()}`;
    this.mix = new PLAYS[config.plays](path, this.log, this.send);
    await this.mix.open();
  }

  takeOffer({ sdp }) {
    return this.mix?.takeOffer(sdp);
  }

  close() {
    this.mix?.close();
    this.mix = null;
    for (const connection of this.connections.splice(0)) connection.close();
  }
}
