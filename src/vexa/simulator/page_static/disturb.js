// What the host of a test may do to a page of any platform.
import { make } from "./dom.js";

export function toast(text, durationS) {
  const node = make("div", { role: "alert", class: "toast" }, text);
  document.body.append(node);
  setTimeout(() => node.remove(), durationS * 1000);
}

let stormTimer;

// Arranges everything anew, again and again; `rearrange` is the page's own.
export function storm(rearrange, { every_ms, duration_s }) {
  clearInterval(stormTimer);
  stormTimer = setInterval(() => {
    rearrange();
    // a browser lays out what somebody asks the size of
    document.body.getBoundingClientRect();
  }, every_ms);
  setTimeout(() => clearInterval(stormTimer), duration_s * 1000);
}

// The same in another order.
export function shuffled(list) {
  const order = [...list];
  for (let last = order.length - 1; last > 0; last -= 1) {
    const other = Math.floor(Math.random() * (last + 1));
    [order[last], order[other]] = [order[other], order[last]];
  }
  return order;
}

// Another size for what holds the tiles.
export function resize(place) {
  place.style.width = `${Math.round(50 + Math.random() * 50)}%`;
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
