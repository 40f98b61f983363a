// The microphone of the machine, or the tone that a meeting gives each page in its place.
import { config } from "./dom.js";

const TONE_HZ = 440;

// A media stream with one track of sound; fails as the browser does where there is none.
export function openMicrophone() {
  if (!config.tone_microphone) return navigator.mediaDevices.getUserMedia({ audio: true });
  const context = new AudioContext({ sampleRate: 48000 });
  const tone = new OscillatorNode(context, { frequency: TONE_HZ });
  const place = new MediaStreamAudioDestinationNode(context, { channelCount: 1 });
  tone.connect(place);
  tone.start();
  return place.stream;
}
