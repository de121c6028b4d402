/**
 * Types of Carillon's JavaScript client, `client.js`: publish and subscribe over one WebSocket that
 * is opened again after it broke, with everything subscribed again, in histories where it was.
 */

/**
 * - `connecting`: a WebSocket is being opened, or everything is being subscribed again on it.
 * - `open`: events flow and publishes are sent.
 * - `waiting`: there is no connection; the next attempt comes after a jittered delay.
 * - `closed`: over for good, by `close()` or because the server said not to come back.
 */
export type State = 'connecting' | 'open' | 'waiting' | 'closed';

/** What is known about a change of state. */
export interface StateDetail {
  /** `open`: the id that the server granted. */
  readonly subscriber?: string;
  /** `open`: the node that the connection leads to. */
  readonly node?: string;
  /** `waiting` and `closed`: the close code; 1006 where there was none. */
  readonly code?: number;
  /** `waiting` and `closed`: the reason that came with the code. */
  readonly reason?: string;
  /** `waiting` and `closed`: what failed, where that is known. */
  readonly error?: CarillonError;
  /** `waiting`: milliseconds until the next attempt. */
  readonly delayMs?: number;
  /** `waiting` and `connecting`: failed attempts since the last stable connection. */
  readonly attempt?: number;
}

/** An event as it was published. The same object goes to every handler: do not change it. */
export interface CarillonEvent<T = unknown> {
  readonly topic: string;
  readonly id: string;
  /** ISO 8601, UTC. */
  readonly time: string;
  /**
   * The position in the history of the topic; only where it keeps one. It rises, but for an event
   * that was announced as lost and comes all the same, because an operator had it redelivered, and
   * on topics whose overflow is `conflate`.
   */
  readonly offset?: number;
  /** Which life of that history the offset belongs to; the first event of one says it. */
  readonly epoch?: string;
  /** What the event is about. */
  readonly key?: string;
  /** JSON data as it was published; bytes come as a `Uint8Array`. */
  readonly data: T;
}

/** The notice that events of a topic did not come and will not come. */
export interface Gap {
  /** Without a topic the gap concerns every topic. */
  readonly topic?: string;
  /** How many events; null only where nobody can know it. */
  readonly count: number | null;
  /** The first lost offset, on topics with history. */
  readonly from?: number;
  /** The last lost offset, on topics with history. */
  readonly to?: number;
  /** The history that begins behind the gap, where it is another one. */
  readonly epoch?: string;
  readonly reason:
    'queue_full' | 'conflated' | 'history_lost' | 'cluster_loss' | 'overload' | (string & {});
}

/**
 * What became of a topic or pattern whose history was wanted: at the begin of a subscription, or
 * after a reconnect. It comes before the gaps and the events that it is about.
 */
export interface Recovery {
  readonly topic: string;
  /**
   * Whether nothing is missing. Where something is, gaps with the reason `history_lost` say what, as
   * far as anybody knows, and everything that is left follows.
   */
  readonly recovered: boolean;
}

/**
 * Where in a history to begin: behind a place, with the first event that is left, or with the
 * newest so many.
 */
export type From =
  'earliest' | { readonly last: number } | { readonly epoch: string; readonly offset: number };

/** The codes of the server, then those of the client itself: the same as in Java. */
export type ErrorCode =
  | 'bad_request'
  | 'topic_invalid'
  | 'pattern_invalid'
  | 'not_subscribed'
  | 'already_subscribed'
  | 'subscriber_exists'
  | 'unauthorized'
  | 'forbidden'
  | 'too_large'
  | 'rate_limited'
  | 'limit_exceeded'
  | 'duplicate_conflict'
  | 'store_unavailable'
  /** Also: as many publishes wait as `publish.maxPending` or `publish.maxPendingChars` allows. */
  | 'overloaded'
  | 'internal'
  /** No answer came in the time allowed. */
  | 'timeout'
  /** The connection broke before the answer came. */
  | 'connection_lost'
  /** No server could be reached. */
  | 'unreachable'
  /** The client was closed, or the server told it not to come back. */
  | 'closed'
  /** The history began anew while it was read page by page. */
  | 'history_lost'
  /** A function given by the application threw; `cause` is what it threw. */
  | 'handler_failed'
  | (string & {});

export class CarillonError extends Error {
  readonly name: 'CarillonError';
  readonly code: ErrorCode;
  /** Whether the same call may succeed later. */
  readonly retryable: boolean;
  /** The topic or pattern that was refused. */
  readonly topic?: string;
  /** The events of a failed publish: with the same `eventId` each may safely be published again. */
  readonly events?: ReadonlyArray<{ readonly topic: string; readonly eventId: string }>;
  /** The close code that ended the connection for good. */
  readonly closeCode?: number;
  constructor(
    code: ErrorCode,
    message: string,
    more?: Partial<
      Pick<CarillonError, 'retryable' | 'topic' | 'events' | 'closeCode'> & { cause: unknown }
    >,
  );
}

/** The constructor of a WebSocket like that of browsers; `ws` and undici have one, too. */
export type WebSocketConstructor = new (url: string) => {
  onmessage: ((event: any) => any) | null;
  onclose: ((event: any) => any) | null;
  onerror: ((event: any) => any) | null;
  send(data: string): void;
  close(code?: number, reason?: string): void;
};

export interface ReconnectOptions {
  /** The shortest delay, in milliseconds. Default 250. */
  minMs?: number;
  /**
   * The longest delay, in milliseconds. Default 30,000. The delay is random between `minMs` and a
   * ceiling that starts at four times `minMs` and doubles with each attempt up to `maxMs`.
   */
  maxMs?: number;
  /** How long a connection must have been open for the delays to start anew. Default 5,000. */
  stableMs?: number;
}

export interface PublishLimits {
  /** How long one attempt waits for its answer, or for a connection. Default 10,000. */
  timeoutMs?: number;
  /** Attempts after the first one. Default 5. */
  retries?: number;
  /** The shortest delay before a retry; it grows like that of `reconnect`. Default 200. */
  backoffMs?: number;
  /** Events that may wait for their answer at the same time. Default 1,000. */
  maxPending?: number;
  /** Characters of JSON that may wait for their answer at the same time. Default 16,777,216. */
  maxPendingChars?: number;
}

export interface ClientOptions {
  /** The wished subscriber id. Without it the server gives a new one to each connection. */
  subscriber?: string;
  /**
   * Whether the first connection may replace another one of the same `subscriber`. Later ones do so
   * in any case, because the connection that they replace is the client's own. Default false.
   */
  takeover?: boolean;
  /** The secret, or a function that is asked for it before each connection. */
  token?: string | (() => string | Promise<string>);
  reconnect?: ReconnectOptions;
  publish?: PublishLimits;
  /** How long a welcome, a pong or the answer to a subscribe may take, in ms. Default 10,000. */
  timeoutMs?: number;
  /** Silence after which the client asks whether the server is there, in ms. Default 40,000. */
  idleMs?: number;
  /** Topics and patterns that may be subscribed at the same time. Default 10,000. */
  maxTopics?: number;
  /** Hears of every gap, once. */
  onGap?: (gap: Gap) => void;
  /** Hears of what was recovered from histories, or was not. */
  onRecovery?: (recovery: Recovery) => void;
  /**
   * Hears of what failed for good: a publish, a topic that was refused when it was subscribed
   * again, a connection that the server ended with 4400–4499, and handlers that threw.
   */
  onError?: (error: CarillonError) => void;
  /** Hears of each change of state. */
  onState?: (state: State, detail: StateDetail) => void;
  /** The WebSocket to use in place of the global one, or of the built-in one in Node 20. */
  WebSocket?: WebSocketConstructor;
  /** The source of jitter, from 0 to below 1. Default `Math.random`. */
  random?: () => number;
}

export interface SubscribeOptions {
  /** Hears of gaps in what this subscription asked for. */
  onGap?: (gap: Gap) => void;
  /** Hears of what this subscription recovered from histories, or did not. */
  onRecovery?: (recovery: Recovery) => void;
  /**
   * Where to begin in the histories of its topics, at first; after a reconnect it goes on where it
   * was, and in histories that a pattern has found since with their first event. Without it live, as
   * on topics without history.
   *
   * Rejected with `already_subscribed` where another subscription has the same pattern already.
   */
  from?: From;
}

export interface Subscription {
  /** What was asked for. */
  readonly topics: readonly string[];
  /**
   * Ends it: its functions are not called any more. Resolves once the server has forgotten the
   * topics that no other subscription wants, or the connection is gone. Never rejects.
   */
  unsubscribe(): Promise<void>;
}

export interface PublishOptions {
  /** What the event is about: conflation keeps the newest per key. */
  key?: string;
  /** The event's id, at most 64 characters; a UUID unless given. */
  eventId?: string;
}

/** JSON, or bytes, which subscribers get as a `Uint8Array`. Taken at the time of the call. */
export type Data = unknown | ArrayBuffer | ArrayBufferView;

export interface EventToPublish extends PublishOptions {
  topic: string;
  data: Data;
}

export interface Published {
  readonly eventId: string;
  /** The event's position, on topics with history. */
  readonly offset?: number;
  readonly epoch?: string;
}

export class CarillonClient {
  /**
   * Starts to connect, and keeps doing so until `close()` or a final close code.
   *
   * @param url of the server: http, https, ws or wss; in browsers also relative to the page
   * @throws TypeError for an address that is none, RangeError for an option outside of its range
   */
  constructor(url: string | URL, options?: ClientOptions);

  readonly state: State;
  /** The id that the server granted; undefined before the first welcome. */
  readonly subscriber: string | undefined;
  /** The node that the client is or was connected to; undefined before the first welcome. */
  readonly node: string | undefined;

  /**
   * Calls `onEvent` for each event of the topics and patterns, once even where several of them
   * match. Resolves when the server has subscribed all of them, so that what is published
   * afterwards comes; without a connection it waits for one. They are subscribed again after each
   * reconnect.
   *
   * Rejects with a `CarillonError` when one of them is refused; none of them is subscribed then.
   */
  subscribe<T = unknown>(
    topics: string | readonly string[],
    onEvent: (event: CarillonEvent<T>) => void,
    options?: SubscribeOptions,
  ): Promise<Subscription>;

  /**
   * The events of a topic's history, oldest first, read over HTTP page by page as they are wanted,
   * up to the newest one. A jump in the offsets is what the history no longer has.
   *
   * Throws a `CarillonError` where a page can't be had, and `history_lost` where the history begins
   * anew between two pages; RangeError for options outside of their range.
   *
   * @param options behind the offset `after`, 0 unless given; at most `limit` events
   */
  history(
    topic: string,
    options?: { after?: number; limit?: number },
  ): AsyncGenerator<CarillonEvent, void, void>;

  /**
   * Publishes and resolves once the event is as safe as its topic promises. Retries, with the same
   * event id, after a timeout, a retryable error and a broken connection; an event is stored and
   * delivered once. A retry may change the order of events that wait for their answers at the same
   * time: await each answer where their order matters.
   *
   * Rejects with a `CarillonError`, which also goes to `onError`, when the server refuses the
   * event, the last retry failed, or as many publishes wait as may.
   */
  publish(topic: string, data: Data, options?: PublishOptions): Promise<Published>;

  /** Publishes in one command, valid as a whole or not at all; one answer each, in order. */
  publishBatch(events: readonly EventToPublish[]): Promise<Published[]>;

  /** Ends the client: no event comes any more, and what waits is rejected with `closed`. */
  close(): void;
}

/** Whether a pattern, or a plain topic, takes a topic: `*` is one token, a last `>` one or more. */
export function matches(pattern: string, topic: string): boolean;
