// Buttons as the real pages have them.
import { config, make, texts } from "./dom.js";

export function iconButton(label, icon, attributes = {}) {
  const glyph = make("i", { class: "google-material-icons", "aria-hidden": "true" }, icon);
  return make("button", { jsname: randomName(), "aria-label": label, ...attributes }, glyph);
}

export function textButton(text, attributes = {}) {
  const span = make("span", { jsname: "V67aGc" }, text);
  return make("button", { jsname: randomName(), ...attributes }, span);
}

export function leaveButton(leave) {
  const isKnown = config.leave_button === "known";
  const label = isKnown ? texts.leave : randomName();
  const jsname = isKnown ? "CQylAd" : randomName();
  const button = iconButton(label, "call_end", { class: "leave", jsname });
  button.addEventListener("click", leave);
  return button;
}

// The real pages' names are obfuscated and rotate; ours are new at each load.
export function randomName() {
  return Math.random().toString(36).slice(2, 8);
}

export function toggleButton(offLabel, onLabel, icon, isOn, onChange) {
  const attributes = { "data-is-muted": String(!isOn) };
  const button = iconButton(isOn ? offLabel : onLabel, icon, attributes);
  button.addEventListener("click", () => {
    const muted = button.dataset.isMuted !== "true";
    button.dataset.isMuted = String(muted);
    button.setAttribute("aria-label", muted ? onLabel : offLabel);
    onChange(!muted);
  });
  return button;
}
