// A page's own sound without WebRTC: samples to the Worker whose WebSocket brings the mix.

const FORMAT = { planeIndex: 0, format: "f32-planar" };

// Send an audio track's sound, mono as it comes, until the track ends or `isOpen` says no more.
export async function sendSamples(track, worker, isOpen) {
  const reader = new MediaStreamTrackProcessor({ track }).readable.getReader();
  for (;;) {
    const { value: sound, done } = await reader.read();
    if (done || !isOpen()) break;
    const samples = new Float32Array(sound.numberOfFrames);
    sound.copyTo(samples, FORMAT);
    sound.close();
    const whole = Int16Array.from(samples, (value) => Math.max(-1, Math.min(1, value)) * 32767);
    worker.postMessage({ samples: whole }, [whole.buffer]);
  }
  await reader.cancel();
}
