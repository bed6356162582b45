// The blog that a suite asks: its graph, and the comments that make its live fields tell something.
export const GRAPH = process.argv[2];
export const SOCKET = GRAPH.replace(/^http/, 'ws');

export const COMMENTS = `
  subscription Comments($postId: ID) {
    commentAdded(postId: $postId) { commentEdge { cursor node { id contentHtml } } post { id title } }
  }`;
export const PAGE = `
  query Page($after: String) {
    posts(first: 2, after: $after) {
      edges { cursor node { id title } }
      pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
    }
  }`;
const OPEN_POSTS = '{ posts(first: 40) { nodes { id commentsOpen } } }';
const ADD = `
  mutation Add($input: AddCommentInput!) {
    addComment(input: $input) { comment { id } errors { __typename ... on UserError { code message } } }
  }`;
let open;
let said = 0;

export async function post(body, headers = {}) {
  return read(await fetch(GRAPH, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  }));
}

export async function get(parameters, headers = {}) {
  const url = new URL(GRAPH);
  for (const [name, value] of Object.entries(parameters)) {
    url.searchParams.set(name, typeof value === 'string' ? value : JSON.stringify(value));
  }
  return read(await fetch(url, { headers }));
}

// A post that takes comments, another one each time: no two checks hear each other's.
export async function openPost() {
  open ??= post({ query: OPEN_POSTS }).then(({ json }) => json.data.posts.nodes.filter((one) => one.commentsOpen));
  const { id } = (await open).shift();
  return id;
}

// Comment until the event is there: nobody tells when a subscription has begun.
export async function commentUntil(event, postId) {
  let settled = false;
  const done = Promise.resolve(event).finally(() => { settled = true; });
  done.catch(() => {});
  while (!settled) {
    const told = await comment(postId);
    if (told.json?.errors || told.json?.data?.addComment?.errors?.length) throw new Error(`addComment: ${told.text}`);
    await Promise.race([done.catch(() => {}), new Promise((resolve) => setTimeout(resolve, 400))]);
  }
  return done;
}

// What is said twice waits.
export function comment(postId, content = `Een reactie om te horen, nummer ${++said}.`) {
  const input = { postId, content, authorName: 'Noor', authorEmail: 'noor@example.org' };
  return post({ query: ADD, variables: { input } });
}

async function read(response) {
  const text = await response.text();
  let json;
  try {
    json = JSON.parse(text);
  } catch {
    // Not every answer is JSON; the check says what it expects.
  }
  const { status, headers } = response;
  return { status, type: headers.get('content-type') ?? '', headers, text, json };
}
