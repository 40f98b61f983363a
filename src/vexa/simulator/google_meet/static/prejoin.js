// The green room and the lobby. The lobby shows the call's own toolbar: it proves nothing.
import { iconButton, leaveButton, randomName, textButton, toggleButton } from "./buttons.js";
import { config, make, root, texts } from "./dom.js";
import { showDialog } from "./effects.js";

function preview() {
  const effects = make(
    "div",
    { "data-participant-id": `preview-${randomName()}`, role: "button", tabindex: "0" },
    make("i", { class: "google-material-icons" }, "visual_effects"),
    make("span", {}, ` ${texts.effects}`),
  );
  const video = make("video", { autoplay: true, muted: true, playsinline: true });
  return make("div", { class: "preview" }, video, effects);
}

function deviceToggles(media, page) {
  const microphone = toggleButton(texts.mic_off, texts.mic_on, "mic", page.microphone, (on) => {
    page.microphone = on;
    media.setMicrophone(on);
  });
  const camera = toggleButton(texts.cam_off, texts.cam_on, "videocam", page.camera, (on) => {
    page.camera = on;
  });
  return [microphone, camera];
}

export function showPrejoin({ media, join, page, captchaFrame }) {
  const main = make("main", { class: "prejoin" });
  const name = make("input", {
    type: "text",
    jsname: randomName(),
    "aria-label": texts.your_name,
    placeholder: texts.your_name,
    maxlength: "60",
    autocomplete: "off",
  });
  const label = config.access === "open" ? texts.join_now : texts.ask_to_join;
  const button = textButton(label, { class: "call-to-action" });
  button.disabled = !config.account;
  name.addEventListener("input", () => {
    button.disabled = !name.value.trim();
  });
  button.addEventListener("click", (event) => {
    if (document.querySelector(".challenge")) return;
    const where = { x: event.clientX, y: event.clientY };
    join(config.account ?? name.value, { trusted: event.isTrusted, ...where });
  });
  main.append(
    preview(),
    ...deviceToggles(media, page),
    ...(config.account
      ? [make("h1", {}, config.account)]
      : [make("h1", {}, texts.whats_your_name), make("div", {}, name)]),
    make("p", {}, texts.ready),
    button,
    textButton(texts.other_ways, { "aria-haspopup": "true" }),
    iconButton(texts.more_options, "more_vert"),
    captchaFrame(false),
  );
  if (config.captcha) main.append(captchaFrame(true));
  root.replaceChildren(main);
  const hidden = make("div", { class: "sounds" });
  document.body.append(hidden);
  if (!media.elements.length) media.addElements(hidden);
  if (config.interstitial) {
    showDialog({ title: texts.devices_question, button: texts.without_devices, plain: true });
  } else {
    media.askForMicrophone();
  }
}

export function showLobby({ leave, page, media, captchaFrame }) {
  const [microphone, camera] = deviceToggles(media, page);
  const home = textButton(texts.home);
  home.addEventListener("click", leave);
  const main = make(
    "main",
    { class: "prejoin" },
    preview(),
    make("div", { role: "status", "aria-label": texts.lobby_title }, texts.lobby_title),
    make("p", {}, texts.lobby_text),
    home,
    captchaFrame(false),
  );
  const bar = make("div", { role: "toolbar", class: "toolbar" }, microphone, camera, leaveButton(leave));
  root.replaceChildren(main, bar);
}
