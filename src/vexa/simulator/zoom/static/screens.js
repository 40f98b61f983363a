// What stands before the meeting, and pages of one text.
import { button, config, make, root, texts } from "./dom.js";
import { showModal } from "./modal.js";

export function showText(key, ...more) {
  root.replaceChildren(make("main", { class: "message" }, make("h1", {}, texts[key]), ...more));
}

// What Zoom shows of an account to whoever is signed in to it.
export function showProfile() {
  showText("profile", make("a", { href: "/logout" }, texts.sign_out));
}

export function showWall() {
  const captcha = make("iframe", { title: "reCAPTCHA", class: "captcha-frame" });
  showText("wall", captcha, button(texts.sign_in, {}, () => location.assign("/signin")));
}

let solve = () => {};

// A challenge in the place of whatever is shown, until somebody solves it.
export async function askCaptcha() {
  const before = [...root.childNodes];
  const challenge = make("main", { class: "message" }, button(texts.captcha, {}, () => {}));
  root.replaceChildren(challenge);
  await new Promise((resolve) => {
    solve = resolve;
  });
  if (challenge.isConnected) root.replaceChildren(...before);
}

export function solveCaptcha() {
  solve();
}

// The link to the browser's client comes only once the app could not be opened.
export function showLaunch() {
  const client = `/wc/${config.id}/join${location.search}`;
  const launch = button(texts.launch, { role: "button" }, () => {
    if (!document.querySelector("a.from-browser")) {
      root.firstChild.append(make("a", { class: "from-browser", href: client }, texts.from_browser));
    }
  });
  showText("launch_why", launch, button(texts.download, {}, () => {}));
}

export function showCookieBanner() {
  const banner = make("div", { id: "onetrust-banner-sdk" }, make("p", {}, texts.cookies));
  const close = () => banner.remove();
  banner.append(button(texts.accept_cookies, { id: "onetrust-accept-btn-handler" }, close));
  banner.append(button(texts.reject_cookies, { id: "onetrust-reject-all-handler" }, close));
  document.body.append(banner);
}

export function askTerms() {
  return new Promise((resolve) => showModal(texts.terms, [[texts.agree, resolve]]));
}

// Asked several times over; whoever declines gets no sound later.
export async function askForDevices() {
  let allowed = true;
  for (let asked = 0; asked < config.permission_dialogs; asked += 1) {
    allowed = await new Promise((resolve) =>
      showModal(texts.devices, [
        [texts.allow, () => resolve(true)],
        [texts.without_devices, () => resolve(false)],
      ]),
    );
  }
  return allowed;
}

function toggle(id, on, off, look) {
  const node = button(on, { id, "aria-label": on }, () => {
    look.on = !look.on;
    node.textContent = look.on ? on : off;
    node.setAttribute("aria-label", node.textContent);
  });
  return node;
}

export class Preview {
  constructor(join, log) {
    this.join = join;
    this.microphone = { on: true };
    this.camera = { on: true };
    this.log = log;
    this.error = make("p", { class: "error", role: "alert" });
  }

  show() {
    const isReact = config.client === "react";
    const name = make("input", { type: "text", id: isReact ? "input-for-name" : "inputname", placeholder: texts.your_name });
    this.go = isReact
      ? make("button", { type: "button", class: "zm-btn preview-join-button disabled" }, texts.join)
      : make("button", { type: "button", id: "joinBtn", class: "btn disabled" }, texts.join);
    const passcode = make("input", { type: "password", id: "input-for-pwd", placeholder: texts.passcode });
    // an account's name is there already
    if (config.account) {
      name.setAttribute("value", config.account);
      name.value = config.account;
    }
    let typed = config.account ? 1 : 0;
    const check = () => {
      const complete = name.value.trim() && typed > 0 && (!config.asks_passcode || passcode.value);
      this.go.classList.toggle("disabled", !complete);
    };
    // a value that no key wrote does not count
    for (const field of [name, passcode]) {
      field.addEventListener("keyup", () => {
        typed += 1;
        check();
      });
    }
    this.go.addEventListener("click", (event) => {
      if (this.go.classList.contains("disabled")) return;
      const live = { microphone: this.microphone.on, camera: this.camera.on };
      this.log("join_pressed", { name: name.value.trim(), trusted: event.isTrusted, ...live });
      this.go.classList.add("disabled");
      this.join(name.value.trim(), passcode.value);
    });
    const screen = make("main", { class: "preview-root" });
    screen.append(
      make("audio", { id: "preview-audio", autoplay: true }),
      toggle("preview-audio-control-button", texts.mute, texts.unmute, this.microphone),
      toggle("preview-video-control-button", texts.stop_video, texts.start_video, this.camera),
      name,
    );
    if (config.asks_passcode) screen.append(passcode);
    const info = make("div", { class: "preview-meeting-info" });
    screen.append(this.error, make("div", { class: "join-place" }, this.go, info));
    root.replaceChildren(screen);
    check();
    if (!isReact && config.cookie_banner) showCookieBanner();
  }

  refusePasscode() {
    this.error.textContent = texts.passcode_wrong;
    this.go.classList.remove("disabled");
  }
}

// Looks like the meeting: its frame, its footer, and the preview's sound still there.
export function showLobby(leave) {
  const footer = make("footer", { id: "wc-footer", class: "footer" });
  footer.append(button(texts.leave, { "aria-label": texts.leave }, leave));
  const text = make("h1", { class: "wr-information" }, texts.lobby);
  const sound = make("audio", { id: "preview-audio", autoplay: true });
  root.replaceChildren(make("div", { class: "meeting-app" }, text, sound, footer));
}
