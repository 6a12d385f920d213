import type { AccessCode } from '../../core/model.ts';
import type { AppParts } from '../parts.ts';
import { isLeaving } from './record.ts';

/** The access codes that share one PIN under this key, in order of creation, without those on their way off. */
export const membersOf = (parts: AppParts, commonCodeKey: string): AccessCode[] =>
  parts.store.accessCodes({ commonCodeKey }).filter((code) => !isLeaving(parts, code));
