// A meeting's page: one state after the other, as the server says.
import { leavePressed, sayHello, watchActs } from "./acts.js";
import { Call } from "./call.js";
import { stall, storm, toast } from "./disturb.js";
import { button, config, root, texts } from "./dom.js";
import { Media } from "./media.js";
import * as screens from "./screens.js";

const scheme = location.protocol === "https:" ? "wss" : "ws";

function openMeeting() {
  const socket = new WebSocket(`${scheme}://${location.host}/api/meeting/${config.code}`);
  const send = (message) => socket.readyState === WebSocket.OPEN && socket.send(JSON.stringify(message));
  const log = (event, details = {}) => send({ type: "log", event, ...details });
  const leave = (event) => {
    leavePressed(log, event);
    send({ type: "leave" });
  };
  let visitor = "";
  const media = new Media({ log, visitor: () => visitor, offer: (sdp) => send({ type: "offer", sdp }) });
  const call = new Call({
    leave,
    chat: (text) => send({ type: "chat", text }),
    captions: (on) => send({ type: "captions", on }),
    layout: (chosen) => log("layout", { chosen }),
    pictures: (on) => send({ type: "pictures", on }),
  });
  let wanted = { name: "", sound: true, microphone: false };
  let isHuman = !config.captcha;
  // a press of Join that waits for the challenge
  let isHeld = false;

  const knock = () => send({ type: "join", name: wanted.name });
  const prejoin = () => {
    screens.showPrejoin(wanted.name, (chosen) => {
      wanted = chosen;
      log("join_pressed", chosen);
      isHeld = !isHuman;
      if (isHuman) knock();
      else screens.showCaptcha();
    });
  };
  const end = (key) => {
    call.hide();
    media.close();
    screens.showEnd(key);
  };
  const states = {
    prejoin: () => {
      screens.showSplash();
      setTimeout(prejoin, config.splash_s * 1000);
    },
    knocking: () => screens.showLobby(leave),
    in_call: () => {
      call.expose();
      call.show();
      send({ type: "people" });
      if (wanted.sound) media.open(wanted.microphone);
    },
    denied: screens.showDenied,
    // a lobby that nobody answers falls back to the page before it
    timeout: prejoin,
    removed: () => end("removed"),
    ended: () => end("ended"),
    left: () => end("left"),
    blocked: () => screens.showText("blocked", button(texts.retry, {}, () => location.reload())),
    not_found: () => screens.showText("not_found"),
    sign_in: screens.showSignIn,
  };
  const effects = {
    toast: ({ text, text_key, duration_s }) => toast(text ?? texts[text_key], duration_s),
    relayout: (effect) => storm(() => call.rearrange(), effect),
    layout: ({ layout }) => call.setLayout(layout),
    hide_toolbar: () => call.hideToolbar(),
    share: ({ duration_s }) => call.share(duration_s ?? 5),
    mute: () => {
      media.mute();
      toast(texts.host_muted, 4);
    },
    kill: () => {
      media.close();
      call.hide();
      root.replaceChildren();
    },
    navigate: ({ url }) => location.assign(url),
    captcha: () => {
      isHuman = false;
      screens.showCaptcha();
    },
    captcha_solved: () => {
      screens.hideCaptcha();
      isHuman = true;
      if (isHeld) knock();
      isHeld = false;
    },
    stall,
  };
  const acts = {
    welcome: ({ visitor_id }) => {
      visitor = visitor_id;
      new WebSocket(`${scheme}://${location.host}/trouter/${config.code}/${visitor}`);
    },
    state: ({ state }) => states[state]?.(),
    people: ({ people }) => call.setPeople(people),
    answer: ({ sdp }) => media.takeAnswer(sdp),
    speaking: ({ id, on }) => call.light(id, on),
    caption: (line) => call.captions.show(line, call.nameOf(line.id)),
    chat: (line) => call.write(line),
    effect: (effect) => effects[effect.effect]?.(effect),
  };
  let last = Promise.resolve();
  watchActs(log);
  socket.addEventListener("open", () => sayHello(log));
  socket.addEventListener("message", ({ data }) => {
    const message = JSON.parse(data);
    last = last.then(() => acts[message.type]?.(message));
  });
}

if (config.show === "launcher") screens.showLauncher();
else if (config.show === "sign_in_page") screens.showSignInPage();
else if (config.show) screens.showText(config.show);
else openMeeting();
