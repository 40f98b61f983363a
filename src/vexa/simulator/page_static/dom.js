// Small DOM builders. Text goes in as text nodes only: some pages require Trusted Types.
export const config = JSON.parse(document.getElementById("config").textContent);
export const texts = config.texts;
export const root = document.body.firstElementChild;

export function make(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === true) node.setAttribute(name, "");
    else if (value !== false && value != null) node.setAttribute(name, value);
  }
  node.append(...children);
  return node;
}

export function button(text, attributes, act) {
  const node = make("button", { type: "button", ...attributes }, text);
  node.addEventListener("click", act);
  return node;
}
