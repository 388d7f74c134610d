// The server's clock, for pages that count down by it or write moments down: nobody can rely on a phone's own.

const PATIENCE = 3_000; // milliseconds: a network that leads nowhere is not waited for

/** A clock that asks `address` (answered {now: milliseconds}); `offset` may be what was known before. */
export function serverClock(address, offset = null) {
  let measuredAt = performance.now() - Date.now();
  let margin = 0;
  return {
    /** What has to be added to the device's clock, in milliseconds; null: not known yet. */
    get offset() {
      return offset;
    },
    /** By how much the clock may be fast or slow, in milliseconds: half of the fastest question's way, and what is rounded. */
    get margin() {
      return margin;
    },
    /** Takes another answer of the server for its clock where none was measured. */
    suppose(now) {
      offset ??= now - Date.now();
    },
    now: () => Date.now() + (offset ?? 0),
    /** Whether somebody has set this device's clock since. */
    hasJumped: () => Math.abs(performance.now() - Date.now() - measuredAt) > 1_500,
    /** The server's answer is taken for the middle of the fastest of three questions. */
    async measure() {
      let best = Infinity;
      for (let time = 0; time < 3; time++) {
        const sent = Date.now();
        try {
          const { now } = await (await fetch(address, { cache: "no-store", signal: AbortSignal.timeout?.(PATIENCE) })).json();
          const took = Date.now() - sent;
          if (took < best) {
            best = took;
            offset = now - (sent + took / 2);
            margin = took / 2 + 2;
          }
        } catch {
          await new Promise((done) => setTimeout(done, 300));
        }
      }
      measuredAt = performance.now() - Date.now();
    },
  };
}
