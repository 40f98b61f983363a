// Reads every remote audio track and its contributing sources; a reader for tests only.
(() => {
  const Native = window.RTCPeerConnection;
  const kept = [];
  window.RTCPeerConnection = class extends Native {
    constructor(...args) {
      super(...args);
      this.addEventListener("track", ({ track, receiver }) => {
        const mirror = new Audio();
        mirror.muted = true;
        mirror.srcObject = new MediaStream([track]);
        mirror.play();
        kept.push(mirror);
        read(kept.length - 1, track, receiver);
      });
    }
  };

  async function read(slot, track, receiver) {
    const processor = new MediaStreamTrackProcessor({ track, maxBufferSize: 500 });
    const reader = processor.readable.getReader();
    let parts = [];
    let size = 0;
    let readAtMs = 0;
    let sources = new Map();
    for (;;) {
      const { value, done } = await reader.read();
      if (done) return;
      const samples = new Float32Array(value.numberOfFrames);
      value.copyTo(samples, { planeIndex: 0, format: "f32-planar" });
      value.close();
      if (!size) readAtMs = Date.now();
      parts.push(samples);
      size += samples.length;
      for (const { source, timestamp, audioLevel } of receiver.getContributingSources()) {
        sources.set(`${source} ${timestamp}`, [source, timestamp, audioLevel ?? -1]);
      }
      if (size < 4800) continue;
      send({ slot, read_at_ms: readAtMs, pcm: pack(parts, size), sources: [...sources.values()] });
      parts = [];
      size = 0;
      sources = new Map();
    }
  }

  function pack(parts, size) {
    const pcm = new Int16Array(size);
    let at = 0;
    for (const part of parts) for (const v of part) pcm[at++] = Math.max(-1, Math.min(1, v)) * 32767;
    return btoa(String.fromCharCode(...new Uint8Array(pcm.buffer)));
  }

  function send(block) {
    window.captured(JSON.stringify(block));
  }
})();
