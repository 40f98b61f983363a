// What a page's user does, as every page tells its meeting: who they are, clicks, typing, leaving.

function labelOf(target) {
  const control = target.closest?.("button, [role=button], [role=menuitem], [aria-label], a");
  if (!control) return null;
  return control.getAttribute("aria-label") || control.textContent.trim();
}

// A passcode is nobody's to read: only its length is told.
function typed(field) {
  if (field.type === "password") return { secret: true, length: field.value.length };
  return { value: field.value };
}

function placeOf(event) {
  return { x: Math.round(event.clientX), y: Math.round(event.clientY) };
}

// `log(event, details)` tells the meeting.
export function watchActs(log) {
  const { webdriver } = navigator;
  const onClick = (event) => {
    log("click", { label: labelOf(event.target), trusted: event.isTrusted, ...placeOf(event), webdriver });
  };
  const onInput = ({ target, isTrusted, inputType }) => {
    if (!target.matches("input[type=text], input[type=password]")) return;
    log("typed", { ...typed(target), trusted: isTrusted, how: inputType });
  };
  document.addEventListener("click", onClick, true);
  document.addEventListener("input", onInput, true);
}

export function sayHello(log) {
  log("hello", { webdriver: navigator.webdriver, agent: navigator.userAgent });
}

// Whoever leaves without an event, by the page's own functions, pressed nothing that a hand can.
export function leavePressed(log, event) {
  log("leave_pressed", { trusted: event instanceof Event && event.isTrusted });
}
