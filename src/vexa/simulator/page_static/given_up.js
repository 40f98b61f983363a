// When a page stops hoping for a connection: at once where the browser says that it failed, else after
// as long as the other side may send without consent (RFC 7675, 5.1: 30 s).
const HOPE_MS = 30_000;

export function onGivenUp(connection, act) {
  let timer;
  connection.addEventListener("connectionstatechange", () => {
    clearTimeout(timer);
    const state = connection.connectionState;
    if (state === "failed") act();
    if (state !== "disconnected") return;
    timer = setTimeout(() => connection.connectionState === "disconnected" && act(), HOPE_MS);
  });
}
