// Inside the meeting: tiles, toolbar, chat.
import { resize, shuffled } from "./disturb.js";
import { button, make, root, texts } from "./dom.js";

export class Call {
  constructor(app, handlers) {
    this.app = app;
    this.handlers = handlers;
    this.tiles = make("div", { id: "videospace", class: "tiles" });
    this.lines = make("div", { id: "chatconversation", role: "log" });
    this.menu = make("div", { class: "menu", hidden: true });
    this.layout = "tiles";
    this.arrange = (others) => others;
  }

  show() {
    this.menu.append(
      button(texts.leave_menu, {}, (event) => this.handlers.leave(event)),
      button(texts.end_menu, {}, () => {}),
    );
    const tools = [
      button("mic", { "aria-label": texts.mic_on }, () => {}),
      button("cam", { "aria-label": texts.cam_on }, () => {}),
      button("chat", { "aria-label": texts.chat }, () => {}),
      button("people", { "aria-label": texts.people }, () => {}),
      button("more", { "aria-label": texts.more }, () => {}),
      button("leave", { "aria-label": texts.leave }, () => {
        this.menu.hidden = false;
      }),
    ];
    this.toolbox = make("div", { id: "new-toolbox", class: "toolbar" }, ...tools, this.menu);
    root.replaceChildren(this.tiles, this.lines, this.toolbox);
    document.addEventListener("mousemove", () => {
      this.toolbox.hidden = false;
    });
    this.draw();
  }

  hideToolbar() {
    this.toolbox.hidden = true;
  }

  // Everybody, or whoever dominates.
  setLayout(layout) {
    this.layout = layout;
    this.draw();
  }

  // Every tile is another element afterwards, in another place.
  rearrange() {
    this.arrange = shuffled;
    resize(this.tiles);
    this.draw();
  }

  onStage(others, dominant) {
    if (this.layout === "tiles") return this.arrange(others);
    return others.filter((one) => one.id === dominant).concat(others).slice(0, 1);
  }

  draw() {
    const participants = this.app.state["features/base/participants"];
    const tile = (id, name) => {
      const dominant = id === participants.dominantSpeaker ? " dominant-speaker" : "";
      const label = make("span", { class: "displayname" }, name);
      return make("div", { id: `participant_${id}`, class: `videocontainer${dominant}` }, label);
    };
    const remote = this.onStage([...participants.remote.values()], participants.dominantSpeaker);
    const others = remote.map((one) => tile(one.id, one.name));
    const own = tile(participants.local.id, `${participants.local.name} (${texts.you})`);
    this.tiles.replaceChildren(own, ...others);
  }

  write({ from, text }) {
    const name = this.app.people.get(from)?.name ?? texts.you;
    this.lines.append(make("p", {}, `${name}: ${text}`));
  }
}
