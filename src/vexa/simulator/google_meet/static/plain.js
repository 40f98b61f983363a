// Pages that are only a text: landing, sign-in, unknown meeting code.
const config = JSON.parse(document.getElementById("config").textContent);
const root = document.getElementById("root");

function add(tag, text, parent = root) {
  const node = document.createElement(tag);
  node.textContent = text;
  parent.append(node);
  return node;
}

const texts = config.texts;
const block = document.createElement("main");
root.append(block);
add("h1", texts[config.show], block);
const why = texts[`${config.show}_why`];
if (why) add("p", why, block);
if (config.show === "not_found") {
  const home = add("button", texts.home, block);
  home.addEventListener("click", () => location.assign("/"));
}
