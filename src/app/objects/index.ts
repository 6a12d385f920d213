import type { z } from 'zod';
import { accessCodeObject } from './access-code.ts';
import { actionAttemptObject } from './action-attempt.ts';
import { connectedAccountObject } from './connected-account.ts';
import { deviceProviderObject } from './device-provider.ts';
import { deviceObject, unmanagedDeviceObject } from './device.ts';
import { eventObject } from './event.ts';
import { generatedCodeObject } from './generated-code.ts';
import { unmanagedAccessCodeObject } from './unmanaged-access-code.ts';
import { webhookObject } from './webhook.ts';
import { workspaceObject } from './workspace.ts';

/** The objects that routes answer with, by Seam's name for their type. For /openapi.json and for tests. */
export const objects: ReadonlyMap<string, z.ZodType> = new Map<string, z.ZodType>([
  ['access_code', accessCodeObject],
  ['action_attempt', actionAttemptObject],
  ['connected_account', connectedAccountObject],
  ['device', deviceObject],
  ['device_provider', deviceProviderObject],
  ['event', eventObject],
  ['generated_code', generatedCodeObject],
  ['unmanaged_access_code', unmanagedAccessCodeObject],
  ['unmanaged_device', unmanagedDeviceObject],
  ['workspace', workspaceObject],
  ['webhook', webhookObject],
]);

const plural: ReadonlyMap<string, string> = new Map([
  ['access_codes', 'access_code'],
  ['backup_access_code', 'access_code'],
  ['devices', 'device'],
  ['lock', 'device'],
  ['locks', 'device'],
  ['events', 'event'],
  ['webhooks', 'webhook'],
  ['action_attempts', 'action_attempt'],
  ['workspaces', 'workspace'],
  ['connected_accounts', 'connected_account'],
  ['device_providers', 'device_provider'],
]);

/** Unmanaged things go by the keys of managed ones in answers (facts page SEAM-ROUTES §1). */
const isUnmanaged = (route: string): boolean =>
  route.includes('/unmanaged/') || route === 'access_codes/simulate/create_unmanaged_access_code';

/** Which object, or list of objects, an answer of this route has under this key. */
export const objectAt = (route: string, key: string): { readonly type: string; readonly isList: boolean } => {
  const type = plural.get(key) ?? key;
  const isList = plural.has(key) && key.endsWith('s');
  const unmanaged = isUnmanaged(route) && (type === 'access_code' || type === 'device');
  return { type: unmanaged ? `unmanaged_${type}` : type, isList };
};
