// Live captions: a list under the stage that re-uses the elements of lines which scroll away.
import { button, make, texts } from "./dom.js";

const SHOWN = 5;

export class Captions {
  constructor(turned) {
    this.turned = turned;
    this.isOn = false;
    this.place = make("div", {});
    this.lines = [];
  }

  // An entry of the menu that opens a menu of its own.
  menuItems() {
    this.toggle = button(texts.captions_on, { id: "closed-captions-button", role: "menuitem" }, () => this.turn());
    const inner = make("div", { role: "menu", hidden: true }, this.toggle);
    const open = button(texts.speech_menu, { id: "LanguageSpeechMenuControl-id", role: "menuitem" }, () => {
      inner.hidden = false;
    });
    return [open, inner];
  }

  turn() {
    this.isOn = !this.isOn;
    this.toggle.textContent = this.isOn ? texts.captions_off : texts.captions_on;
    this.toggle.parentElement.hidden = true;
    this.lines = [];
    this.list = make("div", { "data-tid": "closed-caption-v2-virtual-list-content" });
    const inner = make("div", { "data-tid": "closed-caption-v2-window-wrapper", class: "captions" }, this.list);
    const wrapper = make("div", { "data-tid": "closed-caption-renderer-wrapper" }, inner);
    this.place.replaceChildren(...(this.isOn ? [wrapper] : []));
    this.turned(this.isOn);
  }

  show({ line, text }, author) {
    if (!this.isOn) return;
    let shown = this.lines.find((one) => one.line === line);
    if (!shown) {
      shown = this.lines.length < SHOWN ? this.newLine() : this.lines.shift();
      this.list.append(shown.node);
      shown.line = line;
      this.lines.push(shown);
    }
    shown.author.textContent = author;
    shown.text.textContent = text;
  }

  newLine() {
    const author = make("span", { "data-tid": "author" });
    const text = make("span", { "data-tid": "closed-caption-text" });
    return { author, text, node: make("div", { class: "fui-ChatMessageCompact" }, author, text) };
  }
}
