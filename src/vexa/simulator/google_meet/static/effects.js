// What the host of the test makes a page do: dialogs, toasts, faults.
import { textButton } from "./buttons.js";
import { stall, storm, toast } from "./disturb.js";
import { make, root, texts } from "./dom.js";

export function showDialog({ title, why, button, plain = false }) {
  const ok = textButton(button, plain ? {} : { "data-mdc-dialog-action": "ok" });
  const inner = make("div", {}, make("h2", {}, title), make("p", {}, why ?? ""), ok);
  const veil = make("div", { class: "veil", "aria-modal": "true", role: "dialog" }, inner);
  ok.addEventListener("click", () => veil.remove());
  document.body.append(veil);
}

const dialogs = {
  recording: () =>
    showDialog({ title: texts.recording, why: texts.recording_why, button: texts.join_now }),
  gemini: () => showDialog({ title: texts.gemini, why: texts.gemini_why, button: texts.join_now }),
  got_it: () => showDialog({ title: texts.effects, button: texts.got_it, plain: true }),
  others_may_see: () =>
    showDialog({ title: texts.others_may_see, button: texts.got_it, plain: true }),
  still_there: () => showDialog({ title: texts.still_there, button: texts.stay, plain: true }),
};

// Google's silent refusal: the page goes black and only the console says why.
function kill(media) {
  console.error("DisconnectedError: Meeting session ended; EndCause = 72");
  media.close();
  document.querySelectorAll(".veil, .toast").forEach((node) => node.remove());
  root.replaceChildren(make("div", { class: "dead" }));
}

export function showEffect(effect, { media, page, captchaFrame }) {
  switch (effect.effect) {
    case "dialog":
      dialogs[effect.dialog]();
      break;
    case "toast":
      toast(effect.text ?? texts[effect.text_key], effect.duration_s);
      break;
    case "mute":
      media.setMicrophone(false);
      page.call?.muteMicrophone();
      toast(texts.host_muted, 4);
      break;
    case "kill":
      kill(media);
      break;
    case "navigate":
      location.assign(effect.url);
      break;
    case "captcha":
      root.append(captchaFrame(true));
      break;
    case "captcha_solved":
      document.querySelectorAll(".challenge").forEach((frame) => frame.remove());
      break;
    case "relayout":
      storm(() => page.call?.people.rearrange(), effect);
      break;
    case "layout":
      page.call?.people.setLayout(effect.layout);
      break;
    case "hide_toolbar":
      page.call?.hideToolbar();
      break;
    case "stall":
      stall(effect);
      break;
  }
}
