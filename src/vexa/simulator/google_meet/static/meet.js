// A meeting's page: one state after the other, as the server says.
import { leavePressed, sayHello, watchActs } from "./acts.js";
import { Call } from "./call.js";
import { textButton } from "./buttons.js";
import { config, make, root, texts } from "./dom.js";
import { showEffect } from "./effects.js";
import { Media } from "./media.js";
import { PointerWitness } from "./pointer_witness.js";
import { showLobby, showPrejoin } from "./prejoin.js";

const socketScheme = location.protocol === "https:" ? "wss" : "ws";
const socket = new WebSocket(`${socketScheme}://${location.host}/_/signal/${config.code}`);
const page = { visitorId: "", microphone: true, camera: true, call: null };

const send = (message) => socket.readyState === WebSocket.OPEN && socket.send(JSON.stringify(message));
const witness = new PointerWitness(document);
const log = (event, details = {}) => send({ type: "log", event, ...details });

const media = new Media({
  log,
  roster: (users) => page.call?.people.replace(users),
  collections: ({ users, chat }) => page.call?.collections(users, chat),
});

watchActs(log);

function showMessage(key, { removal = false, again = false } = {}) {
  media.close();
  media.stopMicrophone();
  const heading = make("h1", {}, texts[key]);
  const block = make("div", { class: "message" }, heading);
  if (texts[`${key}_why`]) block.append(make("p", {}, texts[`${key}_why`]));
  const home = textButton(texts.home);
  home.addEventListener("click", () => location.assign("/"));
  if (again) {
    const button = textButton(texts.rejoin);
    button.addEventListener("click", () => location.reload());
    block.append(button);
  }
  block.append(home);
  if (config.captcha || key === "denied") block.append(captchaFrame(false));
  root.replaceChildren(removal ? make("div", { class: "roSPhc" }, block) : block);
  if (removal) setTimeout(() => location.assign("/"), config.home_after_s * 1000);
}

// The invisible frame is on every normal page; the visible one is a real challenge.
export function captchaFrame(visible) {
  const attributes = { src: "/recaptcha/enterprise/anchor?size=" + (visible ? "normal" : "invisible") };
  attributes.title = "reCAPTCHA";
  attributes.class = visible ? "challenge" : "recaptcha-hidden";
  return make("iframe", attributes);
}

function join(name, details) {
  const pointer = witness.facts();
  log("join_pressed", { name, webdriver: navigator.webdriver, pointer, ...details });
  send({ type: "join", name, of_display: pointer.of_display });
}

function leave(event) {
  leavePressed(log, event);
  send({ type: "leave" });
}

async function enterCall() {
  page.call = new Call({
    leave,
    pictures: media.pictures,
    chat: (text) => send({ type: "chat", text }),
    microphone: (on) => media.setMicrophone(on),
    microphoneOn: page.microphone,
    cameraOn: page.camera,
  });
  page.call.show();
  media.setMicrophone(page.microphone);
  await media.connect(page.visitorId, (sdp) => send({ type: "offer", sdp }));
}

const states = {
  prejoin: () => showPrejoin({ media, join, page, captchaFrame }),
  knocking: () => showLobby({ leave, page, media, captchaFrame }),
  in_call: enterCall,
  denied: () => showMessage("denied", { again: true }),
  timeout: () => showMessage("timeout"),
  removed: () => showMessage("removed", { removal: true }),
  ended: () => showMessage("ended", { removal: true }),
  left: () => showMessage("left", { again: true }),
  blocked: () => showMessage("blocked"),
  not_found: () => showMessage("not_found"),
};

socket.addEventListener("open", () => sayHello(log));

socket.addEventListener("message", async ({ data }) => {
  const message = JSON.parse(data);
  if (message.type === "welcome") page.visitorId = message.visitor_id;
  else if (message.type === "state") await states[message.state]?.();
  else if (message.type === "answer") await media.accept(message.sdp);
  else if (message.type === "speaking") page.call?.people.setSpeaking(message.device_id, message.on);
  else if (message.type === "effect") showEffect(message, { media, page, log, captchaFrame });
});
