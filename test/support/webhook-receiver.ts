import { createServer } from 'node:http';
import type { IncomingHttpHeaders, Server, ServerResponse } from 'node:http';

export interface Received {
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
  readonly event: Readonly<Record<string, unknown>>;
}

/** Somebody whom webhooks are sent to, at a free port of this machine. Answers 204 unless told otherwise. */
export class WebhookReceiver {
  readonly got: Received[] = [];
  /** What is said to the next requests; `hang`: nothing. */
  answer: (received: Received) => number | 'hang' = () => 204;
  /** Requests that are left without an answer until `release`. */
  readonly #hanging: ServerResponse[] = [];
  readonly #server: Server;
  #port = 0;

  constructor() {
    this.#server = createServer((request, response) => {
      let body = '';
      request.setEncoding('utf8').on('data', (chunk: string) => (body += chunk));
      request.on('end', () => {
        const event: unknown = JSON.parse(body);
        const received = { headers: request.headers, body, event: { ...(event as object) } };
        this.got.push(received);
        const answer = this.answer(received);
        if (answer === 'hang') this.#hanging.push(response);
        else response.writeHead(answer, answer === 302 ? { location: this.url } : {}).end('thanks');
      });
    });
  }

  async listen(): Promise<this> {
    await new Promise<void>((resolve) => this.#server.listen(this.#port, '127.0.0.1', resolve));
    const address = this.#server.address();
    if (typeof address === 'object' && address !== null) this.#port = address.port;
    return this;
  }

  get url(): string {
    return `http://127.0.0.1:${this.#port}/hook`;
  }

  types(): unknown[] {
    return this.got.map(({ event }) => event['event_type']);
  }

  release(): void {
    for (const response of this.#hanging.splice(0)) response.writeHead(204).end();
  }

  /** Nobody answers there any more, until `listen`. */
  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }
}
