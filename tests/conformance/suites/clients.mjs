// Clients of JavaScript: Apollo Client, urql with and without graphcache, graphql-request.
import { ApolloClient, CombinedGraphQLErrors, HttpLink, InMemoryCache, gql } from '@apollo/client';
import { relayStylePagination } from '@apollo/client/utilities';
import { Client, fetchExchange } from '@urql/core';
import { cacheExchange } from '@urql/exchange-graphcache';
import { relayPagination } from '@urql/exchange-graphcache/extras';
import { GraphQLClient } from 'graphql-request';
import { buildSchema, introspectionFromSchema } from 'graphql';
import { readFileSync } from 'node:fs';
import { GRAPH, PAGE } from '../blog.mjs';
import { check, finish, holds } from '../checks.mjs';

const SDL = readFileSync(new URL('../../../docs/schema.graphql', import.meta.url), 'utf8');
const MISTAKE = '{ nothingOfThatName }';

function apollo() {
  const fields = { posts: relayStylePagination() };
  const cache = new InMemoryCache({ typePolicies: { Query: { fields } } });
  return new ApolloClient({ link: new HttpLink({ uri: GRAPH }), cache });
}

function urql(exchanges, more = {}) {
  const seen = [];
  const listening = async (...request) => {
    const response = await fetch(...request);
    seen.push({ method: request[1]?.method, type: response.headers.get('content-type') });
    return response;
  };
  const habits = { fetch: listening, fetchSubscriptions: true, preferGetMethod: false, ...more };
  return [new Client({ url: GRAPH, exchanges: [...exchanges, fetchExchange], ...habits }), seen];
}

check('Apollo Client joins pages', async () => {
  const watched = apollo().watchQuery({ query: gql(PAGE) });
  let asked;
  await new Promise((resolve, reject) => {
    watched.subscribe(({ data, dataState, error }) => {
      if (error) reject(error);
      if (dataState !== 'complete') return;
      asked ??= watched.fetchMore({ variables: { after: data.posts.pageInfo.endCursor } }).catch(reject);
      if (data.posts.edges.length === 4) resolve();
    });
  });
});

check('Apollo Client tells a mistake in a query as GraphQL errors', async () => {
  const error = await apollo().query({ query: gql(MISTAKE) }).then(() => undefined, (thrown) => thrown);
  holds(CombinedGraphQLErrors.is(error), String(error));
});

check('urql gets JSON for a query, although it takes event streams too', async () => {
  const [client, seen] = urql([]);
  const told = await client.query(PAGE, {}).toPromise();
  holds(told.data?.posts.edges.length === 2, String(told.error));
  holds(/json/.test(seen[0].type), seen);
});

check('urql asks by GET', async () => {
  const [client, seen] = urql([], { preferGetMethod: 'force' });
  const told = await client.query(PAGE, {}).toPromise();
  holds(told.data?.posts.edges.length === 2, String(told.error));
  holds(seen[0].method !== 'POST', seen);
});

check('urql tells a mistake in a query as GraphQL errors', async () => {
  const [client] = urql([]);
  const told = await client.query(MISTAKE, {}).toPromise();
  holds(told.error?.graphQLErrors.length === 1 && !told.error.networkError, String(told.error));
});

check('graphcache knows the schema and joins pages', async () => {
  const schema = introspectionFromSchema(buildSchema(SDL));
  const [client] = urql([cacheExchange({ schema, resolvers: { Query: { posts: relayPagination() } } })]);
  const first = await client.query(PAGE, {}).toPromise();
  const second = await client.query(PAGE, { after: first.data.posts.pageInfo.endCursor }).toPromise();
  holds(second.data?.posts.edges.length === 4, String(second.error));
});

check('graphql-request gets an answer', async () => {
  const told = await new GraphQLClient(GRAPH).request(PAGE);
  holds(told.posts.edges.length === 2, told);
});

check('graphql-request throws a mistake in a query with its code', async () => {
  const error = await new GraphQLClient(GRAPH).request(MISTAKE).then(() => undefined, (thrown) => thrown);
  holds(error?.response?.errors?.[0].extensions.code === 'GRAPHQL_VALIDATION_FAILED', String(error));
});

await finish();
