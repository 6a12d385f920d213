/** Below this a battery is low, as an event; Seam gives no threshold. */
export const lowBattery = 0.2;

export type BatteryStatus = 'critical' | 'low' | 'good' | 'full';

/** In Seam's words. @param level 0–1 */
export const batteryStatus = (level: number): BatteryStatus =>
  level < 0.1 ? 'critical' : level < lowBattery ? 'low' : level < 0.9 ? 'good' : 'full';
