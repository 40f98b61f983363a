// A meeting's sound by a plain element: no receiver of WebRTC and nothing of Web Audio has it. The
// samples come by a WebSocket in a Worker and go into a track that the page makes itself.
import { startMediaWorker } from "./played_mix.js";
import { sendSamples } from "./sent_samples.js";

const RATE = 48000;

export class ElementMix {
  // See `PlayedMix`.
  constructor(path, log) {
    this.path = path;
    this.log = log;
    this.isOpen = true;
    this.track = new MediaStreamTrackGenerator({ kind: "audio" });
    this.element = new Audio();
    this.element.autoplay = true;
    this.element.srcObject = new MediaStream([this.track]);
  }

  open() {
    const writer = this.track.writable.getWriter();
    const { port1, port2 } = new MessageChannel();
    let timestamp = 0;
    port1.onmessage = ({ data }) => {
      const format = { format: "f32", sampleRate: RATE, numberOfChannels: 1 };
      writer.write(new AudioData({ ...format, numberOfFrames: data.length, timestamp, data })).catch(() => {});
      timestamp += Math.round((data.length * 1e6) / RATE);
    };
    this.worker = startMediaWorker(this.path, port2, this.log);
  }

  // See `PlayedMix`.
  send(track) {
    sendSamples(track, this.worker, () => this.isOpen);
  }

  close() {
    this.isOpen = false;
    this.worker?.terminate();
    this.track.stop();
    this.element.srcObject = null;
  }
}
