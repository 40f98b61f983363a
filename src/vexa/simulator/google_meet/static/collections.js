// Reads the roster messages. Field numbers are those of the wire; see docs/simulator.md.
const decoder = new TextDecoder();

// Protobuf bytes → Map of field number → list of raw values (number or Uint8Array).
export function fields(bytes) {
  const found = new Map();
  let at = 0;
  const varint = () => {
    let value = 0;
    let scale = 1;
    for (;;) {
      const byte = bytes[at++];
      value += (byte & 127) * scale;
      if (byte < 128) return value;
      scale *= 128;
    }
  };
  while (at < bytes.length) {
    const tag = varint();
    const number = Math.floor(tag / 8);
    let value;
    if (tag % 8 === 0) value = varint();
    else if (tag % 8 === 2) {
      const length = varint();
      value = bytes.subarray(at, at + length);
      at += length;
    } else throw new Error("unexpected wire type");
    if (!found.has(number)) found.set(number, []);
    found.get(number).push(value);
  }
  return found;
}

function inside(bytes, ...path) {
  for (const number of path) {
    if (!bytes) return undefined;
    bytes = fields(bytes).get(number)?.[0];
  }
  return bytes;
}

const all = (bytes, number) => (bytes ? fields(bytes).get(number) ?? [] : []);
const text = (map, number) => (map.has(number) ? decoder.decode(map.get(number)[0]) : "");
const count = (map, number) => map.get(number)?.[0] ?? 0;

function user(bytes) {
  const map = fields(bytes);
  return {
    deviceId: text(map, 1),
    fullName: text(map, 2),
    status: count(map, 4),
    isSelf: map.has(7),
    parentDeviceId: text(map, 21),
    displayName: text(map, 29),
    isHost: count(map, 34) > 0,
  };
}

function chatLine(bytes) {
  const map = fields(inside(bytes, 2));
  return { id: text(map, 1), deviceId: text(map, 2), text: text(fields(map.get(5)[0]), 1) };
}

async function inflate(data) {
  const stream = new Blob([data]).stream().pipeThrough(new DecompressionStream("deflate"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

export async function readEvent(data) {
  const change = inside(await inflate(data), 1, 2);
  const people = inside(change, 13) ?? inside(change, 15);
  return {
    users: all(inside(people, 1), 2).map(user),
    chat: all(people, 4).map(chatLine),
  };
}

export function readSync(base64) {
  const raw = atob(base64);
  const bytes = Uint8Array.from(raw, (letter) => letter.charCodeAt(0));
  return all(inside(bytes, 2, 2) ?? inside(bytes, 2, 5), 2).map(user);
}
