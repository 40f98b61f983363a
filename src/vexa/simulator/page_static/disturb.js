// What the host of a test may do to a page of any platform.
import { make } from "./dom.js";

export function toast(text, durationS) {
  const node = make("div", { role: "alert", class: "toast" }, text);
  document.body.append(node);
  setTimeout(() => node.remove(), durationS * 1000);
}

let stallTimer;

// Keeps the main thread busy for so long, again and again.
export function stall({ busy_ms, every_ms, duration_s }) {
  clearInterval(stallTimer);
  stallTimer = setInterval(() => {
    const end = performance.now() + busy_ms;
    while (performance.now() < end);
  }, every_ms);
  setTimeout(() => clearInterval(stallTimer), duration_s * 1000);
}
