// graphql-transport-ws: every rule that a server can break, and the client graphql-ws.
import { createClient } from 'graphql-ws';
import WebSocket from 'ws';
import { COMMENTS, SOCKET, comment, commentUntil, openPost } from '../blog.mjs';
import { check, finish, holds } from '../checks.mjs';
import { Socket } from '../socket.mjs';

const NAME = '{ __typename }';
const LIVE = 'subscription { commentAdded { post { id } } }';
const ODD = {
  'of no known type': { type: 'bogus' },
  'without a type': { id: '1' },
  'that is no JSON': '{',
  'that is a list': '[]',
  'that is a number': '1',
  'that is null': 'null',
  'that is binary': Buffer.from('{"type":"ping"}'),
  'subscribe without a payload': { id: '1', type: 'subscribe' },
  'subscribe with the payload null': { id: '1', type: 'subscribe', payload: null },
  'subscribe without a query': { id: '1', type: 'subscribe', payload: {} },
  'subscribe with a number for a query': { id: '1', type: 'subscribe', payload: { query: 1 } },
  'subscribe with a list of variables': { id: '1', type: 'subscribe', payload: { query: NAME, variables: [] } },
  'subscribe without an id': { type: 'subscribe', payload: { query: NAME } },
  'subscribe with an empty id': { id: '', type: 'subscribe', payload: { query: NAME } },
  'subscribe with a list for an id': { id: [], type: 'subscribe', payload: { query: NAME } },
  'complete without an id': { type: 'complete' },
};

// The slow ones first; the others run beside them.
check('who says nothing after the handshake is closed with 4408', async () => {
  const code = await (await Socket.open()).closed();
  holds(code === 4408, code);
});

check('an idle socket is kept alive', async () => {
  const socket = await Socket.ready();
  const closed = socket.ended.then((code) => { throw new Error(`closed with ${code}`); });
  const frame = new Promise((resolve) => {
    socket.socket.on('message', (data) => JSON.parse(data).type === 'ping' && resolve());
  });
  await Promise.race([socket.pinged, frame, closed]);
  socket.socket.close();
});

for (const [name, frame] of Object.entries(ODD)) {
  check(`a frame ${name} is closed with 4400`, async () => {
    const socket = await Socket.ready();
    socket.send(frame);
    const code = await socket.closed();
    holds(code === 4400, code);
  });
}

check('a connection_init with a list for a payload is closed with 4400', async () => {
  const socket = await Socket.open();
  socket.send({ type: 'connection_init', payload: [] });
  const code = await socket.closed();
  holds(code === 4400, code);
});

for (const payload of [undefined, null, {}, { locale: 'nl' }]) {
  check(`a connection_init with the payload ${JSON.stringify(payload)} is acknowledged`, async () => {
    (await Socket.ready(payload)).socket.close();
  });
}

check('the handshake chooses graphql-transport-ws', async () => {
  const { socket } = await Socket.open(['nobody-knows-this', 'graphql-transport-ws']);
  holds(socket.protocol === 'graphql-transport-ws', socket.protocol);
  socket.close();
});

for (const protocol of ['graphql-ws', 'nobody-knows-this']) {
  check(`the protocol ${protocol} is refused`, async () => {
    const socket = await Socket.open(protocol).catch(() => undefined);
    if (!socket) return;
    holds(socket.socket.protocol !== protocol, 'it was chosen');
    const code = await socket.closed();
    holds(code === 4406, code);
  });
}

check('a page of another site gets no socket', async () => {
  const origin = 'https://elsewhere.example';
  const socket = await Socket.open('graphql-transport-ws', { origin }).catch(() => undefined);
  holds(socket === undefined, 'it was opened');
});

check('a subscribe before connection_init is closed with 4401', async () => {
  const socket = await Socket.open();
  socket.subscribe('1', NAME);
  const code = await socket.closed();
  holds(code === 4401, code);
});

check('a second connection_init is closed with 4429', async () => {
  const socket = await Socket.ready();
  socket.send({ type: 'connection_init' });
  const code = await socket.closed();
  holds(code === 4429, code);
});

check('an id that is in use is closed with 4409', async () => {
  const socket = await Socket.ready();
  socket.subscribe('1', LIVE);
  socket.subscribe('1', LIVE);
  const code = await socket.closed();
  holds(code === 4409, code);
});

check('a ping is answered before connection_init, and with a payload after it', async () => {
  await (await Socket.open()).lives();
  const socket = await Socket.ready();
  socket.send({ type: 'ping', payload: { from: 'here' } });
  holds((await socket.next()).type === 'pong');
  await socket.lives();
});

check('a pong that nobody asked for and the complete of an unknown id are passed over', async () => {
  const socket = await Socket.ready();
  socket.send({ type: 'pong' });
  socket.send({ id: 'unknown', type: 'complete' });
  await socket.lives();
});

check('a query is answered and completed', async () => {
  const socket = await Socket.ready();
  socket.subscribe('q', NAME);
  const next = await socket.next();
  holds(next.type === 'next' && next.id === 'q' && next.payload.data.__typename === 'Query', next);
  const complete = await socket.next();
  holds(complete.type === 'complete' && complete.id === 'q', complete);
  await socket.lives();
});

const MISTAKES = {
  'a syntax error': ['{'],
  'a field that is not there': ['{ nothingOfThatName }'],
  'an operation that is not there': ['query A { __typename }', { operationName: 'B' }],
  'two operations without a name': ['query A { __typename } query B { __typename }'],
  'a variable that does not fit': ['query A($id: ID!) { node(id: $id) { id } }', { variables: {} }],
};

for (const [name, [query, more]] of Object.entries(MISTAKES)) {
  check(`${name} is an error of its operation alone, whose id is free again`, async () => {
    const socket = await Socket.ready();
    socket.subscribe('e', query, more);
    const error = await socket.next();
    holds(error.type === 'error' && error.id === 'e' && error.payload[0].message, error);
    socket.subscribe('e', NAME);
    holds((await socket.next()).type === 'next');
    holds((await socket.next()).type === 'complete');
    await socket.lives();
  });
}

check('a hash that is not found is an error of its operation alone', async () => {
  const socket = await Socket.ready();
  socket.subscribe('p', '', { extensions: { persistedQuery: { version: 1, sha256Hash: '0'.repeat(64) } } });
  const error = await socket.next();
  holds(error.type === 'error' && error.payload[0].extensions.code === 'PERSISTED_QUERY_NOT_FOUND', error);
  await socket.lives();
});

check('a comment is heard, and none after complete', async () => {
  const postId = await openPost();
  const socket = await Socket.ready();
  socket.subscribe('s', COMMENTS, { variables: { postId } });
  const next = await commentUntil(socket.next(), postId);
  holds(next.type === 'next' && next.payload.data.commentAdded.post.id === postId, next);
  socket.send({ id: 's', type: 'complete' });
  // An answered ping tells that complete was read; what was on its way before it may still be there.
  socket.send({ type: 'ping' });
  while ((await socket.next()).type !== 'pong');
  await comment(postId);
  await socket.lives();
});

check('graphql-ws gets answers, events and errors', async () => {
  const postId = await openPost();
  const client = createClient({ webSocketImpl: WebSocket, url: SOCKET, retryAttempts: 0 });
  const answer = await client.iterate({ query: NAME }).next();
  holds(answer.value.data.__typename === 'Query', answer);
  const comments = client.iterate({ query: COMMENTS, variables: { postId } });
  const event = await commentUntil(comments.next(), postId);
  holds(event.value.data.commentAdded.commentEdge.node.id, event);
  await comments.return();
  const mistake = client.iterate({ query: '{ nothingOfThatName }' }).next();
  const errors = await mistake.then(() => undefined, (thrown) => thrown);
  holds(Array.isArray(errors) && errors[0].message, String(errors));
  await client.dispose();
});

await finish();
