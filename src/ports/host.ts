import type { Instant } from '../core/model.ts';

/** What a path should be. */
export interface PathRule {
  /** For people: `data directory`, `encryption key`. */
  readonly what: string;
  readonly path: string;
  readonly kind: 'file' | 'directory' | 'socket';
  /** Permission bits beyond these are too many, for example 0o700. */
  readonly mostMode: number;
  /** Its absence is a problem; else it may be absent. */
  readonly required: boolean;
}

export interface PathFact extends PathRule {
  /** `hidden`: this user may not look. */
  readonly found: 'missing' | 'hidden' | 'file' | 'directory' | 'socket' | 'other';
  /** Permission bits; undefined where there is nothing to see. */
  readonly mode: number | undefined;
  readonly uid: number | undefined;
}

/** The machine and the installation, as far as the doctor looks at them. */
export interface HostFacts {
  readonly now: Instant;
  readonly config: {
    readonly path: string;
    /** Why the file as it is now can't be used; undefined when it can. */
    readonly problem: string | undefined;
    /** It isn't the file any more that was there when the daemon started; by no clock, which may have been wrong then. */
    readonly isChanged: boolean;
    /** Keys that are set and that this version does nothing with. */
    readonly withoutEffect: readonly string[];
  };
  /** The first is the data directory. */
  readonly paths: readonly PathFact[];
  /** Effective user of this process. */
  readonly uid: number | undefined;
  readonly disk:
    | {
        readonly path: string;
        readonly freeBytes: number;
        readonly totalBytes: number;
        readonly freeInodes: number;
        /** 0 where the file system has no fixed number of them. */
        readonly totalInodes: number;
        readonly writable: boolean;
      }
    | undefined;
  readonly clock: {
    /** Undefined where nothing here tells. */
    readonly synchronised: boolean | undefined;
    /** When this program was built or installed. */
    readonly builtAt: Instant | undefined;
    readonly timeZone: string;
  };
  readonly memory: {
    readonly residentBytes: number;
    readonly availableBytes: number;
    readonly totalBytes: number;
  };
  /** Program by program. */
  readonly versions: Readonly<Record<string, string>>;
}

export interface Host {
  /** A few system calls, no other process: cheap enough for every look at the bridge. Never throws. */
  look(): HostFacts;
}
