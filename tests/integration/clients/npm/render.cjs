// Follows a meeting on the live feed and prints what each renderer makes of it, as one line of JSON.
//   node render.cjs FOLDER_OF_NODE_MODULES URL_OF_THE_GATEWAY PLATFORM NATIVE_ID   (VEXA_API_KEY)

const { createRequire } = require("node:module");
const path = require("node:path");

const [folder, url, platform, nativeId] = process.argv.slice(2);
const key = process.env.VEXA_API_KEY;
const load = createRequire(path.join(path.resolve(folder), "package.json"));
const renderer = load("@vexaai/transcript-rendering");
const older = load("vexa-transcript-rendering");

const shown = (groups) => groups.map((group) => [group.key, group.combinedText]);
const rows = (segments) => segments.map((segment) => [segment.speaker, segment.text]);

// the documented pipeline of 0.4.0: upsert into a map, sort, deduplicate, group
function pipeline(byId) {
  const sorted = renderer.sortSegments([...byId.values()]);
  return shown(renderer.groupSegments(renderer.deduplicateSegments(sorted)));
}

// the documented algorithm of clients of generation 0.6: keyed by start, newer update wins
function documented(byStart) {
  const sorted = [...byStart.values()]
    .filter((segment) => segment.text.trim())
    .sort((a, b) => (a.absolute_start_time < b.absolute_start_time ? -1 : 1));
  return shown(older.groupSegments(older.deduplicateSegments(sorted)));
}

function keep(byStart, segment) {
  const known = byStart.get(segment.absolute_start_time);
  if (known && known.updated_at && segment.updated_at && segment.updated_at < known.updated_at) return;
  byStart.set(segment.absolute_start_time, segment);
}

async function bootstrap() {
  const answer = await fetch(`${url}/transcripts/${platform}/${nativeId}`, {
    headers: { "X-API-Key": key },
  });
  return (await answer.json()).segments;
}

function follow(dialect, onFrame) {
  return new Promise((resolve, reject) => {
    const chosen = dialect === "both" ? "" : `&dialect=${dialect}`;
    const feed = new WebSocket(`${url.replace("http", "ws")}/ws?api_key=${key}${chosen}`);
    feed.onopen = () =>
      feed.send(
        JSON.stringify({
          action: "subscribe",
          meetings: [{ platform, native_id: nativeId }],
        }),
      );
    feed.onerror = () => reject(new Error("the feed was lost"));
    feed.onmessage = async (event) => {
      const frame = JSON.parse(event.data);
      if (frame.type === "error") return reject(new Error(event.data));
      await onFrame(frame);
      if (frame.type === "meeting.status" && frame.payload.status === "completed") {
        feed.close();
        resolve();
      }
    };
  });
}

async function main() {
  const managers = {
    transcript: renderer.createTranscriptManager(),
    "transcript.mutable": renderer.createTranscriptManager(),
    both: renderer.createTranscriptManager(),
  };
  const byId = new Map();
  const byStart = new Map();
  let ready = 0;
  const tellReady = () => {
    ready += 1;
    if (ready === 3) console.log("ready");
  };
  await Promise.all([
    ...["transcript", "both"].map((dialect) =>
      follow(dialect, async (frame) => {
        if (frame.type === "subscribed") {
          managers[dialect].bootstrap(await bootstrap());
          tellReady();
        }
        managers[dialect].handleMessage(frame);
      }),
    ),
    follow("transcript.mutable", async (frame) => {
      if (frame.type === "subscribed") {
        const segments = await bootstrap();
        managers["transcript.mutable"].bootstrap(segments);
        renderer.upsertSegments(byId, segments);
        segments.forEach((segment) => keep(byStart, segment));
        tellReady();
      }
      if (frame.type !== "transcript.mutable") return;
      managers["transcript.mutable"].handleMessage(frame);
      renderer.upsertSegments(byId, frame.payload.segments);
      frame.payload.segments.forEach((segment) => keep(byStart, segment));
    }),
  ]);
  console.log(
    JSON.stringify({
      "0.4.0 manager, transcript": rows(managers.transcript.getSegments()),
      "0.4.0 manager, both": rows(managers.both.getSegments()),
      "0.4.0 manager, transcript.mutable": rows(managers["transcript.mutable"].getSegments()),
      "0.4.0 pipeline": pipeline(byId),
      "0.1.1": documented(byStart),
      "0.1.1 REST": shown(older.groupSegments(older.deduplicateSegments(await bootstrap()))),
    }),
  );
}

main().catch((error) => {
  console.error(error);
  process.exitCode = 1;
});
