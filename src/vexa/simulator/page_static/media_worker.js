// Stands for decoder and encoder: blocks of samples go to the player, the page's own to the meeting.
let socket;

self.addEventListener("message", ({ data: { url, port, samples } }) => {
  if (samples) {
    if (socket.readyState === WebSocket.OPEN) socket.send(samples);
    return;
  }
  socket = new WebSocket(url);
  socket.binaryType = "arraybuffer";
  socket.addEventListener("open", () => self.postMessage({ state: "connected" }));
  socket.addEventListener("message", ({ data }) => {
    const samples = Float32Array.from(new Int16Array(data), (value) => value / 32768);
    port.postMessage(samples, [samples.buffer]);
  });
});
