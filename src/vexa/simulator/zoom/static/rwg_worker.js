// Stands for the Worker in which the client's signalling lives: it posts what the server says.
self.addEventListener("message", ({ data }) => self.postMessage({ type: "message", data }));
