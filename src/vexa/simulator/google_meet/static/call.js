// Inside the call: tiles, a toolbar that hides itself, the People and chat panels.
import { iconButton, leaveButton, toggleButton } from "./buttons.js";
import { config, make, root, texts } from "./dom.js";
import { People } from "./people.js";

export class Call {
  constructor(handlers) {
    this.handlers = handlers;
    this.people = new People();
    this.pictures = make("div", { class: "pictures" }, ...handlers.pictures);
    this.lines = make("div", { "aria-live": "polite" });
    this.seen = new Set();
  }

  show() {
    const status = make("div", { role: "status", class: "pill" }, texts.in_call);
    setTimeout(() => status.remove(), 4000);
    this.peoplePanel = this.panel("1", this.people.counter, this.people.list);
    this.chatPanel = this.panel("2", this.lines, ...this.composer());
    this.toolbar = this.buildToolbar();
    const panels = [this.peoplePanel, this.chatPanel];
    root.replaceChildren(make("main", {}, this.pictures, this.people.tiles), ...panels, this.toolbar, status);
    this.people.draw();
    document.addEventListener("mousemove", () => this.revealToolbar());
    this.revealToolbar();
  }

  panel(id, ...children) {
    return make("aside", { class: "panel", "data-panel-container-id": id, hidden: true }, ...children);
  }

  composer() {
    const field = make("textarea", { "aria-label": texts.send, placeholder: texts.send, rows: "1" });
    const button = iconButton(texts.send, "send");
    button.disabled = true;
    field.addEventListener("input", () => {
      button.disabled = !field.value.trim();
    });
    const submit = () => {
      if (!field.value.trim()) return;
      this.handlers.chat(field.value.trim());
      field.value = "";
      button.disabled = true;
    };
    button.addEventListener("click", submit);
    field.addEventListener("keydown", (event) => {
      if (event.key === "Enter" && !event.shiftKey) {
        event.preventDefault();
        submit();
      }
    });
    return [make("div", { class: "composer" }, field, button)];
  }

  buildToolbar() {
    const { microphone, microphoneOn, cameraOn } = this.handlers;
    this.microphone = toggleButton(texts.mic_off, texts.mic_on, "mic", microphoneOn, microphone);
    const people = iconButton(texts.people, "people", { "data-panel-id": "1" });
    people.addEventListener("click", () => this.toggle(this.peoplePanel));
    const chat = iconButton(texts.chat, "chat", { "data-panel-id": "2" });
    chat.addEventListener("click", () => this.toggle(this.chatPanel));
    return make(
      "div",
      { class: "toolbar", role: "region", "aria-label": texts.call_controls },
      this.microphone,
      toggleButton(texts.cam_off, texts.cam_on, "videocam", cameraOn, () => {}),
      toggleButton(texts.captions_off, texts.captions_on, "closed_caption", false, () => {}),
      iconButton(texts.raise_hand, "back_hand"),
      iconButton(texts.present, "present_to_all"),
      iconButton(texts.more_options, "more_vert"),
      people,
      chat,
      leaveButton(this.handlers.leave),
    );
  }

  toggle(panel) {
    const open = panel.hidden;
    this.peoplePanel.hidden = true;
    this.chatPanel.hidden = true;
    panel.hidden = !open;
  }

  revealToolbar() {
    this.toolbar.classList.remove("hidden");
    clearTimeout(this.timer);
    const later = config.toolbar_hides_after_s * 1000;
    this.timer = setTimeout(() => this.hideToolbar(), later);
  }

  hideToolbar() {
    this.toolbar.classList.add("hidden");
  }

  muteMicrophone() {
    if (this.microphone.dataset.isMuted !== "true") this.microphone.click();
  }

  collections(users, chat) {
    this.people.update(users);
    for (const line of chat) {
      if (this.seen.has(line.id)) continue;
      this.seen.add(line.id);
      const who = make("span", { class: "notranslate" }, this.people.nameOf(line.deviceId));
      const text = make("div", { jsname: "dTKtvb" }, line.text);
      this.lines.append(make("div", { "data-message-id": line.id }, who, text));
    }
  }
}
