import { farWindow, pastWindow, sameWindow } from '../core/certify.ts';
import type { CodeManner, LocalWindow } from '../core/model.ts';
import type { Pin } from '../core/pin.ts';
import type { CertifyFindings } from '../ports/certification.ts';
import type { Failure } from '../ports/lock-driver.ts';
import type { ScheduleOutcome } from '../ports/lock-time.ts';
import { accepted, TrialOver, words } from './certify-bench.ts';
import type { Answered, CertifyBench, TrialSlot } from './certify-bench.ts';

type Schedules = NonNullable<CertifyFindings['schedules']>;
type Kept = Schedules['withoutCode'];

const disabled: CodeManner = { scheduled: true, enabled: false };
const bound: CodeManner = { scheduled: true, enabled: true };

/**
 * Finds out in which order a schedule binds its code from the start. The schedule is of the past, or, on a lock that
 * refuses that, of a far future. Where codes have
 * manners, every write says that the code is scheduled, and none is enabled that has no schedule: a trial that is cut
 * off leaves nothing that opens the door.
 */
export class ScheduleTrial {
  readonly #bench: CertifyBench;
  readonly #main: TrialSlot;
  readonly #pin: Pin;
  readonly #showsAfterMs: number;
  /** What the trial's code is bound to: never now. */
  #tried: LocalWindow = pastWindow;

  /** @param main a slot of the trial's, proved empty */
  constructor(bench: CertifyBench, main: TrialSlot, pin: Pin, showsAfterMs: number) {
    this.#bench = bench;
    this.#main = main;
    this.#pin = pin;
    this.#showsAfterMs = showsAfterMs;
  }

  async run(manners: boolean): Promise<Schedules> {
    const found = await (manners ? this.#withManners() : this.#plain());
    // The code first: without its schedule it would open the door.
    await this.#bench.clear(this.#main, this.#showsAfterMs);
    await this.#bench.clearSchedule(this.#main.slot);
    return found;
  }

  async #plain(): Promise<Schedules> {
    const withoutCode = await this.#schedule();
    await this.#write();
    if (withoutCode === 'kept') return { withoutCode, whenCodeCame: await this.#stands() };
    return { withoutCode, withCode: await this.#schedule() };
  }

  /** The schedule, and the code disabled after it; where that doesn't do, the schedule once more. Enabled last. */
  async #withManners(): Promise<Schedules> {
    const withoutCode = await this.#schedule();
    const isDisabled =
      accepted(await this.#bench.set(this.#main, this.#pin, disabled)) && (await this.#shows(false));
    if (withoutCode === 'kept' && (await this.#stands()) === 'kept') {
      const whenCodeCame = await this.#enable();
      if (whenCodeCame === 'kept') return { withoutCode, whenCodeCame };
      // It stood beside the disabled code, and enabling that is where both orders end.
      return { withoutCode, whenCodeCame, codeDisabledFirst: isDisabled ? 'dropped' : 'not_disabled' };
    }
    const first =
      withoutCode === 'kept' ? { withoutCode, whenCodeCame: 'dropped' as const } : { withoutCode };
    if (!isDisabled) return { ...first, codeDisabledFirst: 'not_disabled' };
    const withCode = await this.#schedule();
    // Both are read back before it may open anything.
    if (withCode !== 'kept' || !(await this.#shows(false)))
      return { ...first, withCode, codeDisabledFirst: 'not_kept' };
    return { ...first, withCode, codeDisabledFirst: await this.#enable() };
  }

  /** The code, enabled and bound to the schedule that stands: what becomes of the schedule. */
  async #enable(): Promise<'kept' | 'dropped'> {
    await this.#write(bound);
    return (await this.#shows(true)) ? this.#stands() : 'dropped';
  }

  async #write(manner?: CodeManner): Promise<void> {
    const { slot } = this.#main;
    const outcome = await this.#bench.set(this.#main, this.#pin, manner);
    if (!accepted(outcome)) throw new TrialOver(`The lock took no code in slot ${slot} (${words(outcome)}).`);
    await this.#bench.rest(this.#showsAfterMs);
  }

  /** Whether the slot shows the trial's code, so enabled. */
  async #shows(enabled: boolean): Promise<boolean> {
    await this.#bench.rest(this.#showsAfterMs);
    const reading = await this.#bench.look(this.#main.slot);
    if (reading.kind !== 'occupied' || reading.enabled !== enabled) return false;
    return reading.pin === 'masked' || reading.pin.equals(this.#pin);
  }

  async #schedule(): Promise<Kept> {
    const { slot } = this.#main;
    const { driver, address } = this.#bench;
    const { schedules } = driver;
    if (schedules === undefined) return 'refused';
    const set = (window: LocalWindow): Promise<Answered> => {
      this.#bench.expectSchedule(slot);
      return this.#bench.ask<Answered>((signal) => schedules.setSchedule(address, slot, window, signal));
    };
    if ((await set(this.#tried)).kind === 'refused') {
      if (this.#tried === farWindow || (await set(farWindow)).kind === 'refused') return 'refused';
      this.#tried = farWindow;
    }
    await this.#bench.rest(this.#showsAfterMs);
    return (await this.#stands()) === 'kept' ? 'kept' : 'not_kept';
  }

  async #stands(): Promise<'kept' | 'dropped'> {
    return sameWindow(this.#tried, await this.#window()) ? 'kept' : 'dropped';
  }

  async #window(): Promise<LocalWindow | undefined> {
    const { driver, address } = this.#bench;
    const { schedules } = driver;
    if (schedules === undefined) return undefined;
    const outcome = await this.#bench.ask<Exclude<ScheduleOutcome, Failure>>((signal) =>
      schedules.readSchedule(address, this.#main.slot, signal),
    );
    return outcome.kind === 'schedule' ? outcome.window : undefined;
  }
}

/** For people. */
export const scheduleWords = ({
  withoutCode,
  whenCodeCame,
  withCode,
  codeDisabledFirst,
}: Schedules): string => {
  if (whenCodeCame === 'kept') return 'schedule first, then code: it binds the code from the start';
  if (codeDisabledFirst === 'kept')
    return 'code disabled, then its schedule, then enabled: it binds the code from the start';
  if (codeDisabledFirst !== undefined)
    return `neither a schedule before its code (${whenCodeCame ?? withoutCode}) nor one for a disabled code (${codeDisabledFirst}): not used`;
  if (whenCodeCame === 'dropped')
    return 'a schedule before its code is dropped when the code comes: not used';
  return `takes no schedule before a code (${withoutCode}); with a code: ${withCode ?? 'not tried'}: not used`;
};
