import {
  Protocols,
  QRCodeVersion,
  ZWaveErrorCodes,
  isZWaveError,
  parseQRCodeString,
  tryParseDSKFromQRCodeString,
} from '@zwave-js/core';
import type { QRProvisioningInformation } from '@zwave-js/core';
import type { PlannedProvisioningEntry } from 'zwave-js';

/** What a label's QR code says of its lock. The DSK begins with the lock's PIN: it must not be shown whole. */
export interface Label {
  /** Device specific key, eight groups of five digits. */
  readonly dsk: string;
  /** Set where the lock announces itself once it is powered up (SmartStart). */
  readonly smartStart: PlannedProvisioningEntry | undefined;
}

export type LabelReading =
  | { readonly kind: 'label'; readonly label: Label }
  /** What is wrong with the text, for people, without quoting it. */
  | { readonly kind: 'bad'; readonly problem: string };

/** Shortest text with all its parts but the last (Z-Wave "Node Provisioning Information Type Registry"). */
const shortest = 52;
const lastVersion: number = QRCodeVersion.SmartStart;

/** Long Range only where the lock can do nothing else: the mesh is what the site was planned for. */
const protocolOf = (info: QRProvisioningInformation): Protocols =>
  info.supportedProtocols === undefined || info.supportedProtocols.includes(Protocols.ZWave)
    ? Protocols.ZWave
    : Protocols.ZWaveLongRange;

const provisioningOf = (info: QRProvisioningInformation): PlannedProvisioningEntry => ({
  dsk: info.dsk,
  securityClasses: info.securityClasses,
  requestedSecurityClasses: info.requestedSecurityClasses,
  protocol: protocolOf(info),
});

const problemOf = (text: string): string => {
  if (text === '') return 'it is empty';
  const strange = /\D/.test(text);
  if (strange) return 'it holds other characters than digits';
  if (!text.startsWith('90')) return 'a Z-Wave code begins with 90, this one does not';
  if (text.length < shortest) return `it has ${text.length} digits, a Z-Wave code at least ${shortest}`;
  if (Number(text.slice(2, 4)) > lastVersion) return 'its version is not known';
  return 'its checksum does not match: a digit is wrong, missing or too much';
};

/**
 * Reads the text of a label's QR code (S2 or SmartStart), or its whole DSK. White space is left out of account.
 * Never quotes the text: it holds the lock's PIN.
 */
export const readLabel = async (text: string): Promise<LabelReading> => {
  const dsk = tryParseDSKFromQRCodeString(text);
  if (dsk !== undefined) return { kind: 'label', label: { dsk, smartStart: undefined } };
  try {
    const info = await parseQRCodeString(text);
    if (info.securityClasses.length === 0) return { kind: 'bad', problem: 'it asks for no security at all' };
    const smartStart = info.version === QRCodeVersion.SmartStart ? provisioningOf(info) : undefined;
    return { kind: 'label', label: { dsk: info.dsk, smartStart } };
  } catch (error) {
    if (!isZWaveError(error) || error.code !== ZWaveErrorCodes.Security2CC_InvalidQRCode) throw error;
    return { kind: 'bad', problem: problemOf(text.replaceAll(/\s/g, '')) };
  }
};

/** The DSK without the five digits that are the PIN: enough to find the label by. */
export const withoutPin = (dsk: string): string => dsk.replace(/^\d{5}(?=-)/, '').replace(/^-/, '');

/** True for the five digits of a label: one 16-bit number (Security 2 CC, DSK). */
export const isDskPin = (text: string): boolean => /^\d{5}$/.test(text) && Number(text) <= 0xffff;
