// A room's page: one state after the other, as the server says.
import { leavePressed, sayHello, watchActs } from "./acts.js";
import { fromAddress } from "./address.js";
import { Application } from "./app.js";
import { Call } from "./call.js";
import { config } from "./dom.js";
import { showEffect } from "./effects.js";
import { Media } from "./media.js";
import { Lobby, askPassword, showGate, showJoining, showLanding, showPrejoin, showText } from "./screens.js";

const END_PAGE_AFTER_MS = 800;

function openRoom() {
  const scheme = location.protocol === "https:" ? "wss" : "ws";
  const socket = new WebSocket(`${scheme}://${location.host}/xmpp-websocket/${config.room}`);
  const send = (message) => socket.readyState === WebSocket.OPEN && socket.send(JSON.stringify(message));
  const log = (event, details = {}) => send({ type: "log", event, ...details });
  const given = fromAddress();
  let name = given["userInfo.displayName"] ?? "";
  let call = null;

  const app = new Application({
    hangup: (event) => {
      leavePressed(log, event);
      send({ type: "leave" });
    },
    chat: (text) => send({ type: "chat", text }),
    mute: (muted) => media.mute(muted),
    connectionState: () => media.connectionState(),
    lastN: (n) => send({ type: "last_n", n }),
  });
  const media = new Media(app, {
    log,
    answer: (session, sdp) => send({ type: "answer", session, sdp }),
    restart: (session) => send({ type: "restart", session }),
  });
  const join = (password) => {
    showJoining();
    log("join_sent", { name, config: given });
    send({ type: "join", name, password });
  };
  const lobby = new Lobby({
    knock: (chosen) => {
      name = chosen;
      join();
    },
    password: (chosen, password) => {
      name = chosen;
      send({ type: "lobby_password", name: chosen, password });
    },
  });

  function begin() {
    const skips = given["config.prejoinConfig.enabled"] === false && !config.unsafe_room;
    const go = () => (config.access === "ask" && config.gate === "none" ? lobby.ask(name) : join());
    if (skips && name) return go();
    return showPrejoin(name, (chosen, trusted) => {
      log("join_pressed", { name: chosen, trusted });
      name = chosen;
      go();
    });
  }

  function leaveRoom() {
    app.joined = false;
    app.lobbyJoined = false;
    app.change("features/lobby", { knocking: false });
    app.change("features/base/conference", { membersOnly: undefined });
    document.querySelector(".dialog")?.remove();
  }

  function end(key, again) {
    leaveRoom();
    media.closeAll();
    if (config.end_page) setTimeout(() => showText(key, again), END_PAGE_AFTER_MS);
    else showJoining();
  }

  const states = {
    prejoin: () => {
      if (config.guest_landing) showLanding(begin);
      else begin();
    },
    knocking: () => {
      app.change("features/base/conference", { membersOnly: {} });
      if (config.gate !== "none") return showGate();
      app.lobbyJoined = true;
      app.change("features/lobby", { knocking: true });
      return lobby.wait();
    },
    in_call: async () => {
      leaveRoom();
      if (given["config.disableInitialGUM"] !== true) await media.openMicrophone();
      app.joined = true;
      call = new Call(app, { leave: (event) => window.APP.conference.hangup(event) });
      call.show();
      app.events.emit("conference.joined");
      if ("config.channelLastN" in given) app.setLastN(given["config.channelLastN"]);
      send({ type: "media", p2p: given["config.p2p.enabled"] !== false });
    },
    denied: () => {
      leaveRoom();
      showText("denied");
    },
    timeout: () => {
      leaveRoom();
      showText("timeout");
    },
    removed: () => {
      // by whom, why, and whether another took the place
      app.events.emit("conference.kicked", undefined, "You have been kicked.", false);
      leaveRoom();
      media.closeAll();
      if (config.end_page) showText("kicked");
      else showJoining();
    },
    ended: () => end("ended", true),
    left: () => end("ended", true),
    blocked: () => showText("blocked"),
    not_found: () => showText("not_found"),
    sign_in: () => location.assign("/static/auth"),
  };

  const acts = {
    state: ({ state }) => states[state]?.(),
    people: ({ people }) => {
      app.setPeople(people);
      call?.draw();
    },
    offer: (offer) => media.takeOffer(offer),
    password: ({ wrong, in_lobby }) => (in_lobby ? lobby.refusePassword() : askPassword(wrong, join)),
    chat: (line) => {
      app.state["features/chat"].messages.push({ id: line.id, message: line.text, messageType: "remote" });
      call?.write(line);
      app.events.emit("conference.messageReceived", line.from, line.text);
    },
    dominant: ({ id }) => {
      app.dominate(id);
      call?.draw();
    },
    effect: (effect) => showEffect(effect, { app, call, media }),
  };

  let last = Promise.resolve();
  watchActs(log);
  socket.addEventListener("open", () => sayHello(log));
  socket.addEventListener("message", ({ data }) => {
    const message = JSON.parse(data);
    last = last.then(() => acts[message.type]?.(message));
  });
}

if (config.show) showText(config.show);
else openRoom();
