// A meeting's sound without WebRTC: samples by a WebSocket in a Worker, played by an AudioWorklet.

// Pages with Trusted Types name what they load themselves.
const trusted = globalThis.trustedTypes?.createPolicy("media", { createScriptURL: (url) => url });
const script = (name) => {
  const url = new URL(name, import.meta.url).href;
  return trusted ? trusted.createScriptURL(url) : url;
};

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
    const scheme = location.protocol === "https:" ? "wss" : "ws";
    const url = `${scheme}://${location.host}${this.path}`;
    this.worker = new Worker(script("media_worker.js"));
    this.worker.addEventListener("message", ({ data }) => data.state && this.log("sound", data));
    this.worker.postMessage({ url, port: player.port }, [player.port]);
  }

  close() {
    this.isOpen = false;
    this.worker?.terminate();
    this.context.close();
  }
}
