// Server-sent events and multipart subscriptions: raw, and by graphql-sse, urql, meros and Apollo Client.
import { ApolloClient, HttpLink, InMemoryCache, gql } from '@apollo/client';
import { Client, fetchExchange } from '@urql/core';
import { createClient } from 'graphql-sse';
import { meros } from 'meros/node';
import http from 'node:http';
import { COMMENTS, GRAPH, commentUntil, get, openPost, post } from '../blog.mjs';
import { check, finish, holds } from '../checks.mjs';

const NAME = '{ __typename }';
const EVENTS = { accept: 'text/event-stream' };
const PARTS = 'multipart/mixed;boundary=graphql;subscriptionSpec=1.0,application/json';

function eventsOf(text) {
  const blocks = text.split('\n\n').filter((block) => block.startsWith('event:'));
  return blocks.map((block) => /^event: ?(?<event>.*)\ndata: ?(?<data>.*)/.exec(block).groups);
}

check('a query comes as one event and an end, uncached, with LF between lines', async () => {
  const told = await post({ query: NAME }, EVENTS);
  holds(told.status === 200 && told.type.startsWith('text/event-stream'), told.status, told.type);
  holds(/no-(cache|store)/.test(told.headers.get('cache-control')), told.headers.get('cache-control'));
  holds(!told.text.includes('\r'), told.text);
  const [next, complete, ...more] = eventsOf(told.text);
  holds(next.event === 'next' && JSON.parse(next.data).data.__typename === 'Query', told.text);
  holds(complete.event === 'complete' && complete.data === '' && more.length === 0, told.text);
});

check('a query over GET comes as an event, as EventSource asks', async () => {
  const told = await get({ query: NAME }, EVENTS);
  holds(eventsOf(told.text).length === 2, told.status, told.text);
});

check('a mutation over GET is refused', async () => {
  const told = await get({ query: 'mutation { __typename }' }, EVENTS);
  holds(!/"data":\{/.test(told.text), told.text);
});

for (const query of ['{', '{ nothingOfThatName }']) {
  check(`the mistake ${query} comes as an event`, async () => {
    const told = await post({ query }, EVENTS);
    const [next, complete] = eventsOf(told.text);
    holds(told.status === 200 && JSON.parse(next.data).errors.length && complete.event === 'complete', told.text);
  });
}

for (const body of ['{}', '{']) {
  check(`the body ${body} is refused with 400`, async () => {
    const told = await post(body, EVENTS);
    holds(told.status === 400 && told.json.errors, told.status, told.text);
  });
}

check('a subscription that accepts JSON alone is refused', async () => {
  const told = await post({ query: COMMENTS }, { accept: 'application/json' });
  holds(told.json.errors && !told.json.data, told.text);
});

check('graphql-sse gets answers, events and errors', async () => {
  const postId = await openPost();
  const client = createClient({ url: GRAPH, retryAttempts: 0 });
  const answer = await client.iterate({ query: NAME }).next();
  holds(answer.value.data.__typename === 'Query', answer);
  const comments = client.iterate({ query: COMMENTS, variables: { postId } });
  const event = await commentUntil(comments.next(), postId);
  holds(event.value.data.commentAdded.post.id === postId, event);
  await comments.return();
  const mistake = await client.iterate({ query: '{ nothingOfThatName }' }).next();
  holds(mistake.value.errors.length === 1, mistake);
  client.dispose();
});

check('urql hears a comment by fetch', async () => {
  const postId = await openPost();
  const client = new Client({ url: GRAPH, exchanges: [fetchExchange], fetchSubscriptions: true });
  // Not ended: urql aborts its fetch then, and leaves the rejection to nobody.
  const event = new Promise((resolve) => { client.subscription(COMMENTS, { postId }).subscribe(resolve); });
  const told = await commentUntil(event, postId);
  holds(told.data?.commentAdded.post.id === postId, String(told.error));
});

check('Apollo Client hears a comment by multipart', async () => {
  const postId = await openPost();
  const client = new ApolloClient({ link: new HttpLink({ uri: GRAPH }), cache: new InMemoryCache() });
  const listening = client.subscribe({ query: gql(COMMENTS), variables: { postId } });
  const event = new Promise((next, error) => { listening.subscribe({ next, error }); });
  const told = await commentUntil(event, postId);
  holds(told.data?.commentAdded.post.id === postId, String(told.error));
});

check('meros reads a comment as a part', async () => {
  const postId = await openPost();
  const response = await parts({ query: COMMENTS, variables: { postId } });
  holds(response.headers['content-type'].startsWith('multipart/mixed'), response.headers['content-type']);
  const read = await meros(response);
  const first = async () => {
    for await (const part of read) if (part.body?.payload) return part.body.payload;
    throw new Error('it ended');
  };
  const payload = await commentUntil(first(), postId);
  holds(payload.data.commentAdded.post.id === postId, payload);
  response.destroy();
});

check('a mistake in a multipart subscription is told', async () => {
  const response = await parts({ query: 'subscription { nothingOfThatName }' });
  let text = '';
  for await (const chunk of response) text += chunk;
  holds(/"errors"/.test(text), response.statusCode, text);
});

check('a query that accepts parts too gets JSON', async () => {
  const told = await post({ query: NAME }, { accept: PARTS });
  holds(told.type.startsWith('application/json') && told.json.data.__typename === 'Query', told.type, told.text);
});

function parts(body) {
  return new Promise((resolve, reject) => {
    const headers = { 'content-type': 'application/json', accept: PARTS };
    const asking = http.request(GRAPH, { method: 'POST', headers }, resolve);
    asking.on('error', reject);
    asking.end(JSON.stringify(body));
  });
}

await finish();
