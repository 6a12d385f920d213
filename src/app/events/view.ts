import type { DeviceId } from '../../core/ids.ts';
import type { Store, StoredEvent } from '../../ports/store.ts';
import type { AnswerBody, AnswerValue } from '../answer.ts';
import { isList, isRecord } from '../json.ts';
import { iso, jsonOf } from '../objects/common.ts';
import type { Workspace } from '../objects/common.ts';
import { errorCode, warningCode } from '../vocabulary.ts';
import type { Vocabulary } from '../vocabulary.ts';

type Metadata = Readonly<Record<string, AnswerValue>>;

/** An event as it is published and listed. `code` is a closed PIN; a face shows it only where it may. */
export const eventView = (
  event: StoredEvent,
  workspace: Workspace,
  metadataOf: (device: DeviceId) => Metadata | undefined = () => undefined,
): AnswerBody => ({
  seq: event.seq,
  event_id: event.eventId,
  event_type: event.eventType,
  created_at: iso(event.occurredAt),
  occurred_at: iso(event.occurredAt),
  workspace_id: workspace.workspaceId,
  ...(event.deviceId === undefined ? {} : ofDevice(event.deviceId, workspace, metadataOf(event.deviceId))),
  ...(event.accessCodeId === undefined ? {} : { access_code_id: event.accessCodeId }),
  ...translated(jsonOf(event.payload), workspace.vocabulary ?? 'seeds'),
  ...(event.pin === undefined ? {} : { code: event.pin }),
});

/** The account has no metadata of its own here, the device what callers have given it by now. */
const ofDevice = (
  device: DeviceId,
  { connectedAccountId }: Workspace,
  metadata: Metadata | undefined,
): AnswerBody => ({
  device_id: device,
  connected_account_id: connectedAccountId,
  ...(metadata === undefined ? {} : { device_custom_metadata: metadata }),
});

/** The names that errors and warnings bear in the arrays of failures and delays. Inside, they are the seeds'. */
const translated = (payload: AnswerBody, vocabulary: Vocabulary): AnswerBody =>
  vocabulary === 'seeds'
    ? payload
    : Object.fromEntries(
        Object.entries(payload).map(([key, value]) => [
          key,
          /_(errors|warnings)$/.test(key) && isList(value)
            ? value.map((entry) => renamed(entry, vocabulary))
            : value,
        ]),
      );

const renamed = (entry: AnswerValue, vocabulary: Vocabulary): AnswerValue => {
  if (!isRecord(entry)) return entry;
  const { error_code, warning_code } = entry;
  return {
    ...entry,
    ...(typeof error_code === 'string' ? { error_code: errorCode(error_code, vocabulary) } : {}),
    ...(typeof warning_code === 'string' ? { warning_code: warningCode(warning_code, vocabulary) } : {}),
  };
};

/** Shows events one after another, reading each of their devices once. For one answer: it doesn't look again. */
export const eventViewer = (
  store: Pick<Store, 'device'>,
  workspace: Workspace,
): ((event: StoredEvent) => AnswerBody) => {
  const known = new Map<DeviceId, Metadata | undefined>();
  const metadataOf = (device: DeviceId): Metadata | undefined => {
    if (!known.has(device)) known.set(device, store.device(device)?.wishes?.customMetadata);
    return known.get(device);
  };
  return (event) => eventView(event, workspace, metadataOf);
};
