import { once } from 'node:events';
import { z } from 'zod';
import { until } from '../support/until.ts';

/** The API of `@zwave-js/server`, as its README describes it; nothing else of it is used. */

const versionSchema = z.object({
  type: z.literal('version'),
  driverVersion: z.string(),
  serverVersion: z.string(),
  homeId: z.number(),
  minSchemaVersion: z.number(),
  maxSchemaVersion: z.number(),
});
const resultSchema = z.object({
  type: z.literal('result'),
  messageId: z.string(),
  success: z.boolean(),
  result: z.unknown(),
});
const eventSchema = z.object({
  type: z.literal('event'),
  event: z.looseObject({ source: z.string(), event: z.string(), nodeId: z.number().optional() }),
});
const messageSchema = z.union([versionSchema, resultSchema, eventSchema]);

export type ServerVersion = z.infer<typeof versionSchema>;
export type ServerEvent = z.infer<typeof eventSchema>['event'];

/** The newest schema that this client has been written for. */
const newestSchema = 48;
const answerLimitMs = 20_000;

const connected = async (url: string): Promise<WebSocket | undefined> => {
  const socket = new WebSocket(url);
  const ended = new AbortController();
  const open = once(socket, 'open', { signal: ended.signal }).then(() => true);
  const failed = once(socket, 'error', { signal: ended.signal }).then(() => false);
  const result = await Promise.race([open, failed]);
  ended.abort();
  await Promise.allSettled([open, failed]);
  return result ? socket : undefined;
};

export class ServerClient implements Disposable {
  /** In order of arrival. */
  readonly events: ServerEvent[] = [];
  readonly #socket: WebSocket;
  readonly #answers = new Map<string, z.infer<typeof resultSchema>>();
  #version: ServerVersion | undefined;
  #messages = 0;

  private constructor(socket: WebSocket) {
    this.#socket = socket;
    socket.addEventListener('message', ({ data }) => {
      const message = messageSchema.parse(JSON.parse(String(data)));
      if (message.type === 'version') this.#version = message;
      else if (message.type === 'result') this.#answers.set(message.messageId, message);
      else this.events.push(message.event);
    });
  }

  /** Comes back until the server takes clients: that is once its driver knows the stick. */
  static async connect(url: string, limitMs: number): Promise<ServerClient> {
    const socket = await until('the server', () => connected(url), { limitMs });
    return new ServerClient(socket);
  }

  /** Agrees on a schema; from then on events come. @returns who the server says it is, and what it knows */
  async listen(): Promise<{
    readonly version: ServerVersion;
    readonly schema: number;
    readonly state: unknown;
  }> {
    const version = await until('the server to say who it is', () => this.#version);
    const schema = Math.min(newestSchema, version.maxSchemaVersion);
    if (schema < version.minSchemaVersion)
      throw new Error(`the server speaks schema ${version.minSchemaVersion} and up, we ${newestSchema}`);
    await this.ask('initialize', { schemaVersion: schema });
    return { version, schema, state: await this.ask('start_listening') };
  }

  /** Throws where the server says that it failed. */
  async ask(command: string, parameters: object = {}): Promise<unknown> {
    this.#messages += 1;
    const messageId = `outside-${this.#messages}`;
    this.#socket.send(JSON.stringify({ messageId, command, ...parameters }));
    const answer = await until(`an answer to ${command}`, () => this.#answers.get(messageId), {
      limitMs: answerLimitMs,
    });
    this.#answers.delete(messageId);
    if (!answer.success) throw new Error(`${command} was refused: ${JSON.stringify(answer)}`);
    return answer.result;
  }

  /** Calls one of zwave-js's own command class methods on a node. */
  async invoke(
    nodeId: number,
    commandClass: number,
    methodName: string,
    args: readonly unknown[],
  ): Promise<unknown> {
    const result = await this.ask('endpoint.invoke_cc_api', { nodeId, commandClass, methodName, args });
    return z.object({ response: z.unknown().optional() }).parse(result).response;
  }

  /** The first event since the `from`-th that passes the test. */
  event(what: string, from: number, test: (event: ServerEvent) => boolean): Promise<ServerEvent> {
    return until(what, () => this.events.slice(from).find(test), { instead: () => this.events.slice(-5) });
  }

  [Symbol.dispose](): void {
    this.#socket.close();
  }
}
