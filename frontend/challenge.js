// What a device does before it joins a queue: arithmetic that costs it about a second (`bookings.challenges`).
import { solveChallenge } from "altcha-lib";

const TOO_LONG = 60_000; // milliseconds

async function deriveKey({ algorithm, cost, keyLength = 32 }, salt, password) {
  const key = await crypto.subtle.importKey("raw", password, "PBKDF2", false, ["deriveBits"]);
  const how = { name: "PBKDF2", salt, iterations: cost, hash: algorithm.replace("PBKDF2/", "") };
  return { parameters: {}, derivedKey: new Uint8Array(await crypto.subtle.deriveBits(how, key, keyLength * 8)) };
}

/** The answer to a challenge as the server takes it; null where this device cannot give one. */
export async function solved({ kind, ...challenge }) {
  if (kind !== "proof-of-work" || !crypto.subtle) return null;
  const solution = await solveChallenge({ challenge, deriveKey, timeout: TOO_LONG });
  return solution && btoa(JSON.stringify({ challenge, solution }));
}
