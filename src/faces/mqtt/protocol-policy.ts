/** 5: MQTT 5. 4: MQTT 3.1.1 (the numbers of the CONNECT packet). */
export type ProtocolVersion = 5 | 4;

/** Which version to speak at the next attempt. `pinned`: the broker itself refused version 5. */
export interface ProtocolChoice {
  readonly version: ProtocolVersion;
  readonly pinned: boolean;
  /** Attempts in a row, in version 5, that the broker closed without a word. */
  readonly silent: number;
}

/**
 * `version`: the broker refused the version. `silent`: it took the connection and closed it, or said nothing,
 * before CONNACK, as some brokers of 3.1.1 do when they read MQTT 5. `other`: not reached, or refused for
 * another reason.
 */
export type AttemptOutcome = 'open' | 'version' | 'silent' | 'other';

/** MQTT 5 first: only it has response topics. */
export const firstChoice: ProtocolChoice = { version: 5, pinned: false, silent: 0 };

/**
 * The version for the attempt after this one. An explicit refusal is remembered; silence may also be a broker
 * on its way down, so two in a row earn only one attempt in 3.1.1.
 */
export const nextChoice = (choice: ProtocolChoice, outcome: AttemptOutcome): ProtocolChoice => {
  if (outcome === 'version')
    return choice.version === 5 ? { version: 4, pinned: true, silent: 0 } : firstChoice;
  if (choice.pinned) return choice;
  if (outcome !== 'silent' || choice.version === 4) return firstChoice;
  const silent = choice.silent + 1;
  return { version: silent >= 2 ? 4 : 5, pinned: false, silent };
};
