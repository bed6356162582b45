// Automatic persisted queries: Apollo's protocol by hand, and by the links of Apollo Client and urql.
import { ApolloClient, ApolloLink, HttpLink, InMemoryCache, gql } from '@apollo/client';
import { PersistedQueryLink } from '@apollo/client/link/persisted-queries';
import { Client, fetchExchange } from '@urql/core';
import { persistedExchange } from '@urql/exchange-persisted';
import { createHash } from 'node:crypto';
import { GRAPH, get, post } from '../blog.mjs';
import { check, finish, holds } from '../checks.mjs';

const NOT_FOUND = 'PERSISTED_QUERY_NOT_FOUND';
const PREFLIGHT = { accept: 'application/json', 'apollo-require-preflight': 'true' };
const sha = (text) => createHash('sha256').update(text).digest('hex');
const hash = (text, version = 1) => ({ persistedQuery: { version, sha256Hash: sha(text) } });
const codeOf = ({ json }) => json?.errors?.[0].extensions?.code;
let number = 0;
// The store outlives a run: the port tells this run from another on the same store.
const fresh = (body = '{ __typename }') => `query Fresh${process.pid}x${(number += 1)} ${body}`;

check('a hash that is not known is not found, and no proxy keeps that', async () => {
  for (const told of [await post({ extensions: hash(fresh()) }), await get({ extensions: hash(fresh()) }, PREFLIGHT)]) {
    holds(told.status === 200 && told.type.startsWith('application/json'), told.status, told.type);
    holds(told.json.errors[0].message === 'PersistedQueryNotFound' && codeOf(told) === NOT_FOUND, told.text);
    holds(told.headers.get('cache-control').includes('no-store'), told.headers.get('cache-control'));
  }
});

check('a document that came with its hash is asked by its hash, by POST and by GET', async () => {
  const query = fresh('($yes: Boolean!) { __typename @include(if: $yes) }');
  const variables = { yes: true };
  holds((await post({ query, variables, extensions: hash(query) })).json.data);
  const posted = await post({ variables, extensions: hash(query) });
  holds(posted.json.data?.__typename === 'Query', posted.text);
  const got = await get({ variables, extensions: hash(query) }, PREFLIGHT);
  holds(got.json.data?.__typename === 'Query', got.text);
});

check('a hash of something else is refused and not kept', async () => {
  const [query, other] = [fresh(), fresh()];
  const told = await post({ query, extensions: hash(other) });
  holds(told.json.errors && !told.json.data, told.text);
  holds(codeOf(await post({ extensions: hash(other) })) === NOT_FOUND);
});

for (const body of ['{', '{ nothingOfThatName }']) {
  check(`a document with the mistake ${body} is not kept`, async () => {
    const query = fresh(body);
    holds((await post({ query, extensions: hash(query) })).json.errors);
    holds(codeOf(await post({ extensions: hash(query) })) === NOT_FOUND);
  });
}

check('another version of the protocol is refused', async () => {
  const query = fresh();
  const told = await post({ query, extensions: hash(query, 2) });
  holds(told.json.errors && !told.json.data, told.text);
});

check('a mutation is not run by its hash over GET', async () => {
  const query = fresh().replace('query', 'mutation');
  await post({ query, extensions: hash(query) });
  const told = await get({ extensions: hash(query) }, PREFLIGHT);
  holds(told.status >= 400 && told.status < 500 && !told.json.data, told.status, told.text);
});

check('a document id that nobody knows is refused with a code', async () => {
  for (const documentId of [`sha256:${sha(fresh())}`, 'latest', 5]) {
    const told = await post({ documentId }, { accept: 'application/graphql-response+json' });
    holds(told.status >= 400 && told.status < 500 && codeOf(told), told.status, told.text);
  }
});

check('the link of Apollo Client sends a document once, and asks by GET from then on', async () => {
  // Not __typename alone: that Apollo Client answers by itself.
  const query = gql(fresh('{ site { title } }'));
  const [first, second] = [await withApollo(query), await withApollo(query)];
  holds(first.join() === 'GET,POST' && second.join() === 'GET', first, second);
});

check('the exchange of urql sends a document once, and asks by its hash from then on', async () => {
  const query = fresh();
  const [first, second] = [await withUrql(query), await withUrql(query)];
  holds(first.length === 2 && second.length === 1, first, second);
});

async function withApollo(query) {
  const [methods, listening] = listener();
  const http = new HttpLink({ uri: GRAPH, fetch: listening });
  const link = ApolloLink.from([new PersistedQueryLink({ sha256: sha, useGETForHashedQueries: true }), http]);
  const { data } = await new ApolloClient({ link, cache: new InMemoryCache() }).query({ query });
  holds(data.site.title, data);
  return methods;
}

async function withUrql(query) {
  const [methods, listening] = listener();
  const persisted = persistedExchange({ preferGetForPersistedQueries: true });
  const client = new Client({ url: GRAPH, exchanges: [persisted, fetchExchange], fetch: listening });
  const { data, error } = await client.query(query, {}).toPromise();
  holds(data?.__typename === 'Query', String(error));
  return methods;
}

function listener() {
  const methods = [];
  return [methods, (url, options) => { methods.push(options.method); return fetch(url, options); }];
}

await finish();
