/**
 * Uses every type of client.d.ts as an application would. Nothing runs it; it is checked by
 *   npx -p typescript@5.9 tsc --noEmit --strict --target es2022 --module nodenext src/test/js/client-types.ts
 * where each `@ts-expect-error` has to be an error.
 */
import {
  CarillonClient,
  CarillonError,
  matches,
  type CarillonEvent,
  type ClientOptions,
  type EventToPublish,
  type From,
  type Gap,
  type Published,
  type Recovery,
  type State,
  type StateDetail,
  type Subscription,
} from '../../main/resources/dev/carillon/gateway/client.js';

interface Order {
  total: number;
}

const options: ClientOptions = {
  subscriber: 'me',
  takeover: true,
  token: async () => 'secret',
  reconnect: { minMs: 250, maxMs: 30_000, stableMs: 5_000 },
  publish: { timeoutMs: 1, retries: 2, backoffMs: 3, maxPending: 4, maxPendingChars: 5 },
  timeoutMs: 10_000,
  idleMs: 40_000,
  maxTopics: 10,
  onGap: (gap: Gap) => [gap.count ?? 'nobody knows', gap.from, gap.to, gap.epoch],
  onRecovery: ({ topic, recovered }: Recovery) => (recovered ? topic : undefined),
  onError: (error) => [error.code, error.retryable, error.events?.[0]?.eventId, error.closeCode],
  onState: (state: State, { delayMs, code }: StateDetail) => [state, delayMs, code],
  random: Math.random,
  WebSocket,
};

export async function use(): Promise<void> {
  const client = new CarillonClient('http://127.0.0.1:8080', options);
  const subscription: Subscription = await client.subscribe<Order>(
    ['orders.>', 'orders.*'],
    (event) => event.data.total + (event.offset ?? 0),
    { onGap: ({ reason }) => reason === 'queue_full' },
  );
  await client.subscribe('chat.lobby', (event: CarillonEvent) => String(event.data));
  const from: From[] = ['earliest', { last: 10 }, { epoch: 'a', offset: 30 }];
  await client.subscribe('chat.>', () => {}, { from: from[0], onRecovery: ({ topic }) => topic });
  for await (const { offset, epoch } of client.history('chat.lobby', { after: 30, limit: 100 })) {
    console.log(offset, epoch);
  }
  await client.subscribe('images', ({ data }: CarillonEvent<Uint8Array>) => data.byteLength);
  const published: Published = await client.publish('orders.created', { total: 17 }, { key: 'o' });
  await client.publish('images', new Uint8Array([published.offset ?? 0]));
  const batch: EventToPublish[] = [{ topic: 'a', data: 1, eventId: 'e' }];
  const answers: Published[] = await client.publishBatch(batch);
  const state: State = client.state;
  const names: Array<string | undefined> = [client.subscriber, client.node, answers[0]?.epoch];
  const error: Error = new CarillonError('timeout', 'late', { retryable: true, cause: names });
  const matched: boolean = matches('orders.>', 'orders.created');
  await subscription.unsubscribe();
  client.close();
  console.log(state, error, matched);

  // @ts-expect-error: an event has no such member
  await client.subscribe('a', (event) => event.payload);
  // @ts-expect-error: a place needs its epoch
  await client.subscribe('a', () => {}, { from: { offset: 3 } });
  // @ts-expect-error: data is needed
  await client.publish('a');
  // @ts-expect-error: no such option
  new CarillonClient('http://127.0.0.1:8080', { retries: 3 });
  // @ts-expect-error: only the client changes its state
  client.state = 'open';
}
