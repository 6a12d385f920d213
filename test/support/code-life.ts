import { House, lockSpec } from './house.ts';
import type { LockSpec } from '../../drivers/simulated/lock.ts';
import type { Capabilities } from '../../src/core/model.ts';
import { Pin } from '../../src/core/pin.ts';
import { accessCodeObject } from '../../src/app/objects/access-code.ts';

export const minute = 60_000;
export const hour = 60 * minute;

/** JSON with its PINs in clear, as a face shows it to who may see them. */
export const opened = (value: unknown): unknown => {
  if (value instanceof Pin) return value.reveal();
  if (Array.isArray(value)) return value.map(opened);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, opened(one)]));
};

type Shown = Record<string, unknown>;

/** One lock and the lives of its access codes; each that is shown is checked against the object's schema. */
export class CodeLife implements AsyncDisposable {
  readonly house: House;

  constructor(house: House) {
    this.house = house;
  }

  /** @param usable slots that the config names; else all that the lock lets be used */
  static async build(
    capabilities: Partial<Capabilities> = {},
    changes: Partial<LockSpec> = {},
    usable?: { readonly first: number; readonly last: number },
  ): Promise<CodeLife> {
    const house = new House([lockSpec(changes, capabilities)]);
    house.usable = usable;
    await house.settle();
    return new CodeLife(house);
  }

  async shown(id: string): Promise<Shown> {
    return { ...accessCodeObject.parse(opened(await this.house.code(id))) };
  }

  /** An instant on the API, so many milliseconds from now. */
  at(fromNow: number): string {
    return new Date(this.house.clock.now() + fromNow).toISOString();
  }

  async create(params: object): Promise<string> {
    const { house } = this;
    const answer = await house.call('access_codes/create', { device_id: house.deviceId, ...params });
    if (!answer.ok) throw new Error(answer.error.message);
    return accessCodeObject.parse(opened(answer.body['access_code'])).access_code_id;
  }

  async update(id: string, params: object): Promise<void> {
    const answer = await this.house.call('access_codes/update', { access_code_id: id, ...params });
    if (!answer.ok) throw new Error(answer.error.message);
  }

  async remove(id: string): Promise<void> {
    const answer = await this.house.call('access_codes/delete', { access_code_id: id });
    if (!answer.ok) throw new Error(answer.error.message);
  }

  /** Types of the code's events, without `access_code.` */
  told(id: string): string[] {
    return this.house.store
      .events(0, 10_000)
      .filter((event) => event.accessCodeId === id)
      .map((event) => event.eventType.replace('access_code.', ''));
  }

  /** Somebody at the keypad, of which the lock tells. */
  async person(slot: number, digits: string | undefined): Promise<void> {
    const { lock, driver } = this.house;
    if (digits === undefined) lock.slots.delete(slot);
    else lock.slots.set(slot, digits);
    driver.emit({ kind: 'slot', address: lock.spec.address, slot });
    await this.house.settle(2_000);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.house[Symbol.asyncDispose]();
  }
}
