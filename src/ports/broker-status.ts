import type { Instant } from '../core/model.ts';

/** How it stands between the bridge and the MQTT broker. */
export interface BrokerStatus {
  /** The broker takes our state and we take its requests. */
  readonly connected: boolean;
  /** Since when it is so, or isn't. */
  readonly since: Instant;
  /** Why there is no connection, as far as is known. */
  readonly reason: string | undefined;
  /**
   * An event that the broker refuses (MQTT 5 tells; with 3.1.1 a broker drops what it doesn't allow in silence). It
   * stays first and holds back those after it.
   */
  readonly refused: { readonly eventType: string; readonly seq: number; readonly since: Instant } | undefined;
}
