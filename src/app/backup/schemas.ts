import { z } from 'zod';
import { accessCodeId } from '../parameters.ts';

export const schemas = { pull: z.strictObject({ access_code_id: accessCodeId }) } as const;

export type Params<K extends keyof typeof schemas> = z.infer<(typeof schemas)[K]>;
