// A meeting's page: one state after the other, as the server says.
import { leavePressed, sayHello, watchActs } from "./acts.js";
import { Call } from "./call.js";
import { config, texts } from "./dom.js";
import { showEffect } from "./effects.js";
import { showModal } from "./modal.js";
import { Pictures } from "./pictures.js";
import { Preview, askCaptcha, askForDevices, askTerms } from "./screens.js";
import { showLaunch, showLobby, showProfile, showText, showWall } from "./screens.js";
import { Sound } from "./sound.js";

function openMeeting() {
  const scheme = location.protocol === "https:" ? "wss" : "ws";
  const socket = new WebSocket(`${scheme}://${location.host}/wc/${config.id}/signal`);
  const send = (message) => socket.readyState === WebSocket.OPEN && socket.send(JSON.stringify(message));
  const log = (event, details = {}) => send({ type: "log", event, ...details });
  const signalling = new Worker("/static/rwg_worker.js");
  let visitor = "";
  let call = null;
  let allowed = true;
  const sound = new Sound(() => visitor, log, send);
  const pictures = new Pictures();
  const leave = (event) => {
    leavePressed(log, event);
    send({ type: "leave" });
  };
  const preview = new Preview((name, passcode) => {
    send({ type: "join", name, passcode, pwd: config.pwd });
    if (config.wall !== "after_join" && !config.asks_passcode) showText("joining");
  }, log);

  function stop() {
    sound.close();
    pictures.close();
    call?.end();
  }

  function goToLastPage() {
    stop();
    location.assign(`/postattendee?id=${config.id}`);
  }

  // An end says so over the meeting, until the page goes on by itself.
  function end(key, why = "") {
    sound.close();
    pictures.close();
    showModal(texts[key], [[texts.ok, goToLastPage]], why);
    setTimeout(goToLastPage, config.post_page_after_s * 1000);
  }

  const states = {
    prejoin: async () => {
      if (config.wall === "on_load") return showWall();
      if (config.waits === "invalid_link") return showText("invalid");
      if (config.waits) return showText("waits_for_host");
      if (config.captcha) await askCaptcha();
      if (config.terms) await askTerms();
      allowed = await askForDevices();
      return preview.show();
    },
    knocking: () => showLobby(leave),
    in_call: () => {
      call = new Call(sound, {
        log,
        leave,
        chat: (text) => send({ type: "chat", text }),
        hasDevices: () => allowed,
        pictures: (on) => send({ type: "pictures", on }),
      });
      pictures.open(visitor);
      call.show();
      send({ type: "in_call" });
    },
    denied: () => end("removed"),
    timeout: () => showText("timeout"),
    removed: () => end("removed", texts.removed_why),
    ended: () => end("ended"),
    left: goToLastPage,
    blocked: () => showText("blocked"),
    not_found: () => showText("not_found"),
    sign_in: () => location.assign("/signin"),
  };

  const acts = {
    welcome: ({ visitor_id }) => {
      visitor = visitor_id;
    },
    state: ({ state }) => states[state]?.(),
    passcode_wrong: () => preview.refusePasscode(),
    wall: () => {
      stop();
      showWall();
    },
    people: ({ people }) => {
      if (!call) return;
      call.people = people;
      call.draw();
    },
    active: ({ name }) => call?.activate(name),
    rwg: ({ data }) => signalling.postMessage(data),
    chat: (line) => call?.write(line),
    offer: (offer) => sound.takeOffer(offer),
    effect: (effect) => showEffect(effect, { call, sound, send }),
  };

  watchActs(log);
  socket.addEventListener("open", () => sayHello(log));
  socket.addEventListener("message", ({ data }) => {
    const message = JSON.parse(data);
    acts[message.type]?.(message);
  });
}

if (config.show === "profile") showProfile();
else if (config.show) {
  showText(config.show);
  if (config.form) setTimeout(() => location.assign(config.form), config.signs_in_after_s * 1000);
} else if (config.client === "launch") showLaunch();
else openMeeting();
