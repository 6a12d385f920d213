import type { Socket } from 'node:net';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Arrival } from '../../app/answer.ts';
import type { Clock } from '../../ports/clock.ts';

/** A connection that lasts so long after an answer has brought it. */
const watchedMs = 2_000;

interface Written {
  /** Its client is one that keeps its connections. */
  readonly keeps: boolean;
  readonly settle: (arrival: Arrival) => void;
}

/**
 * Tells whether answers reach those who asked. The kernel takes an answer and says no more of it; what can be seen is
 * how the connection goes on. Lost: it ended before the answer was written, or within 2 s after with a reset, which
 * the other side's kernel sends where a program ended without reading. Arrived: the next request comes on it, it lasts
 * 2 s, or it ends in order. Only Seam's SDK keeps its connections for longer than that: where one of its connections
 * ends in order so soon, its program has ended, or something between has dropped it: doubtful.
 */
export class Arrivals {
  readonly #clock: Clock;
  readonly #stopping: AbortSignal;
  /** Answers that were written to a connection and may yet be lost with it. */
  readonly #written = new WeakMap<Socket, Set<Written>>();

  constructor(clock: Clock, stopping: AbortSignal) {
    this.#clock = clock;
    this.#stopping = stopping;
  }

  /** A request has come: those before on its connection have been answered to the client's knowledge. */
  heard({ raw }: FastifyRequest): void {
    for (const { settle } of this.#written.get(raw.socket) ?? []) settle('arrived');
  }

  /** To be called before the answer is written. */
  of({ raw: { socket, headers } }: FastifyRequest, { raw: response }: FastifyReply): Promise<Arrival> {
    const keeps = headers['seam-sdk-name'] !== undefined && headers.connection !== 'close';
    return new Promise((resolve) => {
      if (socket.destroyed) {
        resolve('lost');
        return;
      }
      response.once('close', () => {
        if (!response.writableFinished) resolve('lost');
      });
      response.once('finish', () => {
        this.#watch(socket, keeps, resolve);
      });
    });
  }

  #watch(socket: Socket, keeps: boolean, resolve: (arrival: Arrival) => void): void {
    if (socket.destroyed && !this.#stopping.aborted) {
      resolve(socket.errored === null ? 'arrived' : 'lost');
      return;
    }
    const written = this.#writtenTo(socket);
    const one: Written = {
      keeps,
      settle: (arrival) => {
        cancel();
        written.delete(one);
        resolve(arrival);
      },
    };
    const cancel = this.#clock.after(watchedMs, () => {
      one.settle('arrived');
    });
    written.add(one);
  }

  #writtenTo(socket: Socket): Set<Written> {
    const found = this.#written.get(socket);
    if (found !== undefined) return found;
    const written = new Set<Written>();
    this.#written.set(socket, written);
    socket.once('close', (reset) => {
      for (const { keeps, settle } of written) {
        if (reset) settle('lost');
        else settle(keeps && !this.#stopping.aborted ? 'doubtful' : 'arrived');
      }
    });
    return written;
  }
}
