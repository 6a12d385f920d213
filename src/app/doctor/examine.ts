import { countOf, fine, warning, worstFirst } from '../../ports/diagnosis.ts';
import type { Diagnosis } from '../../ports/diagnosis.ts';
import type { AnswerBody } from '../answer.ts';
import { judgeBroker, judgeDatabase, judgeLeftBehind, judgeRadio, noRadio } from './bridge.ts';
import type { Outbox } from './bridge.ts';
import { judgeTrust } from './clock.ts';
import { judgeConfigAge, judgeHost } from './host.ts';
import { lockDeferrals } from './loading.ts';
import { judgeLock } from './locks.ts';
import { doctorView } from './view.ts';
import { judgeWebhook } from './webhooks.ts';
import type { AppParts, BridgeInfo } from '../parts.ts';

/** What waits for the broker. */
export const outboxOf = ({ store }: AppParts): Outbox => {
  const length = store.unpublishedCount();
  const [oldest] = length === 0 ? [] : store.unpublished(1);
  return { length, oldest: oldest && { eventType: oldest.eventType, at: oldest.occurredAt } };
};

/**
 * All that can be found out without using a radio, the worst first.
 * @param check whether the database is walked through (`Store.health`)
 */
export const examine = (parts: AppParts, check: 'now' | 'last'): Diagnosis[] => {
  const { store, bridge, clock } = parts;
  const now = clock.now();
  const facts = bridge.host.look();
  const health = store.health(check);
  const versions = { ...facts.versions, sqlite: health.sqliteVersion };
  return worstFirst([
    ...judgeHost({ ...facts, versions }, judgeTrust(parts.clockTrust.report(), facts.clock.timeZone)),
    ...judgeConfigAge(facts),
    ...judgeDatabase(health, now),
    ...judgeBroker(bridge.broker(), outboxOf(parts), now),
    ...store.webhooks().map((one) => judgeWebhook(one, store.deliveryCount(one.webhookId), now)),
    ...bridge.listening().map(judgeListening),
    ...radios(parts, now - bridge.startedAt),
    ...parts.reconciler.pairings.leftBehind().map(({ address }) => judgeLeftBehind(address)),
    ...locks(parts, now),
  ]);
};

/** A place where requests are taken. */
export const judgeListening = ({
  name,
  where,
  open,
  inClear,
}: ReturnType<BridgeInfo['listening']>[number]): Diagnosis => {
  if (open)
    return warning(
      'listen',
      name,
      `${where} can be reached from other machines and asks for no account`,
      'Let it listen on 127.0.0.1, or use a broker with accounts.',
    );
  if (inClear === true)
    return warning(
      'listen',
      name,
      `${where} can be reached from other machines, and who is on the way can read API keys and PINs`,
      'Let it listen on 127.0.0.1 behind a reverse proxy with TLS, or keep it to a network that you trust.',
    );
  return fine('listen', name, where);
};

const radios = ({ reconciler }: AppParts, runningMs: number): Diagnosis[] => {
  const all = reconciler.drivers();
  if (all.length === 0) return [noRadio()];
  return all.map((radio) => judgeRadio(radio, reconciler.facts(radio.driver), runningMs));
};

const locks = (parts: AppParts, now: number): Diagnosis[] => {
  const { store, reconciler, bridge } = parts;
  const ready = new Set(
    reconciler
      .drivers()
      .filter(({ state }) => state === 'ready')
      .map(({ driver }) => driver),
  );
  const troubled = Map.groupBy(store.troubledCodes(), (code) => code.deviceId);
  const { byDevice } = store.codeCounts();
  const deferralOf = lockDeferrals(parts, now);
  return store.devices().flatMap((device) =>
    judgeLock({
      device,
      state: store.lockState(device.deviceId),
      troubled: troubled.get(device.deviceId) ?? [],
      codeCount: byDevice.get(device.deviceId) ?? 0,
      wishes: store.unmanagedWishes(device.deviceId),
      deferral: deferralOf(device),
      usable: reconciler.usableSlots(device),
      listed: reconciler.isListed(device),
      inspection: reconciler.inspect(device),
      radioReady: ready.has(device.radio),
      audits: bridge.audits,
      now,
    }),
  );
};

/** Status is asked for at every change of the bridge: its counts may be so old, milliseconds. */
const countsLastMs = 5_000;
const counts = new WeakMap<AppParts['bridge'], { readonly at: number; readonly body: AnswerBody }>();

/** How many problems and warnings there are, for `lockstep status`. */
export const findingCounts = (parts: AppParts): AnswerBody => {
  const at = parts.clock.monotonic();
  const known = counts.get(parts.bridge);
  if (known !== undefined && at - known.at < countsLastMs) return known.body;
  const all = examine(parts, 'last');
  const body = { problems: countOf(all, 'problem'), warnings: countOf(all, 'warning') };
  counts.set(parts.bridge, { at, body });
  return body;
};

/** `lockstep/doctor`. */
export const doctor = (parts: AppParts): AnswerBody => doctorView(examine(parts, 'now'), parts.clock.now());
