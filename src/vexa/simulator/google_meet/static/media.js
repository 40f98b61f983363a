// The page's one connection: three receive-only audio slots, pictures, data channels, its microphone.
import { readEvent, readSync } from "./collections.js";
import { config, make } from "./dom.js";
import { ElementMix } from "./element_mix.js";
import { gathered } from "./gathered.js";
import { onGivenUp } from "./given_up.js";
import { openMicrophone } from "./microphone.js";
import { PlayedMix } from "./played_mix.js";

const SLOTS = 3;
const SYNC_EVERY_MS = 5000;
// The client's other pipeline, for browsers that can give it the packets.
const hasPackets = "createEncodedStreams" in RTCRtpReceiver.prototype;
const isNetEq = config.neteq_always || (config.neteq && hasPackets);
// Sound that nothing which watches receivers or Web Audio can see.
const isUnhooked = config.unhooked;
const slots = isNetEq || isUnhooked ? 0 : SLOTS;

// What "Audio only" in the page's own settings leaves behind, kept for the next visit.
function isAudioOnly() {
  try {
    return JSON.parse(JSON.parse(localStorage.getItem("meet-preferences")))[8][5] === 1;
  } catch {
    return false;
  }
}

export class Media {
  constructor(handlers) {
    this.handlers = handlers;
    this.elements = [];
    const cameras = isAudioOnly() ? 0 : config.cameras;
    const picture = () => make("video", { autoplay: true, muted: true, playsinline: true });
    this.pictures = Array.from({ length: cameras }, picture);
    this.microphone = null;
    this.microphoneOn = true;
    this.asking = null;
    this.mix = null;
  }

  // The elements exist before the call does, outside of every tile.
  addElements(parent) {
    for (let slot = 0; slot < slots; slot += 1) {
      const element = make("audio", { autoplay: true });
      this.elements.push(element);
      parent.append(element);
    }
  }

  askForMicrophone() {
    if (this.microphone || this.asking || !navigator.mediaDevices) return;
    this.asking = this.openMicrophone().finally(() => {
      this.asking = null;
    });
  }

  async openMicrophone() {
    try {
      this.microphone = await openMicrophone();
      this.setMicrophone(this.microphoneOn);
    } catch {
      this.microphone = null;
    }
  }

  setMicrophone(on) {
    this.microphoneOn = on;
    for (const track of this.microphone?.getAudioTracks() ?? []) track.enabled = on;
  }

  async connect(visitorId, sendOffer) {
    this.close();
    const connection = new RTCPeerConnection({ bundlePolicy: "max-bundle" });
    this.connection = connection;
    for (let slot = 0; slot < slots; slot += 1) {
      const { receiver } = connection.addTransceiver("audio", { direction: "recvonly" });
      if ("jitterBufferTarget" in receiver) receiver.jitterBufferTarget = 60;
      this.elements[slot].srcObject = new MediaStream([receiver.track]);
    }
    for (const picture of this.pictures) {
      const { receiver } = connection.addTransceiver("video", { direction: "recvonly" });
      picture.srcObject = new MediaStream([receiver.track]);
    }
    this.sendMicrophone(connection);
    connection.createDataChannel("media-director", { ordered: true });
    connection.createDataChannel("captions", { ordered: true });
    if (isNetEq) connection.createDataChannel("dcrpc", { ordered: true });
    connection.addEventListener("datachannel", ({ channel }) => this.listen(channel));
    connection.addEventListener("connectionstatechange", () =>
      this.handlers.log("connection", { state: connection.connectionState }),
    );
    onGivenUp(connection, () => this.connect(visitorId, sendOffer));
    await connection.setLocalDescription();
    await gathered(connection);
    sendOffer(connection.localDescription.sdp);
    if (isNetEq || isUnhooked) this.playMix(visitorId);
    this.sync(visitorId);
    this.timer = setInterval(() => this.sync(visitorId), SYNC_EVERY_MS);
  }

  // A browser that still asks its person gets a place in the offer, filled once they have answered.
  sendMicrophone(connection) {
    const voice = () => this.microphone?.getAudioTracks()[0] ?? null;
    if (!voice() && !this.asking) return;
    const { sender } = connection.addTransceiver(voice() ?? "audio", { direction: "sendonly" });
    this.asking?.then(() => connection === this.connection && sender.replaceTrack(voice()));
  }

  playMix(visitorId) {
    const Mix = isUnhooked ? ElementMix : PlayedMix;
    this.mix = new Mix(`/_/media/${config.code}/${visitorId}`, this.handlers.log);
    this.mix.open();
  }

  async accept(sdp) {
    await this.connection.setRemoteDescription({ type: "answer", sdp });
  }

  listen(channel) {
    if (channel.label !== "collections") return;
    channel.binaryType = "arraybuffer";
    let last = Promise.resolve();
    channel.addEventListener("message", ({ data }) => {
      last = last.then(async () => this.handlers.collections(await readEvent(data)));
    });
  }

  async sync(visitorId) {
    const headers = { [config.visitor_header]: visitorId, [config.meeting_header]: config.code };
    const response = await fetch(config.sync_path, { method: "POST", headers });
    if (response.ok) this.handlers.roster(readSync(await response.text()));
  }

  close() {
    clearInterval(this.timer);
    this.connection?.close();
    this.connection = null;
    this.mix?.close();
    this.mix = null;
    for (const element of [...this.elements, ...this.pictures]) element.srcObject = null;
  }

  stopMicrophone() {
    for (const track of this.microphone?.getTracks() ?? []) track.stop();
    this.microphone = null;
  }
}
