import type { z } from 'zod';
import { AccessCodeId } from '../core/ids.ts';
import type { AccessCodeStatus } from '../core/model.ts';
import type { AnswerBody } from './answer.ts';
import { trustView } from './clock/view.ts';
import { findingCounts, outboxOf } from './doctor/examine.ts';
import type { AppParts } from './parts.ts';
import { codeById, deviceById } from './parts.ts';
import type { schemas } from './lockstep/schemas.ts';
import { iso, jsonValue } from './objects/common.ts';

type Params<K extends keyof typeof schemas> = z.infer<(typeof schemas)[K]>;

/** The bridge itself, as the `…/bridge` topic and `lockstep status` show it. */
export const status = (parts: AppParts): AnswerBody => {
  const { store, bridge, reconciler, clock } = parts;
  const devices = store.devices();
  const broker = bridge.broker();
  const outbox = outboxOf(parts);
  const charts = devices.map((device) => reconciler.inspect(device));
  const left = reconciler.pairings.leftBehind();
  const { byStatus } = store.codeCounts();
  const count = (wanted: AccessCodeStatus): number => byStatus.get(wanted) ?? 0;
  const all = [...byStatus.values()].reduce((sum, one) => sum + one, 0);
  return {
    bridge: {
      bridge_id: bridge.bridgeId,
      version: bridge.version,
      started_at: iso(bridge.startedAt),
      workspace_id: store.workspaceId,
      drivers: reconciler.drivers().map((one) => ({
        driver: one.driver,
        state: one.state,
        detail: one.detail ?? null,
        locks: one.locks,
        left_behind: left.filter(({ radio }) => radio === one.driver).map(({ address }) => address),
      })),
      mqtt: { connected: broker.connected, since: iso(broker.since) },
      clock: trustView(parts.clockTrust.report()),
      counts: {
        devices: devices.length,
        online: devices.filter((device) => device.online).length,
        access_codes: all,
        set: count('set'),
        setting: count('setting'),
        removing: count('removing'),
        with_errors: store.troubledCodes().filter((code) => code.errors.length > 0).length,
        unmanaged: store.unmanagedCodes().length,
        dead: charts.filter((one) => one?.reach === 'dead').length,
        weak: charts.filter((one) => one?.weakSecurity === true).length,
      },
      last_seq: store.lastSeq(),
    },
    // Beside the bridge, whose retained topic would keep them when they are long untrue.
    uptime_s: Math.max(0, Math.floor((clock.now() - bridge.startedAt) / 1000)),
    outbox: {
      length: outbox.length,
      oldest_at: outbox.oldest === undefined ? null : iso(outbox.oldest.at),
      oldest_type: outbox.oldest?.eventType ?? null,
      refused:
        broker.refused === undefined
          ? null
          : {
              event_type: broker.refused.eventType,
              seq: broker.refused.seq,
              since: iso(broker.refused.since),
            },
    },
    findings: findingCounts(parts),
  };
};

const usualEntries = 50;

export const history = (parts: AppParts, params: Params<'history'>): AnswerBody => {
  const { store } = parts;
  const filter = {
    ...(params.device_id === undefined ? {} : { deviceId: deviceById(parts, params.device_id).deviceId }),
    // A code that has ended still has a history: only the form of its id is checked.
    ...(params.access_code_id === undefined
      ? {}
      : { accessCodeId: endedOrKnown(parts, params.access_code_id) }),
  };
  return {
    entries: store.history(filter, params.limit ?? usualEntries).map((entry) => ({
      at: iso(entry.at),
      kind: entry.kind,
      slot: entry.slot ?? null,
      device_id: entry.deviceId ?? null,
      access_code_id: entry.accessCodeId ?? null,
      detail: jsonValue(entry.detail) ?? {},
    })),
  };
};

const endedOrKnown = (parts: AppParts, id: string): AccessCodeId => {
  const { store } = parts;
  const wanted = AccessCodeId(id.toLowerCase());
  const told = store.history({ accessCodeId: wanted }, 1).length > 0;
  if (told || store.unmanagedCodes().some((code) => code.accessCodeId === wanted)) return wanted;
  return codeById(parts, id).accessCodeId;
};
