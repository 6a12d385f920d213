/**
 * An example of a driver: keypad locks behind a small gateway (an ESP32, say) that speaks JSON over HTTP. How drivers
 * work is told in docs/drivers.md. In the config: { driver: ./http-locks.mjs, url: "http://192.0.2.7:8080" }
 *
 * The gateway: GET, PUT {code} and DELETE /locks/ID/slots/N read ({code, occupied}), write and clear; PUT /locks/ID/bolt
 * {locked} moves the bolt; 504: the lock doesn't answer. GET /news?since=N answers as soon as there is something newer
 * than N, at the latest after half a minute: {seq, locks: [{id, name, slots, lengths, masks, online, locked, battery}], hints}.
 * @import { DriverHost, DriverPlugin, RefusalReason } from '../src/ports/lock-driver.ts'
 */
const name = 'http-locks';
/** @type {Record<number, RefusalReason>} */
const refusals = { 404: 'unsupported', 409: 'duplicate', 422: 'format', 507: 'full' };
const unsupported = /** @type {const} */ ({ kind: 'refused', why: 'unsupported', certain: true });

/** @type {DriverPlugin<{ url: string, timeoutMs: number }>} */
export const plugin = {
  name,
  contract: 1,
  parseOptions(raw) {
    const { url, timeout_s = 10, ...others } = Object(raw);
    for (const key of Object.keys(others)) throw new Error(`${key}: unknown key; allowed: url, timeout_s`);
    if (!URL.canParse(url)) throw new Error(`url: found ${JSON.stringify(url)}; allowed: http://host:port`);
    // The bridge itself gives up after 30 s, and knows less than we do then.
    if (!(timeout_s > 0 && timeout_s <= 25)) throw new Error('timeout_s: allowed: more than 0, up to 25');
    return { url, timeoutMs: timeout_s * 1_000 };
  },
  open: async (options, host) => /** @type {any} */ (new Gateway(options, host)),
};

class Gateway {
  radio = name;
  concurrency = 4;
  state = 'starting';
  #life = new AbortController();
  #locks = new Map();
  #tell = (/** @type {any} */ _hint) => {};

  /** @param {{ url: string, timeoutMs: number }} options @param {DriverHost} host */
  constructor(options, host) {
    this.options = options;
    this.host = host;
    this.stateDetail = `Waiting for the gateway at ${options.url}.`;
    void this.#follow();
  }

  #become(state, stateDetail) {
    if (this.state === state || this.#life.signal.aborted) return;
    Object.assign(this, { state, stateDetail });
    this.#tell({ kind: 'radio' });
  }

  // For as long as the driver lives; begins anew whenever that breaks.
  async #follow() {
    for (let since = 0, restMs = 0; !this.#life.signal.aborted;) {
      try {
        const signal = AbortSignal.any([this.#life.signal, AbortSignal.timeout(45_000)]);
        const answer = await fetch(`${this.options.url}/news?since=${since}`, { signal });
        const news = Object(await answer.json());
        this.#locks = new Map(news.locks.map((lock) => [`${name}:${lock.id}`, lock]));
        [since, restMs] = [news.seq, 0];
        this.#become('ready');
        this.#tell({ kind: 'locks' });
        for (const { lock, ...hint } of news.hints) this.#tell({ ...hint, address: `${name}:${lock}` });
      } catch {
        // Its words go nowhere: they may quote what was on the line.
        this.#become('lost', `The gateway at ${this.options.url} doesn't answer. Is it switched on?`);
        [since, restMs] = [0, Math.min(restMs * 2 + 250, 60_000)];
        await new Promise((resolve) => this.host.clock.after(restMs, () => resolve(undefined)));
      }
    }
  }

  // One request, no second try, over in time and as soon as the signal aborts. `sent`: it may have had its effect.
  async #ask(address, path, signal, init) {
    if (signal.aborted) return { why: 'aborted', sent: false };
    if (this.state !== 'ready') return { why: 'radio_down', sent: false };
    if (!this.#locks.has(address)) return { why: 'unreachable', sent: false };
    const late = AbortSignal.timeout(this.options.timeoutMs);
    try {
      const ends = AbortSignal.any([signal, late, this.#life.signal]);
      const { id } = this.#locks.get(address);
      const response = await fetch(`${this.options.url}/locks/${id}/${path}`, { ...init, signal: ends });
      const { status } = response;
      if (status === 504) return { why: 'unreachable', sent: true };
      return { status, body: status === 200 ? Object(await response.json()) : undefined };
    } catch {
      return { why: signal.aborted ? 'aborted' : late.aborted ? 'timeout' : 'radio_down', sent: true };
    }
  }

  async #change(address, path, signal, init) {
    const { why, sent, status = 0 } = await this.#ask(address, path, signal, init);
    if (why) return { kind: 'failed', why, mayHaveLanded: sent };
    if (status < 300) return { kind: 'accepted' };
    // A duplicate may be our own PIN, from a write whose answer got lost: only a wrong format is certain.
    return { kind: 'refused', why: refusals[status] ?? 'unspecified', certain: status === 422 };
  }

  // Other slots are never sent: on some lock they mean all of them. (`#ask` knows what to say of strangers.)
  #hasSlot(address, slot) {
    return Number.isInteger(slot) && slot >= 1 && slot <= (this.#locks.get(address)?.slots ?? slot);
  }

  locks() {
    const identified = (address) => ({ address, radio: name, identities: [address] });
    return [...this.#locks].map(([address, lock]) => ({ ...lock, ...identified(address) }));
  }
  async capabilities(address) {
    if (!this.#locks.has(address)) return undefined;
    const { slots, lengths, masks, battery } = this.#locks.get(address);
    const codes = { slots: { first: 1, last: slots }, reservedSlots: [], codeLengths: lengths };
    const seen = { readBack: masks ? 'masked' : 'full', power: battery === undefined ? 'mains' : 'battery' };
    return { ...codes, ...seen, checksum: false, reportsProgramming: true, remoteLock: true };
  }
  async readSlot(address, slot, signal) {
    if (!this.#hasSlot(address, slot)) return { kind: 'unavailable' };
    const { why = 'timeout', status, body } = await this.#ask(address, `slots/${slot}`, signal);
    if (status !== 200) return { kind: 'failed', why }; // What isn't an answer is never "empty".
    if (!body.occupied) return { kind: 'read', reading: { kind: 'empty' } };
    // PINs are made by the host: a class of our own would be another one. What it withholds is a mask.
    const pin = this.host.pin(body.code ?? '') ?? 'masked';
    return { kind: 'read', reading: { kind: 'occupied', pin, enabled: true } };
  }
  async writeSlot(address, slot, pin, signal, manner = { enabled: true, scheduled: false }) {
    if (!manner.enabled || manner.scheduled || !this.#hasSlot(address, slot)) return unsupported;
    const body = JSON.stringify({ code: pin.reveal() });
    return this.#change(address, `slots/${slot}`, signal, { method: 'PUT', body });
  }
  async clearSlot(address, slot, signal) {
    if (!this.#hasSlot(address, slot)) return unsupported;
    return this.#change(address, `slots/${slot}`, signal, { method: 'DELETE' });
  }
  async checksum() {
    return { kind: 'failed', why: 'timeout' };
  }
  async operate(address, action, signal) {
    const body = JSON.stringify({ locked: action === 'lock' });
    const outcome = await this.#change(address, 'bolt', signal, { method: 'PUT', body });
    return outcome.kind === 'accepted' ? { kind: 'done', confirmed: true } : outcome;
  }
  onHint(listener) {
    this.#tell = listener;
    return () => void (this.#tell = this.#tell === listener ? () => {} : this.#tell);
  }
  async [Symbol.asyncDispose]() {
    this.state = 'closed';
    this.#life.abort();
  }
}
