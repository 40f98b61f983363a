// A meeting's sound without WebRTC: samples by a WebSocket in a Worker, played by an AudioWorklet.
import { sendSamples } from "./sent_samples.js";

// Pages with Trusted Types name what they load themselves.
const trusted = globalThis.trustedTypes?.createPolicy("media", { createScriptURL: (url) => url });
const script = (name) => {
  const url = new URL(name, import.meta.url).href;
  return trusted ? trusted.createScriptURL(url) : url;
};

// Let blocks of samples come by the WebSocket at `path` and go to `port`.
export function startMediaWorker(path, port, log) {
  const scheme = location.protocol === "https:" ? "wss" : "ws";
  const worker = new Worker(script("media_worker.js"));
  worker.addEventListener("message", ({ data }) => data.state && log("sound", data));
  worker.postMessage({ url: `${scheme}://${location.host}${path}`, port }, [port]);
  return worker;
}

export class PlayedMix {
  // `path`: the WebSocket's, on this host. `log`: takes what a person could see of it.
  constructor(path, log) {
    this.path = path;
    this.log = log;
    this.isOpen = true;
    this.context = new AudioContext({ sampleRate: 48000 });
  }

  async open() {
    await this.context.audioWorklet.addModule(script("player_worklet.js"));
    if (!this.isOpen) return;
    const player = new AudioWorkletNode(this.context, "player", { outputChannelCount: [1] });
    player.connect(this.context.destination);
    this.worker = startMediaWorker(this.path, player.port, this.log);
  }

  // The page's own sound, from now on.
  send(track) {
    sendSamples(track, this.worker, () => this.isOpen);
  }

  close() {
    this.isOpen = false;
    this.worker?.terminate();
    this.context.close();
  }
}
