// Inside the meeting: the stage with its tiles, toolbar, chat, list of people; and the call object.
import { button, config, make, root, texts } from "./dom.js";
import { Captions } from "./captions.js";
import { resize, shuffled } from "./disturb.js";
import { leaveButton, toolbar } from "./screens.js";

const ALERT_MS = 1500;
const MOVE_MS = 90;

export class Call {
  constructor(handlers) {
    this.handlers = handlers;
    this.people = [];
    this.speaking = new Set();
    this.sharing = false;
    this.stage = make("div", { "data-tid": "modern-stage-wrapper", class: "stage" });
    this.badge = make("span", { "data-tid": "toolbar-item-badge" });
    this.lines = make("div", { role: "log" });
    this.chat = make("div", { class: "panel", hidden: true }, this.lines, this.editor());
    this.roster = make("div", { class: "panel", hidden: true });
    this.menu = make("div", { role: "menu", hidden: true });
    this.layout = config.layout;
    this.layouts = make("div", { role: "menu", hidden: true }, this.layoutItem());
    this.hasPictures = true;
    this.captions = new Captions((on) => {
      this.menu.hidden = true;
      handlers.captions(on);
    });
    if (config.outlines === "style") setInterval(() => this.move(), MOVE_MS);
  }

  // The client's own call, where bots and its debugger find it.
  expose() {
    const call = this;
    const observableCall = {
      get callerMri() {
        return call.people.find((one) => one.self)?.id ?? "";
      },
      get participants() {
        return call.people.filter((one) => !one.self && !one.hidden).map((one) => ({
          id: one.id,
          displayName: one.name,
          isServerMuted: one.muted,
          hasAudioSource: (source) => source === one.source,
        }));
      },
    };
    if (config.call_object === "callingDebug") window.callingDebug = { observableCall };
    if (config.call_object === "msteamscalling") {
      window.msteamscalling = { deref: () => ({ callingService: { getActiveCall: () => observableCall } }) };
    }
  }

  hide() {
    delete window.callingDebug;
    delete window.msteamscalling;
  }

  editor() {
    const field = make("div", { contenteditable: "true", "aria-label": texts.type_message, class: "write" });
    field.addEventListener("keydown", (event) => {
      if (event.key !== "Enter") return;
      event.preventDefault();
      this.handlers.chat(field.textContent);
      field.textContent = "";
    });
    return make("div", { "data-tid": "ckeditor" }, field);
  }

  show() {
    const flip = (panel) => () => {
      panel.hidden = !panel.hidden;
    };
    this.bar = toolbar([
      button(texts.chat, { id: "chat-button" }, flip(this.chat)),
      make("div", { id: "roster-button", role: "button" }, texts.people, this.badge),
      button(texts.view, { id: "custom-view-button", "aria-haspopup": "menu" }, flip(this.layouts)),
      button(texts.more, { id: "callingButtons-showMoreBtn", "aria-haspopup": "menu" }, flip(this.menu)),
      leaveButton(this.handlers.leave),
    ]);
    if (config.pictures_menu) this.menu.append(this.pictureItem());
    if (config.captions_menu) this.menu.append(...this.captions.menuItems());
    const alert = make("div", { role: "alert" }, texts.joined);
    root.replaceChildren(this.bar, this.menu, this.layouts, alert, this.stage, this.captions.place, this.chat, this.roster);
    setTimeout(() => alert.remove(), ALERT_MS);
    document.addEventListener("mousemove", () => {
      this.bar.hidden = false;
    });
    this.draw();
  }

  layoutItem() {
    return button(texts.gallery, { id: "MixedGridView-button", role: "menuitemradio" }, () => {
      this.layout = "gallery";
      this.layouts.hidden = true;
      this.handlers.layout(this.layout);
      this.draw();
    });
  }

  // Whether a person wants to be sent the others' pictures is their own choice.
  pictureItem() {
    const item = make("div", { role: "menuitem" }, texts.pictures_off);
    item.addEventListener("click", () => {
      this.hasPictures = !this.hasPictures;
      item.textContent = this.hasPictures ? texts.pictures_off : texts.pictures_on;
      this.menu.hidden = true;
      this.handlers.pictures(this.hasPictures);
    });
    return item;
  }

  nameOf(id) {
    return this.people.find((one) => one.id === id)?.name || texts.unknown;
  }

  setPeople(people) {
    this.people = people;
    this.draw();
  }

  hideToolbar() {
    this.bar.hidden = true;
  }

  // Everybody (`together`: without outlines), or whoever spoke last.
  setLayout(layout) {
    this.layout = layout;
    this.draw();
  }

  // Every tile is another element afterwards, in another place.
  rearrange() {
    this.people = shuffled(this.people);
    resize(this.stage);
    this.draw();
  }

  onStage(others) {
    if (this.layout !== "speaker") return others;
    return others.filter((one) => one.id === this.last).concat(others).slice(0, 1);
  }

  draw() {
    const shown = this.people.filter((one) => !one.hidden);
    this.badge.textContent = String(shown.length);
    this.badge.hidden = this.sharing;
    const tiles = this.onStage(shown.filter((one) => !one.self)).map((one) => this.tile(one));
    if (this.sharing) tiles.splice(0, tiles.length, make("div", { "data-stream-type": "ScreenSharing", class: "tile" }));
    this.stage.replaceChildren(...tiles);
    const rows = shown.map((one) => make("div", { "data-cid": "roster-participant", "aria-label": `${one.name}, ` }, one.name));
    this.roster.replaceChildren(make("div", { role: "tree", "aria-label": texts.attendees }, ...rows));
    for (const id of this.speaking) this.shine(id, true);
  }

  tile(one) {
    const name = one.name || texts.unknown;
    const parts = [make("span", { "data-tid": "participant-info-nametag" }, name)];
    if (config.outlines !== "none" && this.layout !== "together") {
      parts.unshift(make("div", { "data-tid": "voice-level-stream-outline", class: "outline", "data-of": one.id }));
    }
    // a label has the account's badge and the tile's state besides the name
    const label = `${name} External unfamiliar, video is on, Context menu is available`;
    if (config.tiles === "personal") {
      parts[parts.length - 1] = make("span", {}, name);
      return make("div", { "data-tid": "menur1j", "aria-label": label, class: "tile" }, ...parts);
    }
    const old = { "data-cid": "calling-participant-stream", "data-tid": "video-tile-3", "aria-label": label };
    const full = { "data-stream-type": "Video", "data-tid": name };
    return make("div", { ...(config.tiles === "old" ? old : full), class: "tile" }, ...parts);
  }

  light(id, on) {
    if (on) this.speaking.add(id);
    else this.speaking.delete(id);
    this.shine(id, on);
    if (!on || this.last === id) return;
    this.last = id;
    if (this.layout === "speaker") this.draw();
  }

  shine(id, on) {
    if (config.outlines !== "class") return;
    this.stage.querySelector(`[data-of="${id}"]`)?.classList.toggle("vdi-frame-occlusion", on);
  }

  move() {
    for (const id of this.speaking) {
      const outline = this.stage.querySelector(`[data-of="${id}"]`);
      if (outline) outline.style.opacity = (0.4 + Math.random() * 0.6).toFixed(3);
    }
  }

  share(durationS) {
    this.sharing = true;
    this.draw();
    setTimeout(() => {
      this.sharing = false;
      this.draw();
    }, durationS * 1000);
  }

  write({ from, text }) {
    this.lines.append(make("p", {}, `${from}: ${text}`));
  }
}
