// GraphQL over HTTP: the audits of graphql-http, and what phones say they accept.
import { serverAudits } from 'graphql-http';
import { GRAPH, PAGE, get, post } from '../blog.mjs';
import { check, finish, holds } from '../checks.mjs';

const AUDITS = serverAudits({ url: GRAPH });
const PHONES = {
  'Apollo iOS': 'multipart/mixed;deferSpec=20220824,application/graphql-response+json,application/json',
  'Apollo Kotlin 4': 'multipart/mixed;deferSpec=20220824, application/graphql-response+json, application/json',
  'Apollo Kotlin 5': 'application/graphql-response+json, application/json',
  Relay: 'application/json',
  GraphiQL: 'application/json, multipart/mixed',
};

check('the reference suite has its 61 audits', async () => holds(AUDITS.length === 61, AUDITS.length));

for (const audit of AUDITS) {
  check(`${audit.id} ${audit.name}`, async () => {
    const result = await audit.fn();
    holds(result.status === 'ok', result.status, result.reason ?? '', result.response?.status ?? '');
  });
}

for (const [name, accept] of Object.entries(PHONES)) {
  check(`${name} gets one JSON body`, async () => {
    const told = await post({ query: PAGE }, { accept });
    holds(told.status === 200 && /^application\/(graphql-response\+)?json/.test(told.type), told.status, told.type);
    holds(told.json.data.posts.edges.length === 2, told.text);
  });
  check(`${name} is told of a mistake in a query as JSON`, async () => {
    const told = await post({ query: '{ nothingOfThatName }' }, { accept });
    holds(/^application\/(graphql-response\+)?json/.test(told.type), told.type);
    holds(told.json.errors[0].extensions.code === 'GRAPHQL_VALIDATION_FAILED', told.text);
  });
  check(`${name} sends the document after its hash is not found`, async () => {
    const persistedQuery = { version: 1, sha256Hash: 'f'.repeat(64) };
    const told = await post({ extensions: { persistedQuery } }, { accept, 'x-apollo-operation-name': 'Page' });
    holds(told.status === 200 && told.type.startsWith('application/json'), told.status, told.type);
    holds(told.json.errors[0].message === 'PersistedQueryNotFound', told.text);
  });
}

check('a mutation over GET is refused', async () => {
  const told = await get({ query: 'mutation { __typename }' });
  holds(told.status === 405 && told.headers.get('allow') && told.json.errors, told.status, told.text);
});

await finish();
