import { z } from 'zod';
import { configSchema } from './schema.ts';

/**
 * The config file as JSON schema, published as `config/lockstep.schema.json` for editors. What only the parser
 * can judge (time zones, rules between keys) isn't in it. `write-json-schema.ts` writes the file anew.
 */
export const configJsonSchema = (): object => ({
  title: 'Lockstep configuration',
  ...z.toJSONSchema(configSchema, { io: 'input', target: 'draft-2020-12' }),
});
