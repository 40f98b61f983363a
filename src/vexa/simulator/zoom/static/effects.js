// What the host of the test makes a page do.
import { stall, storm, toast } from "./disturb.js";
import { root, texts } from "./dom.js";
import { askCaptcha, solveCaptcha } from "./screens.js";

export function showEffect(effect, { call, sound, send }) {
  switch (effect.effect) {
    case "dialog":
      call?.showDialog(effect.dialog);
      break;
    case "toast":
      toast(effect.text ?? texts[effect.text_key], effect.duration_s);
      break;
    case "mute":
      if (call && !call.muted) call.pressAudio();
      toast(texts.host_muted, 4);
      break;
    case "kill":
      sound.close();
      root.replaceChildren();
      break;
    case "navigate":
      location.assign(effect.url);
      break;
    case "captcha":
      askCaptcha();
      break;
    case "captcha_solved":
      solveCaptcha();
      break;
    case "relayout":
      storm(() => call?.rearrange(), effect);
      break;
    case "layout":
      call?.setLayout(effect.layout);
      break;
    case "hide_toolbar":
      call?.hideFooter();
      break;
    case "stall":
      stall(effect);
      break;
    case "host_starts":
      send({ type: "host_starts" });
      break;
  }
}
