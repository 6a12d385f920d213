/** Seam publishes no type for the locks of a local bridge: its closest is for clients that know only published ones. */
export type DeviceType = 'lockstep_lock' | 'smartthings_lock';

/** Whose locks those are, in Seam's words and for people. */
export const providerOf = (type: DeviceType): { readonly name: string; readonly title: string } =>
  type === 'lockstep_lock'
    ? { name: 'lockstep', title: 'Lockstep' }
    : { name: 'smartthings', title: 'SmartThings' };
