import { type LockSpec, lockSpecsSchema } from '../spec.ts';

/** A lock that waits to be paired, with a code in it already. */
export const sideDoor = {
  name: 'Side door',
  waiting: true,
  product_id: 9,
  security: 's2_access_control',
  supervision: true,
  power: 'battery',
  user_code_version: 2,
  checksum: true,
  slots: 20,
  code_length: { min: 4, max: 8 },
  events: [1, 2, 3, 4, 5, 6, 12, 13, 14, 15],
  codes: { 2: '135790' },
} as const;

/** The same as a node of the network. */
export const frontDoor = { ...sideDoor, name: 'Front door', waiting: false, node: 2 } as const;

export const locks = (...specs: object[]): LockSpec[] => lockSpecsSchema.parse(specs);
