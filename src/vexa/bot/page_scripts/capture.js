// Takes each remote audio track of the page's WebRTC connections out as short labelled pieces.
//
// Runs before any code of the page, in every frame. The page is not trusted: nothing of this script
// is reachable from it, messages are plain strings (so that no hooked JSON, toJSON or join sees the
// nonce), and natives are taken before the page can replace them. What the page can still do is send
// false audio, as it always could; Python checks every message.
//
// Message: "<nonce> <document> <kind> <fields...>", fields separated by single spaces:
//   track <track> <connection> <stream|-> <name|->   a remote audio track begins; the page's ids
//   audio <track> <ms> <csrc|-> <Hz> <base64 PCM16>   ms: epoch time of the first sample
//   quiet <track> <ms>   the track is known to have given no sound since its last piece, until then
//   read <track>         a track that has long been silent is still read
//   ended <track>        the track gives nothing any more
//   channel <index> <ms> <since> <base64>   a message of a data channel in config.channels; when it came,
//                        and since when it may have waited for a page that stalled
//   news <base64 UTF-8>                  what the platform's own script tells
//   state <connection> <connectionState>
//   method <track> <name>                how the track is read
// `labels` and `readers` are the scripts of those names, `report` is the platform's own script, `tap` is
// mix_tap.js; these two may be null. `unseenSince` is platforms/stalls.py's.
((config, labels, readers, unseenSince, report, tap) => {
  'use strict';
  const bind = globalThis[config.binding];
  delete globalThis[config.binding];
  const NativeConnection = globalThis.RTCPeerConnection;
  if (typeof bind !== 'function' || !NativeConnection) return;

  // 60 ms of look-ahead: the list of contributing sources lags behind the samples by one packet.
  const HOLD_MS = 60;
  const PIECE_MS = 100;
  // Digital silence that is still sent as samples, so that words are not cut.
  const QUIET_MS = 300;
  // For so long after its sound a track tells that it goes on being silent.
  const TOLD_QUIET_MS = 4500;
  // After that it tells so often that it is read.
  const TOLD_READ_MS = 5000;
  const CHANNEL_LIMIT_BYTES = 262144;
  const NAME_LIMIT = 128;

  const { apply, construct } = Reflect;
  const { max, round, abs, min } = Math;
  const NativeAudio = globalThis.Audio;
  const NativeStream = globalThis.MediaStream;
  const NativeBlob = globalThis.Blob;
  const toText = String.fromCharCode;
  const codeAt = Function.prototype.call.bind(String.prototype.charCodeAt);
  const toUtf8 = TextEncoder.prototype.encode.bind(new TextEncoder());
  const toBase64 = globalThis.btoa.bind(globalThis);
  const listen = EventTarget.prototype.addEventListener;
  const later = globalThis.setTimeout.bind(globalThis);
  const every = globalThis.setInterval.bind(globalThis);
  const clock = performance.now.bind(performance);
  const origin = performance.timeOrigin;
  const epochMs = () => origin + clock();
  const makeLabel = config.mixed ? labels(epochMs).makeMixLabeller : labels(epochMs).makeLabeller;
  const waysToRead = readers(epochMs);
  const since = config.channels.length ? unseenSince(every, clock) : clock;

  const documentId = toText(...Array.from(crypto.getRandomValues(new Uint8Array(12)), (b) => 97 + (b % 26)));
  const head = config.nonce + ' ' + documentId + ' ';
  const send = (body) => {
    try {
      bind(head + body);
    } catch {
      // the page is going away
    }
  };

  const encode = (bytes) => {
    let text = '';
    for (let start = 0; start < bytes.length; start += 8192) {
      text += apply(toText, null, bytes.subarray(start, min(start + 8192, bytes.length)));
    }
    return toBase64(text);
  };

  // A name without spaces and of bounded length, else nothing: fields are separated by spaces.
  const nameOf = (value) => {
    const text = '' + value;
    if (!text || text.length > NAME_LIMIT) return '-';
    for (let i = 0; i < text.length; i += 1) {
      const code = codeAt(text, i);
      if (code < 33 || code > 126) return '-';
    }
    return text;
  };

  // The page's pipeline without per-participant receivers is not taken when this is missing.
  delete RTCRtpReceiver.prototype.createEncodedStreams;

  // ---- pieces -----------------------------------------------------------------------------------

  const makePieces = (number, label) => {
    const held = [];
    let piece = null;
    let quietMs = 0;
    let soundedUntil = -Infinity;
    let quietUntil = -Infinity;

    const flush = () => {
      if (!piece) return;
      const samples = new Int16Array(piece.length);
      let offset = 0;
      for (const part of piece.parts) {
        for (let i = 0; i < part.length; i += 1) {
          const value = part[i] < 0 ? part[i] * 32768 : part[i] * 32767;
          samples[offset] = max(-32768, min(32767, round(value)));
          offset += 1;
        }
      }
      const bytes = new Uint8Array(samples.buffer);
      soundedUntil = piece.end;
      quietUntil = piece.end;
      const at = round(piece.at * 10) / 10;
      send('audio ' + number + ' ' + at + ' ' + (piece.csrc || '-') + ' ' + piece.rate + ' ' + encode(bytes));
      piece = null;
    };

    const tellQuiet = (until) => {
      const isLong = until - soundedUntil > TOLD_QUIET_MS;
      if (until - quietUntil < (isLong ? TOLD_READ_MS : PIECE_MS)) return;
      quietUntil = until;
      send(isLong ? 'read ' + number : 'quiet ' + number + ' ' + round(until));
    };

    const place = (frame) => {
      const csrc = label(frame.at);
      const lengthMs = (frame.samples.length * 1000) / frame.rate;
      quietMs = frame.sounds ? 0 : quietMs + lengthMs;
      const apart = piece && (piece.csrc !== csrc || piece.rate !== frame.rate || abs(frame.at - piece.end) > 50);
      if (apart) flush();
      if (!frame.sounds && (quietMs > QUIET_MS || !csrc)) {
        flush();
        tellQuiet(frame.at + lengthMs);
        return;
      }
      if (!piece) piece = { at: frame.at, end: frame.at, csrc, rate: frame.rate, parts: [], length: 0 };
      piece.parts.push(frame.samples);
      piece.length += frame.samples.length;
      piece.end += lengthMs;
      if (piece.length * 1000 >= PIECE_MS * frame.rate) flush();
    };

    return {
      take(samples, at, rate) {
        let sounds = false;
        for (let i = 0; i < samples.length && !sounds; i += 1) sounds = abs(samples[i]) >= 1 / 32768;
        held.push({ samples, at, rate, sounds });
        while (held.length && held[0].at <= at - HOLD_MS) place(held.shift());
      },
      end() {
        while (held.length) place(held.shift());
        flush();
        send('ended ' + number);
      },
    };
  };

  const read = async (number, track, pieces) => {
    for (const method of config.methods) {
      try {
        await waysToRead[method](track, pieces);
        send('method ' + number + ' ' + method);
        return;
      } catch {
        // the next way
      }
    }
    send('method ' + number + ' none');
  };

  // ---- connections ------------------------------------------------------------------------------

  let tracks = 0;
  let connections = 0;
  const known = new WeakSet();
  const playing = new Set();

  // A remote track gives neither samples nor sources until an element plays it; muted is enough.
  const play = (track) => {
    const element = new NativeAudio();
    element.muted = true;
    element.srcObject = new NativeStream([track]);
    const start = () => element.play().catch(() => later(start, 500));
    start();
    playing.add(element);
    apply(listen, track, ['ended', () => playing.delete(element)]);
  };

  const begin = (connection, track, names, label) => {
    known.add(track);
    tracks += 1;
    send('track ' + tracks + ' ' + connection + ' ' + names);
    read(tracks, track, makePieces(tracks, label));
  };
  const takeTrack = (connection, receiver, track, stream) => {
    if (track.kind !== 'audio' || known.has(track)) return;
    play(track);
    begin(connection, track, nameOf(stream ? stream.id : '-') + ' ' + nameOf(track.id), makeLabel(receiver));
  };

  const takeChannel = (channel) => {
    const index = config.channels.indexOf(channel.label);
    if (index < 0 || known.has(channel)) return;
    known.add(channel);
    apply(listen, channel, ['message', async ({ data }) => {
      const from = round(origin + since());
      const came = round(epochMs()) + ' ' + from;
      const buffer = data instanceof NativeBlob ? await data.arrayBuffer() : data;
      if (!(buffer instanceof ArrayBuffer) || buffer.byteLength > CHANNEL_LIMIT_BYTES) return;
      send('channel ' + index + ' ' + came + ' ' + encode(new Uint8Array(buffer)));
    }]);
  };

  const watch = (connection) => {
    connections += 1;
    const number = connections;
    apply(listen, connection, ['track', (event) => takeTrack(number, event.receiver, event.track, event.streams[0])]);
    apply(listen, connection, ['datachannel', (event) => takeChannel(event.channel)]);
    apply(listen, connection, ['connectionstatechange', () => send('state ' + number + ' ' + connection.connectionState)]);
  };

  const createChannel = NativeConnection.prototype.createDataChannel;
  NativeConnection.prototype.createDataChannel = new Proxy(createChannel, {
    apply(target, self, args) {
      const channel = apply(target, self, args);
      takeChannel(channel);
      return channel;
    },
  });

  const Hooked = new Proxy(NativeConnection, {
    construct(target, args, newTarget) {
      const connection = construct(target, args, newTarget === Hooked ? target : newTarget);
      watch(connection);
      return connection;
    },
  });
  NativeConnection.prototype.constructor = Hooked;
  for (const name of ['RTCPeerConnection', 'webkitRTCPeerConnection']) {
    if (globalThis[name]) {
      Object.defineProperty(globalThis, name, { value: Hooked, writable: true, configurable: true, enumerable: false });
    }
  }

  // 0 is no connection: the page's own mix.
  if (tap) tap((track) => begin(0, track, '- ' + config.mix, () => ''));
  if (report) {
    report((text) => {
      const bytes = toUtf8(text);
      if (bytes.length <= CHANNEL_LIMIT_BYTES) send('news ' + encode(bytes));
    });
  }
})
