// One session's door on this phone: decides by the list that is carried along, asks the server where there is a network,
// keeps what it could not send. The rules are the server's (kepuyue/bookings/actions/checking_in.py), which has the last
// word: where it differs from what was shown here, that is a conflict that people have to look at.
import { dropScan, forgetLists, keepList, keepScan, keptList, scansOf, sessionsThatWait } from "./carried.js";
import { PREFIX, read } from "./ticket.js";

const PATIENCE = 2_000; // milliseconds that an answer may take before the phone decides itself
const OVERLAP = 10_000; // milliseconds: what was being committed while the last answer was read
const MOST = 200; // scans in one batch
const CODE = /^[0-9A-Z]{8}$/;
const CONFIRMED = "confirmed";
const ENDED = ["cancelled", "expired", "not_drawn"];

const filled = (text, values) => text.replace(/\{(\w+)\}/g, (_all, name) => values[name] ?? "");
const token = () => document.cookie.match(/(?:^|; )(?:__Host-)?csrftoken=([^;]+)/)?.[1] ?? "";

export class Door {
  list = null; // {rows: {code: …}, keys, states, figures, mark, now, until, user}
  scans = [];
  network = "online"; // offline, signed-out, refused
  name = "";
  elsewhere = []; // other sessions of which scans wait on this phone
  #busy = null;

  constructor({ facts, clock, device, changed }) {
    Object.assign(this, { facts, clock, device, changed });
  }

  get unsent() {
    return this.scans.filter((scan) => !scan.sent || scan.undo);
  }

  /** Scans that let somebody in whom another door, or the list, knows otherwise. */
  get conflicts() {
    return this.scans.filter((scan) => !scan.undone && !scan.undo && scan.sent && (scan.result === "conflict" || scan.beyond || (scan.letIn && scan.refusal)));
  }

  /** What the phone carries: it can decide by it from now on, whatever the network does. */
  async open() {
    await forgetLists((kept) => !(kept.until > this.clock.now()) || kept.user !== this.facts.user);
    this.list = await keptList(this.facts.session);
    this.scans = await scansOf(this.facts.session);
    this.elsewhere = await sessionsThatWait(this.facts.session);
    this.changed();
  }

  /** Whether there is a list to go by; without one, it is asked for once more. */
  async #hasList() {
    if (!this.list) await this.sync();
    return Boolean(this.list);
  }

  /** Lets in on what was scanned or typed, or says why not. */
  async check(text, seats = null) {
    if (!(await this.#hasList())) return this.#verdict("no-list", this.facts.texts.noList);
    const plain = text.replace(/\s/g, "").toUpperCase();
    if (!plain.startsWith(PREFIX)) {
      const code = plain.replace(/-/g, "");
      // What is neither a ticket nor a code (a poster, a health code) is nothing to ask the server about
      return CODE.test(code) ? this.#checkCode(code, seats, null) : this.#verdict("unknown", this.facts.texts.unknown);
    }
    const ticket = await read(plain, this.list.keys);
    if (!ticket) return this.#verdict("forged");
    if (ticket.session !== this.facts.session) return this.#verdict("elsewhere", this.facts.texts.elsewhere);
    return this.#checkCode(ticket.code, seats, ticket);
  }

  async #checkCode(code, seats, ticket) {
    const own = this.#judge(code, seats, ticket);
    const scan = this.#scan({ code, seats, people: own.seats });
    const told = await this.#ask(scan);
    if (told) return told;
    if (own.kind !== "in" && own.kind !== "again") return this.#turnedAway(scan, own);
    scan.letIn = own.kind === "in";
    await this.#keep(scan);
    if (scan.letIn) {
      this.#note(code, [scan.at, this.name, own.seats], ticket);
      this.list.figures.in += own.seats;
    }
    await this.#saved();
    return own;
  }

  /** Lets people in who have no booking, while there are seats for them. */
  async walkIn(seats) {
    if (!(await this.#hasList())) return this.#verdict("no-list", this.facts.texts.noList);
    const scan = this.#scan({ code: "", seats, people: seats });
    const told = await this.#ask(scan);
    if (told) return told;
    const { free } = this.list.figures;
    if (seats > free) return this.#turnedAway(scan, this.#verdict("full", filled(this.facts.texts.full, { free, seats })));
    scan.letIn = true;
    await this.#keep(scan);
    this.list.figures.walk_in += seats;
    this.list.figures.free -= seats;
    await this.#saved();
    return this.#verdict("counted", this.facts.texts.kept, seats);
  }

  /** Nobody came in; the server may have taken the question for a scan, though its answer never came. */
  async #turnedAway(scan, verdict) {
    if (!scan.tried) return verdict;
    scan.undo = this.facts.texts.turnedAway;
    await this.#keep(scan);
    return verdict;
  }

  /** Takes a scan of this phone back; one that never left it is forgotten. */
  async undo(scan, reason) {
    if (scan.sent || scan.tried) {
      scan.undo = reason;
      await keepScan(scan);
    } else {
      await dropScan(scan.key);
      this.scans = this.scans.filter((one) => one !== scan);
    }
    if (this.list && !scan.code) {
      this.list.figures.walk_in -= scan.people;
      this.list.figures.free += scan.people;
    } else if (this.list && scan.result !== "conflict") {
      this.#note(scan.code, [0, "", 0]);
      this.list.figures.in -= scan.people;
    }
    await this.#saved();
    // Nobody at the door waits for it
    this.sync();
  }

  /** Whom somebody may mean who says a name, a code or the last digits of a number: masked, as they are carried. */
  find(word) {
    const plain = word.replace(/\s/g, "");
    return Object.entries(this.list?.rows ?? {})
      .filter(([code, row]) => row.state === CONFIRMED && (code.startsWith(plain.toUpperCase()) || isCalled(row.name, plain) || (row.tail && /^\d{2,}$/.test(plain) && plain.endsWith(row.tail))))
      .slice(0, 30);
  }

  /** Sends what waits and learns what the other doors did; one at a time. */
  sync() {
    this.#busy ??= this.#sync().finally(() => {
      this.#busy = null;
      this.changed();
    });
    return this.#busy;
  }

  async #sync() {
    const waiting = this.scans.filter((scan) => !scan.sent).slice(0, MOST);
    // What was asked for and never answered goes along with its undoing: the server takes them in this order
    const back = this.scans.filter((scan) => scan.undo && (scan.sent || waiting.includes(scan))).slice(0, MOST);
    const told = await this.#send(waiting, back);
    if (!told) return;
    for (const scan of back) {
      Object.assign(scan, { undone: true, undo: "" });
      await keepScan(scan);
    }
    if (!this.list || told.mark !== this.list.mark) await this.#download();
    if (waiting.length === MOST) await this.#sync();
  }

  async #send(scans, back = [], patience = 20_000) {
    const batch = {
      device: this.device,
      door: this.name,
      since: this.list ? Math.max(0, Math.round(this.list.now - OVERLAP)) : 0,
      scans: scans.map(({ key, at, code, seats, letIn }) => ({ key, at: Math.round(at), code, seats, let_in: letIn })),
      undone: back.map(({ key, undo }) => ({ key, reason: undo })),
    };
    for (const scan of scans.filter((one) => !one.tried)) {
      scan.tried = true;
      await keepScan(scan);
    }
    const told = await this.#fetch(this.facts.scans, { method: "POST", body: JSON.stringify(batch) }, patience);
    if (!told) return null;
    for (const answer of told.answers) await this.#told(scans.find((scan) => scan.key === answer.key), answer);
    if (this.list) {
      for (const [code, ...first] of told.news) {
        this.#note(code, first);
        await this.#compare(code, first);
      }
      Object.assign(this.list, { figures: told.figures, now: told.now });
      this.#countUnsent();
      await this.#saved();
    }
    return told;
  }

  async #download() {
    const told = await this.#fetch(this.facts.carried, {}, 20_000);
    if (!told) return;
    const rows = {};
    for (const [code, seats, state, name, tail, children, school, at, door, came] of told.rows)
      rows[code] = { seats, state, name, tail, children, school, first: [at, door, came] };
    this.list = { ...told, rows, user: this.facts.user };
    for (const scan of this.scans) if (!scan.sent && scan.letIn && scan.code && !scan.undo) this.#note(scan.code, [scan.at, scan.door, scan.people]);
    this.#countUnsent();
    await this.#saved();
  }

  async #fetch(address, options, patience) {
    if (!navigator.onLine) {
      this.network = "offline";
      return null;
    }
    const stop = new AbortController();
    const timer = setTimeout(() => stop.abort(), patience);
    try {
      const answer = await fetch(address, {
        cache: "no-store",
        // So that somebody whose sign-in has ended is told so, and not led to another page
        headers: { "HX-Request": "true", "X-CSRFToken": token(), "Content-Type": "application/json" },
        signal: stop.signal,
        ...options,
      });
      if (answer.ok) {
        this.network = "online";
        return await answer.json();
      }
      this.network = [401, 403].includes(answer.status) ? "signed-out" : answer.status < 500 ? "refused" : "offline";
    } catch {
      this.network = "offline";
    } finally {
      clearTimeout(timer);
    }
    return null;
  }

  /** The server's verdict; null where it did not come in time. */
  async #ask(scan) {
    // Without a network nobody waits for one at each ticket
    if (this.network !== "online") return null;
    await Promise.race([this.#busy, new Promise((done) => setTimeout(done, PATIENCE))]);
    if (this.#busy) return null;
    const asked = this.#askNow(scan);
    this.#busy = asked.finally(() => (this.#busy = null));
    return asked;
  }

  async #askNow(scan) {
    await this.#keep(scan);
    const told = await this.#send([scan], [], PATIENCE);
    if (told && !scan.refusal) return this.#verdict(scan.kind, scan.detail, scan.kind === "again" ? 0 : scan.people);
    this.scans = this.scans.filter((one) => one !== scan);
    await dropScan(scan.key);
    return told && this.#verdict(scan.refusal, scan.detail);
  }

  #scan(values) {
    return { key: crypto.randomUUID(), session: this.facts.session, at: this.clock.now(), door: this.name, letIn: false, sent: false, ...values };
  }

  async #keep(scan) {
    if (!this.scans.includes(scan)) this.scans.push(scan);
    await keepScan(scan);
    this.changed();
  }

  async #told(scan, answer) {
    if (!scan) return;
    const wasRefused = !answer.result;
    Object.assign(scan, { sent: true, kind: answer.kind, detail: answer.detail, result: answer.result, beyond: answer.beyond, undone: answer.undone });
    if (answer.at) scan.at = answer.at;
    if (answer.seats) scan.people = answer.seats;
    scan.refusal = wasRefused ? answer.kind : "";
    await keepScan(scan);
  }

  /** Another door was first, as it turned out later: people have to know. */
  async #compare(code, [at, door, seats]) {
    if (!at) return;
    for (const scan of this.scans) {
      if (scan.code !== code || scan.result !== "first" || scan.undone || scan.undo || scan.at === at) continue;
      Object.assign(scan, { result: "conflict", detail: this.#cameIn([at, door, seats]) });
      await keepScan(scan);
    }
  }

  #judge(code, seats, ticket) {
    const row = this.list.rows[code];
    if (!row) {
      if (ticket) return this.#verdict("in", this.facts.texts.newer, seats ?? ticket.seats);
      return this.#verdict("unknown", this.facts.texts.unknown);
    }
    if (row.state !== CONFIRMED)
      return this.#verdict(ENDED.includes(row.state) ? "cancelled" : "not-yet", this.list.states[row.state]);
    if (row.first[0]) return this.#verdict("again", this.#cameIn(row.first));
    if (seats > row.seats) return this.#verdict("seats", filled(this.facts.texts.seats, { most: row.seats }));
    return this.#verdict("in", this.facts.texts.kept, seats ?? row.seats);
  }

  #note(code, first, ticket = null) {
    const row = this.list?.rows[code];
    if (row) row.first = first;
    else if (ticket && this.list) this.list.rows[code] = { seats: ticket.seats, state: CONFIRMED, name: "", tail: "", children: 0, school: "", first };
  }

  #countUnsent() {
    for (const scan of this.scans) {
      if (scan.sent || !scan.letIn || scan.undo) continue;
      if (scan.code) this.list.figures.in += scan.people;
      else {
        this.list.figures.walk_in += scan.people;
        this.list.figures.free -= scan.people;
      }
    }
  }

  async #saved() {
    if (this.list) await keepList(this.facts.session, this.list);
    this.changed();
  }

  #cameIn([at, door, seats]) {
    const time = new Date(at).toLocaleTimeString("zh-CN", { hour: "2-digit", minute: "2-digit", hour12: false, timeZone: this.facts.zone });
    return filled(door ? this.facts.texts.cameInAt : this.facts.texts.cameIn, { time, door, seats });
  }

  #verdict(kind, detail = "", seats = 0) {
    return { kind, title: this.facts.titles[kind], detail, seats };
  }
}

/** Whether a masked name (its first character, then marks for the others) may be what somebody says, or begin with it. */
function isCalled(masked, said) {
  return Boolean(said) && masked.startsWith(said[0]) && Math.min(said.length, 3) <= masked.length;
}
