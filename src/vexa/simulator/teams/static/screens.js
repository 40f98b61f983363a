// What stands before the meeting, and after it.
import { button, config, make, root, texts } from "./dom.js";

export function showText(key, ...more) {
  root.replaceChildren(make("main", { class: "screen" }, make("h1", {}, texts[key]), ...more));
}

export function showLauncher() {
  const go = button(texts.continue, { "aria-label": texts.continue }, () => location.assign(config.target));
  showText("launcher", button(texts.app, {}, () => {}), go);
}

export function showSplash() {
  root.replaceChildren(make("div", { id: "loading-screen", class: "screen" }, "Microsoft Teams"));
}

// A form over the page; the address stays as it is.
export function showSignIn() {
  if (config.sign_in_by === "redirect") return location.assign(config.sign_in_url);
  return showText("verify", make("input", { type: "email", name: "loginfmt" }));
}

// The sign-in host's own page.
export function showSignInPage() {
  showText("sign_in_page", make("input", { type: "email", name: "loginfmt" }));
}

export function showCaptcha() {
  hideCaptcha();
  const image = make("div", { "data-tid": "HIP-Captcha-Image" }, "X7kP");
  root.append(make("div", { class: "screen captcha" }, make("h2", {}, texts.captcha), image));
}

export function hideCaptcha() {
  root.querySelector(".captcha")?.remove();
}

export function askWithoutDevices(then) {
  const go = button(texts.without_devices, {}, () => {
    veil.remove();
    then();
  });
  const inner = make("div", { role: "dialog" }, make("h2", {}, texts.devices_question), go);
  const veil = make("div", { class: "veil" }, inner);
  document.body.append(veil);
}

function toggle(tid, label) {
  const node = make("div", { "data-tid": tid, role: "switch", "aria-checked": "true", "aria-label": label }, label);
  node.addEventListener("click", () => {
    node.setAttribute("aria-checked", String(node.getAttribute("aria-checked") !== "true"));
  });
  return node;
}

const isOn = (node) => node.getAttribute("aria-checked") === "true";

function radios() {
  const make1 = (label, on) => make("div", { role: "radio", "aria-label": label, "aria-checked": String(on) }, label);
  const both = [make1(texts.computer_audio, !config.sound_off), make1(texts.no_audio, config.sound_off)];
  for (const one of both) {
    one.addEventListener("click", () => both.forEach((other) => other.setAttribute("aria-checked", String(other === one))));
  }
  return both;
}

// What the full client shows of whoever is signed in.
function accountHeader() {
  const label = `${texts.account}: ${config.account}`;
  return make("header", {}, button("", { "data-tid": "me-control-avatar-trigger", "aria-label": label }, () => {}));
}

// The pre-join page. `join` gets the name, whether sound and microphone are wanted, and the event.
export function showPrejoin(name, join) {
  const field = make("input", { type: "text", "data-tid": "prejoin-display-name-input", placeholder: texts.your_name });
  field.value = config.account ?? name;
  const [mute, video] = [toggle("toggle-mute", texts.mic), toggle("toggle-video", texts.camera)];
  const [computer, none] = radios();
  let isAsked = config.devices_question === "never";
  const go = button(texts.join, { "data-tid": "prejoin-join-button" }, (event) => {
    if (!field.value.trim()) return;
    if (!isAsked && !isOn(mute) && !isOn(video)) {
      askWithoutDevices(() => {
        isAsked = true;
      });
      return;
    }
    join({ name: field.value.trim(), sound: isOn(computer), microphone: isOn(mute), trusted: event.isTrusted });
  });
  const cancel = button(texts.cancel, { "data-tid": "prejoin-cancel-button" }, () => location.assign("/"));
  const who = config.account ? accountHeader() : field;
  root.replaceChildren(make("main", { class: "screen" }, who, mute, video, computer, none, go, cancel));
  if (config.devices_question === "twice") askWithoutDevices(() => {});
}

export function toolbar(tools) {
  return make("div", { "data-tid": "calling-toolbar", class: "toolbar" }, ...tools);
}

export function leaveButton(leave) {
  return button(texts.leave, { id: "hangup-button", "data-tid": "hangup-main-btn", "aria-label": texts.leave }, leave);
}

// The lobby has the call's toolbar, and neither a stage nor a tile.
export function showLobby(leave) {
  const text = make("span", {}, texts[config.started ? "lobby" : "not_started"]);
  const bar = toolbar([button(texts.more, { id: "callingButtons-showMoreBtn" }, () => {}), leaveButton(leave)]);
  root.replaceChildren(bar, make("main", { class: "screen", "data-tid": "lobby-screen" }, text, button(texts.cancel, {}, leave)));
}

export function showDenied() {
  showText("denied", button(texts.dismiss, { "data-tid": "calling-retry-cancelbutton" }, () => location.assign("/")));
}

export function showEnd(key) {
  const title = make("h1", { id: "calling-retry-screen-title" }, texts[key]);
  const again = button(texts.rejoin, { "data-tid": "anon-meeting-end-screen-rejoin-button" }, () => location.reload());
  root.replaceChildren(make("main", { class: "screen" }, title, again));
}
