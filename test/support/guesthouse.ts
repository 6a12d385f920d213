import { expect } from 'vitest';
import type { Traits } from '../../drivers/simulated/lock.ts';
import type { Capabilities } from '../../src/core/model.ts';
import { House, field, lockSpec } from './house.ts';
import type { ScriptedSystem } from './house.ts';

const minute = 60_000;
const hour = 60 * minute;

/** A house whose bridge judges its machine's clock, one lock, and guests, by the true time. */
export class Guesthouse extends House {
  /** The true time when the house was open. */
  #noon = 0;

  /** The machine's clock is right, and trusted, unless `system` says otherwise. */
  static async open(
    system: Partial<ScriptedSystem> = {},
    capabilities: Partial<Capabilities> = {},
    traits: Traits = {},
  ): Promise<Guesthouse> {
    const house = new Guesthouse([lockSpec({ traits }, capabilities)], 1, { system });
    await house.settle(4 * minute);
    house.#noon = house.clock.truth();
    return house;
  }

  /** So many hours after it was open. */
  at(hours: number): number {
    return this.#noon + hours * hour;
  }

  iso(hours: number): string {
    return new Date(this.at(hours)).toISOString();
  }

  /** @param from hours, as `until`; both left out: for always */
  async book(code: string, from?: number, until?: number): Promise<string> {
    const bound = from !== undefined && until !== undefined;
    const frame = bound ? { starts_at: this.iso(from), ends_at: this.iso(until) } : {};
    const answer = await this.call('access_codes/create', { device_id: this.deviceId, code, ...frame });
    if (!answer.ok) throw new Error(answer.error.message);
    return field(answer.body['access_code'], 'access_code_id');
  }

  async update(id: string, changes: object): Promise<void> {
    const answer = await this.call('access_codes/update', { access_code_id: id, ...changes });
    if (!answer.ok) throw new Error(answer.error.message);
    await this.settle(2 * minute);
  }

  /** One guest in the house until 1, one from -1 until 24, one from 2 until 26, and the family. */
  async guests(): Promise<Record<'leaving' | 'staying' | 'coming', string>> {
    const leaving = await this.book('1111', -2, 1);
    const staying = await this.book('2222', -1, 24);
    const coming = await this.book('3333', 2, 26);
    await this.book('9999');
    await this.settle(minute);
    expect(this.opening('1111', '2222', '3333', '9999')).toEqual(['1111', '2222', '9999']);
    return { leaving, staying, coming };
  }

  /** Lets the time come, by the true clock. */
  async until(hours: number, moreMs = 0): Promise<void> {
    await this.settle(this.at(hours) + moreMs - this.clock.truth());
  }

  /** Which of these open the door now, asked at the lock. */
  opening(...digits: string[]): string[] {
    return digits.filter((one) => this.lock.enter(one) !== undefined);
  }

  get trust(): string {
    const { distrust, by } = this.parts.clockTrust.report();
    return distrust ?? `trusted by ${String(by)}`;
  }

  /** What was told of an access code, in order. */
  told(id: string): string[] {
    return this.store
      .events(0, 10_000)
      .filter((one) => one.accessCodeId === id)
      .map((one) => one.eventType.replace('access_code.', ''));
  }

  async status(id: string): Promise<unknown> {
    return (await this.code(id))['status'];
  }

  async errors(id: string): Promise<unknown[]> {
    const { errors } = await this.code(id);
    return Array.isArray(errors) ? errors.map((one: { error_code?: unknown }) => one.error_code) : [];
  }
}
