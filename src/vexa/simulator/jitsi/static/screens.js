// What stands before the meeting, and after it.
import { button, config, make, root, texts } from "./dom.js";

export function showText(key, again = false) {
  const block = make("main", { class: "message" }, make("h1", {}, texts[key]));
  if (again) block.append(button(texts.rejoin, {}, () => location.reload()));
  root.replaceChildren(block);
}

export function showLanding(goOn) {
  const block = make("main", { class: "message" }, make("h1", {}, texts.sign_in));
  block.append(button(texts.sign_in, {}, () => location.assign("/static/auth")));
  block.append(button(texts.guest, {}, goOn));
  root.replaceChildren(block);
}

export function showPrejoin(name, join) {
  const field = make("input", { id: "premeeting-name-input", type: "text", placeholder: texts.your_name });
  field.value = name;
  const consent = make("input", { type: "checkbox", id: "unsafe-consent" });
  const error = make("div", { "data-testid": "prejoin.errorMessage", hidden: true }, texts.name_missing);
  const press = (event) => {
    error.hidden = Boolean(field.value.trim());
    if (error.hidden) join(field.value.trim(), event.isTrusted);
  };
  const go = button(texts.join, { "data-testid": "prejoin.joinMeeting" }, press);
  const silent = button(texts.join_without_audio, { "data-testid": "prejoin.joinWithoutAudio" }, press);
  const check = () => {
    go.disabled = config.unsafe_room && !consent.checked;
  };
  consent.addEventListener("change", check);
  check();
  const screen = make("main", { "data-testid": "prejoin.screen", class: "premeeting-screen" });
  screen.append(make("h1", {}, texts.prejoin), field, error);
  if (config.unsafe_room) screen.append(make("p", {}, texts.unsafe), make("label", {}, consent, texts.unsafe_consent));
  screen.append(go, silent);
  root.replaceChildren(screen);
}

export function showJoining() {
  root.replaceChildren(make("main", { class: "message" }, make("div", { class: "spinner" })));
}

// The dialog of a locked room, over whatever is there.
export function askPassword(wrong, give) {
  document.querySelector(".dialog")?.remove();
  const field = make("input", { name: "lockKey", type: "password", autocomplete: "off" });
  const done = () => {
    dialog.remove();
    give(field.value);
  };
  field.addEventListener("keydown", (event) => event.key === "Enter" && done());
  const dialog = make("div", { class: "dialog", role: "dialog" });
  dialog.append(make("h2", {}, texts.password_title), make("p", {}, texts.password_label), field);
  if (wrong) dialog.append(make("p", { class: "error" }, texts.password_wrong));
  dialog.append(button(texts.ok, {}, done), button(texts.cancel, {}, () => dialog.remove()));
  document.body.append(dialog);
}

export class Lobby {
  constructor(handlers) {
    this.handlers = handlers;
    this.screen = make("main", { class: "lobby-screen" });
  }

  ask(name) {
    const field = make("input", { "data-testid": "lobby.nameField", type: "text", placeholder: texts.your_name });
    field.value = name;
    const knock = () => field.value.trim() && this.handlers.knock(field.value.trim());
    this.screen.replaceChildren(
      make("h1", {}, texts.lobby_title),
      field,
      button(texts.knock, { "data-testid": "lobby.knockButton" }, knock),
    );
    if (config.has_password) this.screen.append(this.passwordButton(() => field.value.trim() || name));
    root.replaceChildren(this.screen);
  }

  passwordButton(name) {
    const show = () => this.askPassword(name());
    return button(texts.enter_password, { "data-testid": "lobby.enterPasswordButton" }, show);
  }

  askPassword(name) {
    const field = make("input", { "data-testid": "lobby.password", type: "password" });
    const join = () => this.handlers.password(name, field.value);
    this.screen.replaceChildren(
      make("h1", {}, texts.enter_password_label),
      field,
      make("p", { class: "error" }),
      button(texts.join, { "data-testid": "lobby.passwordJoinButton" }, join),
    );
  }

  refusePassword() {
    const place = this.screen.querySelector(".error");
    if (place) place.textContent = texts.password_wrong;
  }

  wait() {
    this.screen.replaceChildren(make("h1", {}, texts.asking), make("p", {}, texts.asking_why));
    root.replaceChildren(this.screen);
  }
}

// A meeting that only some may begin: a dialog, or, for members only, nothing but the console.
export function showGate() {
  showJoining();
  if (config.gate === "members_only") {
    console.error("CONFERENCE FAILED: conference.connectionError.membersOnly");
    return;
  }
  const dialog = make("div", { class: "dialog", role: "dialog" });
  if (config.gate === "moderator") dialog.append(make("h2", {}, texts.moderator));
  else dialog.append(make("h2", {}, texts.host_title), make("p", {}, texts.host_text));
  document.body.append(dialog);
}
