// Stands for the decoder: takes blocks of samples and gives them to the player.
self.addEventListener("message", ({ data: { url, port } }) => {
  const socket = new WebSocket(url);
  socket.binaryType = "arraybuffer";
  socket.addEventListener("open", () => self.postMessage({ state: "connected" }));
  socket.addEventListener("message", ({ data }) => {
    const samples = Float32Array.from(new Int16Array(data), (value) => value / 32768);
    port.postMessage(samples, [samples.buffer]);
  });
});
