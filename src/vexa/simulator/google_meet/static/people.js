// Tiles and the People panel, from what the roster says.
import { resize, shuffled } from "./disturb.js";
import { config, make, texts } from "./dom.js";

const IN_MEETING = 1;
const MARK_GONE_MS = 2000;

function icon(tag, word) {
  return make(tag, { class: "google-material-icons notranslate", "aria-hidden": "true" }, word);
}

// What lies over a tile before its name: icons, which are words, and buttons with their hints.
function controls(name) {
  const pin = make("button", { "aria-label": `${texts.pin}: ${name}` }, icon("i", "keep"));
  const more = make("button", { "aria-label": texts.more_options }, icon("span", "more_vert"));
  const hint = make("div", { role: "tooltip" }, make("span", { class: "notranslate" }, texts.pin));
  return [make("div", { class: "controls" }, icon("span", "mic"), pin, more, hint)];
}

export class People {
  constructor() {
    this.users = new Map();
    this.tiles = make("div", { class: "tiles", jsname: "tiles" });
    this.list = make("div", { "aria-label": texts.participants, role: "list" });
    this.counter = make("div", { class: "counter" });
    this.selfShown = false;
    this.layout = "tiled";
    this.speaking = new Set();
    this.spotlit = null;
    this.markLater(config.self_tile_delay_s * 1000);
    const every = config.self_tile_drops_every_s * 1000;
    if (every) setInterval(() => this.dropMark(), every);
  }

  // Whose the own tile is stands on it late, and not all the time.
  markLater(ms) {
    setTimeout(() => {
      this.selfShown = true;
      this.draw();
    }, ms);
  }

  dropMark() {
    if (!this.selfShown) return;
    this.selfShown = false;
    this.draw();
    this.markLater(MARK_GONE_MS);
  }

  update(users) {
    for (const user of users) {
      if (user.status === IN_MEETING) this.users.set(user.deviceId, user);
      else this.users.delete(user.deviceId);
    }
    this.draw();
  }

  replace(users) {
    this.users = new Map(users.map((user) => [user.deviceId, user]));
    this.draw();
  }

  nameOf(deviceId) {
    const user = this.users.get(deviceId);
    return user ? user.displayName || user.fullName : "";
  }

  setSpeaking(deviceId, on) {
    if (on) this.speaking.add(deviceId);
    else this.speaking.delete(deviceId);
    if (on && this.layout === "spotlight" && this.spotlit !== deviceId) {
      this.spotlit = deviceId;
      this.draw();
    }
    this.light(deviceId, on);
  }

  light(deviceId, on) {
    const tile = this.tiles.querySelector(`[data-participant-id="${CSS.escape(deviceId)}"]`);
    if (!tile) return;
    tile.classList.toggle("Oaajhc", on);
    tile.classList.toggle("gjg47c", !on);
  }

  // All tiles, or oneself and whoever spoke last.
  setLayout(layout) {
    this.layout = layout;
    const others = [...this.users.values()].filter((user) => !user.isSelf);
    this.spotlit = [...this.speaking].at(-1) ?? others[0]?.deviceId;
    this.draw();
  }

  isShown(deviceId) {
    const user = this.users.get(deviceId);
    return Boolean(user) && (this.layout === "tiled" || user.isSelf || deviceId === this.spotlit);
  }

  // Every tile is another element afterwards, in another place.
  rearrange() {
    this.users = new Map(shuffled(this.users));
    this.tiles.replaceChildren();
    resize(this.tiles);
    this.draw();
  }

  draw() {
    for (const tile of [...this.tiles.children]) {
      if (!this.isShown(tile.dataset.participantId)) tile.remove();
    }
    for (const user of this.users.values()) if (this.isShown(user.deviceId)) this.drawTile(user);
    this.list.replaceChildren(...[...this.users.values()].map((user) => this.row(user)));
    this.counter.textContent = `${this.users.size} ${texts.in_call_count}`;
  }

  drawTile(user) {
    const selector = `[data-participant-id="${CSS.escape(user.deviceId)}"]`;
    let tile = this.tiles.querySelector(selector);
    if (!tile) {
      tile = make("div", { class: "tile gjg47c", "data-participant-id": user.deviceId });
      this.tiles.append(tile);
      this.light(user.deviceId, this.speaking.has(user.deviceId));
    }
    const shown = user.displayName || user.fullName;
    const label = user.parentDeviceId ? `${shown} (${texts.presentation})` : shown;
    const name = make("span", { class: "notranslate" }, label);
    const mark = user.isSelf && this.selfShown ? { "data-self-name": label } : {};
    tile.replaceChildren(...controls(shown), make("div", { class: "label", ...mark }, name));
  }

  row(user) {
    const shown = user.displayName || user.fullName;
    const name = make("span", { class: "notranslate" }, shown);
    const notes = [];
    if (user.isSelf) notes.push(make("span", {}, ` ${texts.you}`));
    if (user.parentDeviceId) notes.push(make("div", {}, texts.presentation));
    if (user.isHost) notes.push(make("div", {}, texts.host));
    const attributes = { role: "listitem", "aria-label": shown };
    return make("div", { ...attributes, "data-participant-id": user.deviceId }, name, ...notes);
  }
}
