import { readFileSync } from 'node:fs';
import { Agent, request } from 'node:http';
import type { RequestOptions } from 'node:http';
import { z } from 'zod';
import type { Household } from '../bridge.ts';

const configSchema = z.object({ http: z.object({ listen: z.string(), socket: z.string() }) });
const keySchema = z.object({ api_key: z.string() });

const post = (
  options: Omit<RequestOptions, 'headers'> & { readonly headers?: Readonly<Record<string, string>> },
  body: object,
): Promise<unknown> =>
  new Promise((resolve, reject) => {
    const payload = JSON.stringify(body);
    const headers = {
      ...options.headers,
      'content-type': 'application/json',
      'content-length': Buffer.byteLength(payload),
    };
    const sent = request({ ...options, method: 'POST', headers }, (response) => {
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (chunk: string) => (text += chunk));
      response.on('error', reject);
      response.on('end', () => {
        if (response.statusCode === 200) resolve(JSON.parse(text));
        else reject(new Error(`${options.path ?? ''}: ${response.statusCode ?? 0} ${text}`));
      });
    });
    sent.on('error', reject);
    sent.end(payload);
  });

/** Where a bridge takes Seam's API, with a key of its own. */
export interface Access {
  readonly url: string;
  readonly key: string;
}

/** Makes a key as `lockstep keys create` does. */
export const accessTo = async ({ configFile }: Household): Promise<Access> => {
  const { http } = configSchema.parse(JSON.parse(readFileSync(configFile, 'utf8')));
  const made = await post({ socketPath: http.socket, path: '/lockstep/keys/create' }, { name: 'bench' });
  return { url: `http://${http.listen}`, key: keySchema.parse(made).api_key };
};

/** Connections that are kept, so many at a time, without anything of the SDK. */
export class HttpClient implements Disposable {
  readonly #agent: Agent;
  readonly #access: Access;

  constructor(access: Access, connections: number) {
    this.#access = access;
    this.#agent = new Agent({ keepAlive: true, maxSockets: connections });
  }

  post(route: string, body: object): Promise<unknown> {
    const { hostname: host, port } = new URL(this.#access.url);
    const headers = { authorization: `Bearer ${this.#access.key}` };
    return post({ host, port, path: `/${route}`, agent: this.#agent, headers }, body);
  }

  [Symbol.dispose](): void {
    this.#agent.destroy();
  }
}
