/** Brands are built only by the functions here and by row parsers; everything else passes them on. */
declare const brand: unique symbol;
type Brand<T, B extends string> = T & { readonly [brand]: B };

/** UUID of a lock, stable across restarts and a lost database (DESIGN §6 "Ids"). */
export type DeviceId = Brand<string, 'DeviceId'>;
/** UUID of a managed or unmanaged access code. */
export type AccessCodeId = Brand<string, 'AccessCodeId'>;
/** Name of a radio, as in the config's `drivers`: `zwave`, `zigbee`, … */
export type RadioId = Brand<string, 'RadioId'>;
/** Address of a lock on its radio, `<radio>:<address>`, for example `zwave:2`. */
export type LockAddress = Brand<string, 'LockAddress'>;

/** An RFC 9562 UUID in its canonical text form, either case. */
export const uuidPattern = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** True for any RFC 9562 UUID in its canonical text form, either case. */
export const isUuid = (text: string): boolean => uuidPattern.test(text);

export const DeviceId = (text: string): DeviceId => text as DeviceId;
export const AccessCodeId = (text: string): AccessCodeId => text as AccessCodeId;
export const RadioId = (text: string): RadioId => text as RadioId;
export const LockAddress = (text: string): LockAddress => text as LockAddress;

/** The address of a lock in whose place another one answers now: nothing is sent there in its name. */
export const displacedAddress = (radio: RadioId): LockAddress => LockAddress(`${radio}:replaced`);
export const isDisplaced = (address: LockAddress): boolean => address.endsWith(':replaced');
