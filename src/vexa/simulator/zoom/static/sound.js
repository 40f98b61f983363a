// The meeting's sound. In most sessions no receiver of WebRTC and no <audio> has it; the connections
// that there are carry data alone.
import { config } from "./dom.js";
import { ElementMix } from "./element_mix.js";
import { openMicrophone } from "./microphone.js";
import { PersonTracks } from "./person_tracks.js";
import { PlayedMix } from "./played_mix.js";

const PLAYS = { worklet: PlayedMix, element: ElementMix, tracks: PersonTracks };

export class Sound {
  constructor(visitor, log, send) {
    this.visitor = visitor;
    this.log = log;
    this.send = send;
    this.mix = null;
    this.microphone = null;
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
    this.opened = this.mix.open();
    await this.opened;
  }

  // Switch the page's own sound on or off. A device is asked for with the first word.
  async talk(on) {
    this.isTalking = on;
    if (on && !this.asking) this.asking = this.openMicrophone();
    await this.asking;
    for (const track of this.microphone?.getAudioTracks() ?? []) track.enabled = this.isTalking;
  }

  async openMicrophone() {
    try {
      this.microphone = await openMicrophone();
    } catch {
      // no device, or none for us
      return;
    }
    await this.opened;
    if (this.mix) this.mix.send(this.microphone.getAudioTracks()[0]);
    else this.stopMicrophone();
  }

  stopMicrophone() {
    for (const track of this.microphone?.getTracks() ?? []) track.stop();
    this.microphone = null;
    this.asking = null;
  }

  takeOffer({ sdp }) {
    return this.mix?.takeOffer(sdp);
  }

  close() {
    this.mix?.close();
    this.mix = null;
    this.stopMicrophone();
    for (const connection of this.connections.splice(0)) connection.close();
  }
}
