// A sound and a shake for each verdict, so that nobody has to look at the screen: short and high for who comes in, low and
// twice for who does not.
const TONES = { in: [[880, 0, 0.12]], again: [[440, 0, 0.15], [440, 0.22, 0.15]], no: [[220, 0, 0.25], [220, 0.35, 0.25]] };
const SHAKES = { in: [80], again: [60, 80, 60], no: [200, 100, 200] };
let context;

/** Sounds only after the person has touched the page, as browsers want it. */
export function signal(tone, isLoud) {
  navigator.vibrate?.(SHAKES[tone]);
  if (!isLoud || !navigator.userActivation?.hasBeenActive) return;
  context ??= new AudioContext();
  for (const [pitch, after, length] of TONES[tone]) {
    const [source, volume] = [context.createOscillator(), context.createGain()];
    volume.gain.value = 0.2;
    source.frequency.value = pitch;
    source.connect(volume).connect(context.destination);
    source.start(context.currentTime + after);
    source.stop(context.currentTime + after + length);
  }
}
