// The page's one connection: tracks that it receives, its microphone, and the channel that it opens.
import { config, make } from "./dom.js";
import { ElementMix } from "./element_mix.js";
import { gathered } from "./gathered.js";
import { onGivenUp } from "./given_up.js";
import { openMicrophone } from "./microphone.js";

// The mix and its copy; none where nothing that watches receivers or Web Audio can see the sound.
const MIXES = config.unhooked ? 0 : 2;

export class Media {
  constructor(handlers) {
    this.handlers = handlers;
    this.elements = make("div", { hidden: true });
    document.body.append(this.elements);
  }

  async open(withMicrophone) {
    const connection = new RTCPeerConnection({ bundlePolicy: "max-bundle" });
    this.connection = connection;
    connection.addEventListener("track", ({ track }) => {
      const element = make(track.kind, { autoplay: true, muted: track.kind === "video" });
      element.srcObject = new MediaStream([track]);
      this.elements.append(element);
    });
    connection.addEventListener("connectionstatechange", () => {
      this.handlers.log("connection", { state: connection.connectionState });
    });
    onGivenUp(connection, () => this.reopen(withMicrophone));
    this.channel = connection.createDataChannel("main-channel", { ordered: true });
    for (let mix = 0; mix < MIXES; mix += 1) connection.addTransceiver("audio", { direction: "recvonly" });
    for (let camera = 0; camera < config.cameras; camera += 1) {
      connection.addTransceiver("video", { direction: "recvonly" });
    }
    if (withMicrophone) await this.addMicrophone(connection);
    if (connection.signalingState === "closed") return;
    await connection.setLocalDescription();
    await gathered(connection);
    this.handlers.offer(connection.localDescription.sdp);
  }

  reopen(withMicrophone) {
    this.connection.close();
    this.mix?.close();
    this.elements.replaceChildren();
    return this.open(withMicrophone);
  }

  playMix() {
    this.mix = new ElementMix(`/media/${config.code}/${this.handlers.visitor()}`, this.handlers.log);
    this.mix.open();
  }

  async addMicrophone(connection) {
    try {
      this.microphone ??= await openMicrophone();
    } catch {
      return;
    }
    // left while the browser asked
    if (connection.signalingState === "closed") return this.stopMicrophone();
    connection.addTransceiver(this.microphone.getAudioTracks()[0], { direction: "sendonly" });
  }

  async takeAnswer(sdp) {
    await this.connection.setRemoteDescription({ type: "answer", sdp });
    if (config.unhooked) this.playMix();
  }

  mute() {
    for (const track of this.microphone?.getAudioTracks() ?? []) track.enabled = false;
  }

  close() {
    this.connection?.close();
    this.mix?.close();
    this.stopMicrophone();
    this.elements.replaceChildren();
  }

  stopMicrophone() {
    for (const track of this.microphone?.getTracks() ?? []) track.stop();
    this.microphone = null;
  }
}
