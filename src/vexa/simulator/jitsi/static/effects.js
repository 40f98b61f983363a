// What the host of the test makes a page do.
import { stall, storm, toast } from "./disturb.js";
import { make, root, texts } from "./dom.js";

// Jitsi lost its server for a while: not joined, and a dialog that looks like an end.
function disconnect(app, durationS) {
  const dialog = make("div", { class: "dialog", role: "dialog" }, make("h2", {}, texts.disconnected));
  document.body.append(dialog);
  app.joined = false;
  setTimeout(() => {
    app.joined = true;
    dialog.remove();
  }, durationS * 1000);
}

export function showEffect(effect, { app, call, media }) {
  switch (effect.effect) {
    case "toast":
      toast(effect.text ?? texts[effect.text_key], effect.duration_s);
      break;
    case "disconnected":
      disconnect(app, effect.duration_s ?? 5);
      break;
    case "mute":
      media.mute(true);
      toast(texts.host_muted, 4);
      break;
    case "kill":
      media.closeAll();
      app.joined = false;
      delete window.APP;
      root.replaceChildren();
      break;
    case "navigate":
      location.assign(effect.url);
      break;
    case "relayout":
      storm(() => call?.rearrange(), effect);
      break;
    case "layout":
      call?.setLayout(effect.layout);
      break;
    case "hide_toolbar":
      call?.hideToolbar();
      break;
    case "stall":
      stall(effect);
      break;
  }
}
