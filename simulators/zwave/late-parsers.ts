import { Weekday } from '@zwave-js/cc';
import { ClockCCSet } from '@zwave-js/cc/ClockCC';
import { TimeCCTimeOffsetSet } from '@zwave-js/cc/TimeCC';
import { UserCodeCCExtendedUserCodeGet } from '@zwave-js/cc/UserCodeCC';

/** As Clock CC numbers them; 0 is none. */
export const weekdays: readonly Weekday[] = [
  Weekday.Unknown,
  Weekday.Monday,
  Weekday.Tuesday,
  Weekday.Wednesday,
  Weekday.Thursday,
  Weekday.Friday,
  Weekday.Saturday,
  Weekday.Sunday,
];

/**
 * zwave-js can send these commands but, being a hub's library, not receive them: its parsers throw "not
 * implemented". Layouts: Clock CC, Clock Set; Time CC v2, Time Offset Set; User Code CC v2, Extended User Code Get.
 */
export const completeParsers = (): void => {
  UserCodeCCExtendedUserCodeGet.from = (raw, ctx) =>
    new UserCodeCCExtendedUserCodeGet({
      nodeId: ctx.sourceNodeId,
      userId: raw.payload.readUInt16BE(0),
      reportMore: ((raw.payload[2] ?? 0) & 1) === 1,
    });
  ClockCCSet.from = (raw, ctx) =>
    new ClockCCSet({
      nodeId: ctx.sourceNodeId,
      weekday: weekdays[(raw.payload[0] ?? 0) >>> 5] ?? Weekday.Unknown,
      hour: (raw.payload[0] ?? 0) & 0b11111,
      minute: raw.payload[1] ?? 0,
    });
  TimeCCTimeOffsetSet.from = (raw, ctx) => {
    const [hours = 0, minutes = 0, delta = 0] = raw.payload;
    const standardOffset = ((hours & 0x7f) * 60 + minutes) * (hours & 0x80 ? -1 : 1);
    const dstOffset = standardOffset + (delta & 0x7f) * (delta & 0x80 ? -1 : 1);
    // A date without a year: any leap year holds them all.
    const change = (at: number): Date =>
      new Date(
        Date.UTC(2000, (raw.payload[at] ?? 1) - 1, raw.payload[at + 1] ?? 1, raw.payload[at + 2] ?? 0),
      );
    const zone = { standardOffset, dstOffset, dstStart: change(3), dstEnd: change(6) };
    return new TimeCCTimeOffsetSet({ nodeId: ctx.sourceNodeId, ...zone });
  };
};
