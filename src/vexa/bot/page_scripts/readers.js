// Three ways to read a track: blocks of samples with the epoch time of their first one, for `pieces`.
//
// Runs within capture.js, before any code of the page.
(epochMs) => {
  'use strict';
  const OFFSET_WINDOW_MS = 5000;

  const { apply } = Reflect;
  const { min } = Math;
  const { isFinite } = Number;
  const NativeStream = globalThis.MediaStream;
  const NativeProcessor = globalThis.MediaStreamTrackProcessor;
  const NativeContext = globalThis.AudioContext;
  const NativeWorkletNode = globalThis.AudioWorkletNode;
  const NativeBlob = globalThis.Blob;
  const blobUrl = URL.createObjectURL.bind(URL);
  const listen = EventTarget.prototype.addEventListener;
  const { connect } = AudioNode.prototype;

  // Media time -> epoch time: the least delay seen lately is the truth, the rest is waiting.
  const makeEpoch = () => {
    let offset = Infinity;
    let candidate = Infinity;
    let windowEnd = 0;
    let last = -Infinity;
    return (mediaMs, lengthMs) => {
      const now = epochMs();
      const seen = now - mediaMs - lengthMs;
      if (mediaMs < last - 1000 || !isFinite(offset) || seen < offset - 1000) {
        offset = seen;
        candidate = Infinity;
        windowEnd = now + OFFSET_WINDOW_MS;
      }
      last = mediaMs;
      offset = min(offset, seen);
      candidate = min(candidate, seen);
      if (now > windowEnd) {
        offset = candidate;
        candidate = Infinity;
        windowEnd = now + OFFSET_WINDOW_MS;
      }
      return mediaMs + offset;
    };
  };

  const mono = (data) => {
    const samples = new Float32Array(data.numberOfFrames);
    data.copyTo(samples, { planeIndex: 0, format: 'f32-planar' });
    if (data.numberOfChannels > 1) {
      const other = new Float32Array(data.numberOfFrames);
      data.copyTo(other, { planeIndex: 1, format: 'f32-planar' });
      for (let i = 0; i < samples.length; i += 1) samples[i] = (samples[i] + other[i]) / 2;
    }
    return samples;
  };

  const readByProcessor = (track, pieces) => {
    // 3 s of frames: a stalled main thread may not lose any
    const reader = new NativeProcessor({ track, maxBufferSize: 300 }).readable.getReader();
    const epoch = makeEpoch();
    const pump = async () => {
      for (;;) {
        const { value, done } = await reader.read();
        if (done) break;
        const rate = value.sampleRate;
        const at = epoch(value.timestamp / 1000, (value.numberOfFrames * 1000) / rate);
        pieces.take(mono(value), at, rate);
        value.close();
      }
      pieces.end();
    };
    pump().catch(() => pieces.end());
  };

  const WORKLET = `registerProcessor('take', class extends AudioWorkletProcessor {
    constructor() { super(); this.block = new Float32Array(512); this.used = 0; }
    process(inputs) {
      const input = inputs[0][0];
      if (input) {
        this.block.set(input, this.used);
        this.used += input.length;
        if (this.used >= 512) {
          this.port.postMessage({ at: currentTime * 1000, samples: this.block.slice() });
          this.used = 0;
        }
      }
      return true;
    }
  });`;

  const openContext = (track) => {
    const context = new NativeContext({ sampleRate: 48000 });
    context.resume().catch(() => {});
    return { context, source: context.createMediaStreamSource(new NativeStream([track])) };
  };

  const readByWorklet = async (track, pieces) => {
    const { context, source } = openContext(track);
    try {
      await context.audioWorklet.addModule(blobUrl(new NativeBlob([WORKLET], { type: 'text/javascript' })));
    } catch (error) {
      context.close();
      throw error;
    }
    const node = new NativeWorkletNode(context, 'take', { numberOfOutputs: 0 });
    const epoch = makeEpoch();
    node.port.onmessage = ({ data }) => pieces.take(data.samples, epoch(data.at, 1024 / 96), 48000);
    apply(connect, source, [node]);
    apply(listen, track, ['ended', () => context.close()]);
  };

  const readByScript = (track, pieces) => {
    const { context, source } = openContext(track);
    const node = context.createScriptProcessor(1024, 1, 1);
    const epoch = makeEpoch();
    node.onaudioprocess = (event) => {
      const samples = new Float32Array(event.inputBuffer.getChannelData(0));
      pieces.take(samples, epoch(event.playbackTime * 1000, 1024 / 48), 48000);
    };
    apply(connect, source, [node]);
    apply(connect, node, [context.destination]);
    apply(listen, track, ['ended', () => context.close()]);
  };

  return { processor: readByProcessor, worklet: readByWorklet, script: readByScript };
}
