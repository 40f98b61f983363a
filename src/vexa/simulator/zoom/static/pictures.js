// The others' pictures: frames by a WebSocket in a Worker, decoded there; no receiver of WebRTC has them.
import { config } from "./dom.js";

export class Pictures {
  open(visitor) {
    if (!config.cameras) return;
    const scheme = location.protocol === "https:" ? "wss" : "ws";
    const url = `${scheme}://${location.host}/wc/${config.id}/video/${visitor}`;
    this.worker = new Worker("/static/video_worker.js");
    this.worker.postMessage({ url, cameras: config.cameras });
  }

  close() {
    this.worker?.terminate();
  }
}
