import type { DeviceId, RadioId } from '../core/ids.ts';
import type { Instant } from '../core/model.ts';
import type { PairingError, PairingSession, PairingStep } from '../ports/pairings.ts';

/** Steps kept of one session; the oldest go. */
const stepsMost = 100;

/** How a session ended. */
export type Ending =
  | {
      readonly kind: 'done';
      readonly message: string;
      readonly deviceId: DeviceId | undefined;
      readonly security: string | undefined;
      readonly warning: string | undefined;
    }
  | { readonly kind: 'failed'; readonly error: PairingError; readonly deviceId: DeviceId | undefined };

/** One lock on its way in or out, as it changes. */
export class Session {
  readonly id: string;
  readonly kind: PairingSession['kind'];
  readonly radio: RadioId;
  readonly startedAt: Instant;
  /** Aborts when somebody gives up, or it takes too long. */
  readonly stop = new AbortController();
  dsk: string | undefined;
  security: string | undefined;
  deviceId: DeviceId | undefined;
  /** Set while the lock's PIN is waited for; takes the digits. */
  takePin: ((digits: string) => void) | undefined;
  readonly #steps: PairingStep[] = [];
  #ending: Ending | undefined;
  #endedAt: Instant | undefined;

  constructor(of: Pick<PairingSession, 'pairingId' | 'kind' | 'radio' | 'startedAt'>) {
    this.id = of.pairingId;
    this.kind = of.kind;
    this.radio = of.radio;
    this.startedAt = of.startedAt;
  }

  get running(): boolean {
    return this.#ending === undefined;
  }

  get lastStep(): PairingStep | undefined {
    return this.#steps.at(-1);
  }

  /** False where this is what was said last. */
  add(step: PairingStep): boolean {
    const last = this.lastStep;
    if (last?.step === step.step && last.message === step.message) return false;
    this.#steps.push(step);
    if (this.#steps.length > stepsMost) this.#steps.shift();
    return true;
  }

  end(ending: Ending, at: Instant): void {
    this.#ending = ending;
    this.#endedAt = at;
    this.deviceId = ending.deviceId ?? this.deviceId;
    if (ending.kind === 'done') this.security = ending.security ?? this.security;
  }

  view(): PairingSession {
    const { kind, radio, dsk, security, deviceId, startedAt } = this;
    const ending = this.#ending;
    return {
      pairingId: this.id,
      kind,
      radio,
      state: ending === undefined ? 'running' : ending.kind,
      steps: [...this.#steps],
      waitsForPin: this.takePin !== undefined,
      dsk,
      security,
      warning: ending?.kind === 'done' ? ending.warning : undefined,
      deviceId,
      error: ending?.kind === 'failed' ? ending.error : undefined,
      startedAt,
      endedAt: this.#endedAt,
    };
  }
}
