/** Randomness, injected so that a seed replays a run. */
export interface Random {
  /** A random UUID (version 4). */
  uuid(): string;
  /** Uniform integer in [0, below), from a cryptographic source in production: PINs are made of it. */
  integer(below: number): number;
}
