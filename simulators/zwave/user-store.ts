import type { Slot } from './slot.ts';

/** Who wrote it last: a hub over the air, or somebody at the lock. */
export type Modifier = 'radio' | 'local';

/** Those of the User Credential CC that the lock knows; a NonAccess user's credentials don't open. */
export type UserType = 'general' | 'non_access';

export interface User {
  readonly name: string;
  /** Inactive: the user's credentials don't open. */
  readonly active: boolean;
  readonly type: UserType;
  readonly by: Modifier;
}

/** A PIN credential. */
export interface Credential {
  readonly user: number;
  readonly code: string;
  readonly by: Modifier;
}

export interface UserStoreMemory {
  readonly users: Readonly<Record<string, User>>;
  /** By credential slot. */
  readonly credentials: Readonly<Record<string, Credential>>;
}

export interface UserStoreLimits {
  readonly users: number;
  readonly credential_slots: number;
  readonly name_max_length: number;
}

const ascending = <T>(map: ReadonlyMap<number, T>): (readonly [number, T])[] =>
  [...map].sort(([a], [b]) => a - b);

/** The users of a User Credential lock and their PINs: two tables, a credential belongs to one user. */
export class UserStore {
  readonly limits: UserStoreLimits;
  readonly #users: Map<number, User>;
  readonly #credentials: Map<number, Credential>;

  constructor(limits: UserStoreLimits, memory: UserStoreMemory) {
    this.limits = limits;
    this.#users = new Map(Object.entries(memory.users).map(([id, user]) => [Number(id), user]));
    this.#credentials = new Map(
      Object.entries(memory.credentials).map(([slot, held]) => [Number(slot), held]),
    );
  }

  get memory(): UserStoreMemory {
    return {
      users: Object.fromEntries(this.#users),
      credentials: Object.fromEntries(this.#credentials),
    };
  }

  user(id: number): User | undefined {
    return this.#users.get(id);
  }

  users(): readonly (readonly [number, User])[] {
    return ascending(this.#users);
  }

  hasUserId(id: number): boolean {
    return id >= 1 && id <= this.limits.users;
  }

  putUser(id: number, user: User): void {
    this.#users.set(id, { ...user, name: this.#nameFor(id, user.name) });
  }

  /** A name as the lock keeps it: cut to what fits, and never empty (User Set, default "User-{id}"). */
  #nameFor(id: number, name: string): string {
    return (name === '' ? `User-${id}` : name).slice(0, this.limits.name_max_length);
  }

  /** Deletes a user with all credentials. @returns whether there was one. */
  deleteUser(id: number): boolean {
    for (const [slot, held] of this.#credentials) if (held.user === id) this.#credentials.delete(slot);
    return this.#users.delete(id);
  }

  credential(slot: number): Credential | undefined {
    return this.#credentials.get(slot);
  }

  /** All credentials, or those of one user, in ascending order of their slots. */
  credentials(user?: number): readonly (readonly [number, Credential])[] {
    return ascending(this.#credentials).filter(([, held]) => user === undefined || held.user === user);
  }

  hasCredentialSlot(slot: number): boolean {
    return slot >= 1 && slot <= this.limits.credential_slots;
  }

  freeCredentialSlot(): number | undefined {
    for (let slot = 1; slot <= this.limits.credential_slots; slot += 1)
      if (!this.#credentials.has(slot)) return slot;
    return undefined;
  }

  putCredential(slot: number, credential: Credential): void {
    this.#credentials.set(slot, credential);
  }

  deleteCredential(slot: number): boolean {
    return this.#credentials.delete(slot);
  }

  clear(): void {
    this.#users.clear();
    this.#credentials.clear();
  }

  /** Users with a PIN, as the slots of a User Code lock would show them. */
  occupied(): readonly (readonly [number, Slot])[] {
    return this.users().flatMap(([id, { active, type }]) => {
      const code = this.credentials(id)[0]?.[1].code;
      return code === undefined
        ? []
        : [[id, { status: active && type === 'general' ? 'enabled' : 'disabled', code }] as const];
    });
  }
}
