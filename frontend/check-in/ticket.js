// What a scanned ticket says, verified by the site's public keys without a network (kepuyue/bookings/tickets.py).
import { verifyAsync } from "@noble/ed25519";

export const PREFIX = "KP1.";
const BASE32 = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
const READABLE = "23456789BCDFGHJKMNPQRSTVWXYZ";
const [KEY_ID, SESSION, CODE, SEATS, SIGNATURE] = [2, 5, 5, 2, 64]; // bytes
const FACTS = KEY_ID + SESSION + CODE + SEATS;
const LETTERS = 8;

function bytesOf(text) {
  const bytes = [];
  let [kept, bits] = [0, 0];
  for (const letter of text) {
    const value = BASE32.indexOf(letter);
    if (value < 0) return null;
    kept = (kept << 5) | value;
    bits += 5;
    if (bits >= 8) {
      bits -= 8;
      bytes.push((kept >> bits) & 255);
      kept &= (1 << bits) - 1;
    }
  }
  return kept ? null : new Uint8Array(bytes); // the last letter has a bit to spare: one ticket has one spelling
}

const number = (bytes) => bytes.reduce((sum, byte) => sum * 256 + byte, 0);
const fromBase64Url = (text) => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (one) => one.charCodeAt(0));

function lettersOf(value) {
  let letters = "";
  for (let place = 0; place < LETTERS; place++) {
    letters = READABLE[value % READABLE.length] + letters;
    value = Math.floor(value / READABLE.length);
  }
  return letters;
}

/** {code, session, seats}; null where none of the keys (a JSON Web Key Set's) signed the text. */
export async function read(text, keys) {
  const raw = bytesOf(text.slice(PREFIX.length));
  if (!raw || raw.length !== FACTS + SIGNATURE) return null;
  const facts = raw.subarray(0, FACTS);
  const id = [...facts.subarray(0, KEY_ID)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  const signed = new Uint8Array([...new TextEncoder().encode(PREFIX), ...facts]);
  for (const key of keys) {
    if (key.kid !== id || !(await verifyAsync(raw.subarray(FACTS), signed, fromBase64Url(key.x)))) continue;
    return {
      session: number(facts.subarray(KEY_ID, KEY_ID + SESSION)),
      code: lettersOf(number(facts.subarray(KEY_ID + SESSION, FACTS - SEATS))),
      seats: number(facts.subarray(FACTS - SEATS)),
    };
  }
  return null;
}
