// Inside the meeting: who speaks, footer, sound's button, people, chat, leaving.
import { resize, shuffled } from "./disturb.js";
import { button, config, make, root, texts } from "./dom.js";
import { showModal } from "./modal.js";

// Layout → class of the tile that shows who speaks.
const FRAMES = {
  speaker: "speaker-active-container__video-frame",
  sharing: "speaker-bar-container__video-frame speaker-bar-container__video-frame--active",
  single: "single-main-container__video-frame",
  suspension: "single-suspension-container__video-frame",
};

export class Call {
  constructor(sound, handlers) {
    this.sound = sound;
    this.handlers = handlers;
    this.people = [];
    this.name = make("span", {});
    this.list = make("div", { role: "list", "aria-label": texts.participants_title });
    this.panel = make("aside", { class: "panel", hidden: true }, this.list);
    this.lines = make("div", { role: "log", "aria-label": texts.chat_list, class: "chat" });
    this.chat = make("aside", { class: "panel", hidden: true }, this.lines);
    this.layout = "speaker";
    this.muted = !config.microphone_live;
    this.wake = () => this.showFooter();
  }

  show() {
    this.tile = this.newTile();
    this.audioButton = button("", { class: "join-audio-container__btn" }, () => this.pressAudio());
    this.peopleButton = button("", {}, () => {
      this.panel.hidden = !this.panel.hidden;
    });
    const chatButton = button("", { "aria-label": texts.chat }, () => {
      this.chat.hidden = !this.chat.hidden;
    });
    const leaveButton = button(texts.leave, { "aria-label": texts.leave }, () => this.askToLeave());
    this.menu = make("ul", { role: "menu", class: "dropdown-menu", hidden: true });
    if (config.pictures_menu) this.menu.append(this.pictureItem());
    const moreButton = button("", { "aria-label": texts.more, "aria-haspopup": "true" }, () => {
      this.menu.hidden = !this.menu.hidden;
    });
    this.footer = make("footer", { id: "wc-footer", class: "footer" });
    this.footer.append(this.audioButton, this.peopleButton, chatButton, moreButton, leaveButton);
    this.chat.append(this.writeBox());
    const parts = [this.tile, this.panel, this.chat, this.menu, this.footer];
    const app = make("div", { class: "meeting-app" }, ...parts);
    root.replaceChildren(app);
    document.addEventListener("mousemove", this.wake);
    this.labelAudio();
    this.draw();
    this.showFooter();
  }

  newTile() {
    const footer = make("div", { class: "video-avatar__avatar-footer" }, this.name);
    return make("div", { class: FRAMES[this.layout] }, footer);
  }

  setLayout(layout) {
    this.layout = layout;
    this.rearrange();
  }

  // Every tile and row is another element afterwards, in another place.
  rearrange() {
    const shown = this.name.textContent;
    this.name = make("span", {}, shown);
    const tile = this.newTile();
    this.tile.replaceWith(tile);
    this.tile = tile;
    this.people = shuffled(this.people);
    resize(this.tile);
    this.draw();
  }

  // Whether a person wants to be sent the others' pictures is their own choice.
  pictureItem() {
    let isOn = true;
    const item = make("a", { role: "menuitem", "aria-label": texts.pictures_off }, texts.pictures_off);
    item.addEventListener("click", () => {
      isOn = !isOn;
      item.textContent = isOn ? texts.pictures_off : texts.pictures_on;
      item.setAttribute("aria-label", item.textContent);
      this.menu.hidden = true;
      this.handlers.pictures(isOn);
    });
    return item;
  }

  end() {
    document.removeEventListener("mousemove", this.wake);
    clearTimeout(this.hideTimer);
  }

  showFooter() {
    this.footer.classList.remove("footer--hidden");
    clearTimeout(this.hideTimer);
    if (!config.footer_hides_after_s) return;
    this.hideTimer = setTimeout(() => this.hideFooter(), config.footer_hides_after_s * 1000);
  }

  hideFooter() {
    this.footer.classList.add("footer--hidden");
  }

  pressAudio() {
    if (this.sound.isOpen) {
      this.muted = !this.muted;
      this.handlers.log(this.muted ? "muted" : "unmuted");
      this.sound.talk(!this.muted);
      this.labelAudio();
      return;
    }
    const dialog = make("div", { class: "join-dialog", role: "dialog" });
    const join = button(texts.computer_audio, { class: "join-audio-by-voip__join-btn" }, async () => {
      dialog.remove();
      if (config.audio_joins && this.handlers.hasDevices()) await this.openSound();
      this.labelAudio();
    });
    dialog.append(join, button(texts.phone, {}, () => {}));
    document.body.append(dialog);
  }

  async openSound() {
    await this.sound.open();
    if (!this.muted) this.sound.talk(true);
  }

  labelAudio() {
    const joined = this.muted ? texts.unmute_mine : texts.mute_mine;
    this.audioButton.setAttribute("aria-label", this.sound.isOpen ? joined : texts.join_audio);
    this.audioButton.textContent = this.audioButton.getAttribute("aria-label");
  }

  draw() {
    const count = String(this.people.length);
    this.peopleButton?.setAttribute("aria-label", texts.participants.replace("{n}", count));
    if (this.peopleButton) this.peopleButton.textContent = count;
    const rows = this.people.map((one) => {
      const name = one.self ? `${one.name} ${texts.me}` : one.name;
      return make("div", { class: "participants-li", "aria-label": `${name},` }, name);
    });
    this.list.replaceChildren(...rows);
  }

  activate(name) {
    this.name.textContent = name;
  }

  writeBox() {
    const box = make("div", { contenteditable: "true", class: "tiptap ProseMirror" });
    box.addEventListener("keydown", (event) => {
      if (event.key !== "Enter") return;
      event.preventDefault();
      this.handlers.chat(box.textContent.trim());
      box.replaceChildren();
    });
    return make("div", { class: "chat-rtf-box__editor-outer" }, box);
  }

  write({ from, text }) {
    this.lines.append(make("div", { role: "row", "aria-label": `${from}, ${text}` }, `${from}: ${text}`));
  }

  // Enter would cancel; only the red button leaves.
  askToLeave() {
    const menu = make("div", { class: "leave-meeting-options" });
    const danger = { class: "leave-meeting-options__btn leave-meeting-options__btn--danger" };
    menu.append(
      button(texts.leave_meeting, danger, (event) => this.handlers.leave(event)),
      button(texts.cancel, { class: "leave-meeting-options__btn" }, () => menu.remove()),
    );
    document.body.append(menu);
  }

  showDialog(name) {
    showModal(texts[name], [[texts.got_it]]);
  }
}
