// Small helpers; the page's configuration.
export const config = JSON.parse(document.getElementById("config").textContent);
export const texts = config.texts;
export const root = document.getElementById("react");

export function make(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === true) node.setAttribute(name, "");
    else if (value !== false && value != null) node.setAttribute(name, value);
  }
  node.append(...children);
  return node;
}

export function button(text, attributes, act) {
  const node = make("button", { type: "button", ...attributes }, text);
  node.addEventListener("click", act);
  return node;
}

// config.* and userInfo.* of the address: JSON values, as far as the deployment honours them.
export function fromAddress() {
  const given = {};
  for (const part of location.hash.slice(1).split("&")) {
    const [key, value] = part.split("=");
    try {
      if (key && (config.honours_config || !key.startsWith("config."))) {
        given[key] = JSON.parse(decodeURIComponent(value));
      }
    } catch {
      // not JSON: Jitsi leaves it out too
    }
  }
  return given;
}
