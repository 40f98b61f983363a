import { button, make } from "./dom.js";

// One of Zoom's own dialogs; each choice closes it.
export function showModal(title, choices, why = "") {
  const head = make("div", { class: "zm-modal-body-title" }, title);
  const modal = make("div", { class: "zm-modal", role: "dialog" }, head, make("p", {}, why));
  for (const [text, act] of choices) {
    modal.append(
      button(text, {}, () => {
        modal.remove();
        act?.();
      }),
    );
  }
  document.body.append(modal);
  return modal;
}
