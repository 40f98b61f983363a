// Who is at the door and in the call, once a second, and the host's four buttons.
const code = location.pathname.split("/").pop();
const base = `/control/meetings/${code}`;
const place = (id) => document.getElementById(id);

place("code").textContent = code;

async function call(method, path, body) {
  const response = await fetch(base + path, {
    method,
    headers: { "Content-Type": "application/json" },
    body: body && JSON.stringify(body),
  });
  const answer = response.status === 204 ? null : await response.json();
  place("problem").textContent = response.ok ? "" : String(answer.detail);
  return answer;
}

function row(name, note, orders) {
  const item = document.createElement("li");
  item.append(name);
  const quiet = document.createElement("span");
  quiet.className = "quiet";
  quiet.textContent = note && ` (${note})`;
  item.append(quiet);
  for (const [label, act] of orders) {
    const button = document.createElement("button");
    button.textContent = label;
    button.addEventListener("click", async () => {
      await act();
      await draw();
    });
    item.append(button);
  }
  return item;
}

const order = (name, visitor) => () => call("POST", `/${name}`, { visitor });

async function draw() {
  const meeting = await call("GET", "");
  const knocking = meeting.visitors.filter((visitor) => visitor.state === "knocking");
  const present = meeting.participants.filter((participant) => participant.present);
  place("join").href = `http://${meeting.person_host}:${location.port}${meeting.person_path}`;
  place("end").disabled = meeting.ended;
  place("door").replaceChildren(
    ...knocking.map(({ id, name }) =>
      row(name, "", [["Admit", order("admit", id)], ["Deny", order("deny", id)]]),
    ),
  );
  place("call").replaceChildren(
    ...present.map(({ id, name, visitor, host }) => {
      const remove = visitor
        ? order("remove", visitor)
        : () => call("DELETE", `/participants/${id}`);
      const note = visitor ? "in a browser" : host ? "host, scripted" : "scripted";
      return row(name, note, [["Remove", remove]]);
    }),
  );
}

place("end").addEventListener("click", async () => {
  await call("POST", "/end");
  await draw();
});

setInterval(draw, 1000);
draw();
