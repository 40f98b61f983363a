// Stands for the decoder of pictures. A frame: the camera's number, then VP8 (RFC 6386).
const FRAME_US = 66667;

function decoder() {
  const made = new VideoDecoder({ output: (frame) => frame.close(), error: () => {} });
  made.configure({ codec: "vp8" });
  return made;
}

self.addEventListener("message", ({ data: { url, cameras } }) => {
  const decoders = Array.from({ length: cameras }, decoder);
  const counts = new Array(cameras).fill(0);
  const socket = new WebSocket(url);
  socket.binaryType = "arraybuffer";
  socket.addEventListener("message", ({ data }) => {
    const [camera, first] = new Uint8Array(data, 0, 2);
    const type = first & 1 ? "delta" : "key";
    const timestamp = FRAME_US * counts[camera];
    counts[camera] += 1;
    if (decoders[camera].state !== "configured") return;
    decoders[camera].decode(new EncodedVideoChunk({ type, timestamp, data: new Uint8Array(data, 1) }));
  });
});
