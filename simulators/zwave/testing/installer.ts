import { z } from 'zod';
import {
  ExclusionStrategy,
  InclusionStrategy,
  type InclusionUserCallbacks,
  RemoveNodeReason,
  type ZWaveNode,
} from 'zwave-js';
import type { Hub } from './hub.ts';

const waitingSchema = z.array(
  z.object({
    id: z.string(),
    dsk: z.string().nullable(),
    pin: z.string().nullable(),
    qr: z.string().nullable(),
    state: z.string(),
  }),
);

/** What somebody does at the control interface. */
export const callControl = async (controlUrl: string, route: string, body?: object): Promise<unknown> => {
  const init = body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) };
  const response = await fetch(`${controlUrl}${route}`, init);
  if (!response.ok) throw new Error(`${route}: ${String(response.status)} ${await response.text()}`);
  return response.json();
};

/** The locks that wait, with what stands on their labels. */
export const waitingAt = async (controlUrl: string): Promise<z.infer<typeof waitingSchema>> =>
  waitingSchema.parse(await callControl(controlUrl, '/waiting'));

export interface Added {
  readonly node: ZWaveNode;
  readonly lowSecurityReason: number | undefined;
}

/** Somebody at the hub who takes locks in and out. */
export class Installer {
  readonly #hub: Hub;
  /** The DSKs shown, without their first group. */
  readonly shown: string[] = [];

  constructor(hub: Hub) {
    this.#hub = hub;
  }

  #callbacks(pin: string, typingMs: number): InclusionUserCallbacks {
    return {
      grantSecurityClasses: (requested) => Promise.resolve(requested),
      validateDSKAndEnterPIN: (dsk) => {
        this.shown.push(dsk);
        return new Promise((resolve) => {
          setTimeout(() => {
            resolve(pin);
          }, typingMs);
        });
      },
      abort: () => undefined,
    };
  }

  /** The stick listens when this resolves. */
  async listen(pin: string, typingMs = 0): Promise<void> {
    await this.#hub.driver.controller.beginInclusion({
      strategy: InclusionStrategy.Default,
      userCallbacks: this.#callbacks(pin, typingMs),
    });
  }

  /** The next node that is added, ready or not. */
  added(): Promise<Added> {
    return new Promise((resolve) => {
      this.#hub.driver.controller.once('node added', (node, result) => {
        const lowSecurityReason = 'lowSecurityReason' in result ? result.lowSecurityReason : undefined;
        resolve({ node, lowSecurityReason });
      });
    });
  }

  /** The stick listens for leavers when this resolves. */
  async listenForLeavers(): Promise<void> {
    await this.#hub.driver.controller.beginExclusion({
      strategy: ExclusionStrategy.ExcludeOnly,
    });
  }

  /** The next node that leaves, and whether it was excluded. */
  removed(): Promise<{ readonly node: number; readonly excluded: boolean }> {
    return new Promise((resolve) => {
      this.#hub.driver.controller.once('node removed', (node, reason) => {
        resolve({ node: node.id, excluded: reason === RemoveNodeReason.Excluded });
      });
    });
  }

  ready(node: ZWaveNode): Promise<void> {
    if (node.ready) return Promise.resolve();
    return new Promise((resolve) => {
      node.once('ready', () => {
        resolve();
      });
    });
  }
}
