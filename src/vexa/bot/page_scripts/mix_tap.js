// Takes what a page plays by Web Audio: whatever it connects to a context's destination is connected
// to a stream of ours too, whose track `take` gets. For pages whose sound is no WebRTC track.
//
// Runs within capture.js, before any code of the page and after capture.js took its own natives.
(take) => {
  'use strict';
  const { apply } = Reflect;
  const { connect, disconnect } = AudioNode.prototype;
  const NativeDestination = globalThis.AudioDestinationNode;
  const NativeTee = globalThis.MediaStreamAudioDestinationNode;
  const NativeContext = globalThis.AudioContext;
  const tees = new WeakMap();

  // A page may make many contexts; one stream each, as long as something plays in it.
  const teeOf = (context) => {
    let tee = tees.get(context);
    if (!tee) {
      tee = new NativeTee(context, { channelCount: 1, channelCountMode: 'explicit' });
      tees.set(context, tee);
      take(tee.stream.getAudioTracks()[0], tee.stream);
    }
    return tee;
  };
  const isPlayed = (node) => node instanceof NativeDestination && node.context instanceof NativeContext;

  AudioNode.prototype.connect = new Proxy(connect, {
    apply(target, self, args) {
      const result = apply(target, self, args);
      try {
        if (isPlayed(args[0])) apply(connect, self, [teeOf(args[0].context), args[1] || 0]);
      } catch {
        // the page's own connection stands whatever becomes of ours
      }
      return result;
    },
  });
  AudioNode.prototype.disconnect = new Proxy(disconnect, {
    apply(target, self, args) {
      const result = apply(target, self, args);
      try {
        // without a node named, the native call has cut ours as well
        const tee = isPlayed(args[0]) && tees.get(args[0].context);
        if (tee) apply(disconnect, self, args.length > 1 ? [tee, args[1]] : [tee]);
      } catch {
        // it was not connected
      }
      return result;
    },
  });
}
