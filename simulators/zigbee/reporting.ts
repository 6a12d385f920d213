import type { ReportingRule, ReportingRules } from './zcl-foundation.ts';

/** 0xffff as the longest interval means that nothing is reported at all (ZCL §2.5.7.1.6). */
const never = 0xffff;

/** Which attributes the lock reports, and when: at a change, and after the longest interval without one. */
export class Reporting implements ReportingRules {
  readonly #rules = new Map<string, ReportingRule>();
  readonly #timers = new Map<string, NodeJS.Timeout>();
  readonly #sentAtMs = new Map<string, number>();
  readonly #send: (cluster: number, attribute: number) => void;
  readonly #changed: () => void;

  /** `send` puts a report on the air; `changed` is called when a rule was added. */
  constructor(
    rules: readonly ReportingRule[],
    send: (cluster: number, attribute: number) => void,
    changed: () => void,
  ) {
    this.#send = send;
    this.#changed = changed;
    for (const rule of rules) this.#rules.set(this.#key(rule.cluster, rule.attribute), rule);
  }

  get rules(): readonly ReportingRule[] {
    return [...this.#rules.values()];
  }

  get(cluster: number, attribute: number): ReportingRule | undefined {
    return this.#rules.get(this.#key(cluster, attribute));
  }

  put(rule: ReportingRule): void {
    this.#rules.set(this.#key(rule.cluster, rule.attribute), rule);
    this.#changed();
    this.#arm(rule);
  }

  /** Reports the attribute if it is configured: at once, or when the shortest interval is over. */
  changedAt(cluster: number, attribute: number): void {
    const rule = this.get(cluster, attribute);
    if (rule === undefined || rule.max === never) return;
    const sinceMs = performance.now() - (this.#sentAtMs.get(this.#key(cluster, attribute)) ?? -Infinity);
    if (sinceMs >= rule.min * 1000) this.#report(rule);
    else this.#after(rule, rule.min * 1000 - sinceMs);
  }

  /** Begins to report, after the lock has joined or was switched on. */
  start(): void {
    for (const rule of this.#rules.values()) this.#arm(rule);
  }

  stop(): void {
    for (const timer of this.#timers.values()) clearTimeout(timer);
    this.#timers.clear();
  }

  /** As a lock does that has left its network. */
  forget(): void {
    this.stop();
    this.#rules.clear();
  }

  #report(rule: ReportingRule): void {
    this.#sentAtMs.set(this.#key(rule.cluster, rule.attribute), performance.now());
    this.#send(rule.cluster, rule.attribute);
    this.#arm(rule);
  }

  #arm(rule: ReportingRule): void {
    if (rule.max !== 0 && rule.max !== never) this.#after(rule, rule.max * 1000);
  }

  #after(rule: ReportingRule, ms: number): void {
    const key = this.#key(rule.cluster, rule.attribute);
    clearTimeout(this.#timers.get(key));
    const timer = setTimeout(() => {
      this.#report(rule);
    }, ms).unref();
    this.#timers.set(key, timer);
  }

  #key(cluster: number, attribute: number): string {
    return `${cluster}/${attribute}`;
  }
}
