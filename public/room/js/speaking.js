// Hears who speaks: the loudness of a track, looked at ten times a second.

const interval = 100; // ms
const loud = 0.02; // root mean square, of 1; above ordinary room noise
const linger = 8; // looks until someone who pauses counts as silent

let context;
const watched = new Set();
let timer;

/**
 * Calls speaking(boolean) whenever the person behind an audio track begins or ends to speak, and
 * level(0 to 1) at each look. Returns what ends it.
 */
export function watchSpeaking(track, { speaking = () => {}, level = () => {} }) {
  const AudioContext = window.AudioContext ?? window.webkitAudioContext;
  if (!AudioContext || !track) return () => {};
  context ??= new AudioContext();
  const source = context.createMediaStreamSource(new MediaStream([track]));
  const analyser = context.createAnalyser();
  analyser.fftSize = 512;
  source.connect(analyser);
  const watch = { analyser, speaking, level, quiet: linger, samples: new Float32Array(analyser.fftSize) };
  watched.add(watch);
  timer ??= setInterval(look, interval);
  return () => {
    source.disconnect();
    watched.delete(watch);
    if (watched.size) return;
    clearInterval(timer);
    timer = undefined;
  };
}

/** Browsers let sound be processed only after the user has done something; call it then. */
export function wakeSpeaking() {
  context?.resume();
}

function look() {
  for (const watch of watched) {
    watch.analyser.getFloatTimeDomainData(watch.samples);
    const loudness = Math.sqrt(watch.samples.reduce((sum, sample) => sum + sample * sample, 0) / watch.samples.length);
    watch.level(Math.min(1, loudness * 6));
    const spoke = watch.quiet < linger;
    watch.quiet = loudness > loud ? 0 : Math.min(watch.quiet + 1, linger);
    if (watch.quiet < linger !== spoke) watch.speaking(!spoke);
  }
}
