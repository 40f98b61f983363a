import { config } from "./dom.js";

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
