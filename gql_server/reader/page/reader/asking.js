// Asking: what is asked of the graph, and the way there and back.

const GRAPH = document.querySelector('meta[name=graph]').content;
const PATIENCE = 10_000; // ms

/** Where somebody has said what in this visit: they want it as it is, not as their browser has kept it, and may change it. */
export const said = (() => { try { return sessionStorage; } catch { return {}; } })();

// What is asked

const CARDS = /* GraphQL */ `
  fragment Cards on PostConnection {
    nodes {
      path title excerpt(length: 180) publishedAt commentCount
      image { url(width: 800) }
      authors { name path }
    }
    totalCount
    pageInfo { hasNextPage endCursor hasPreviousPage startCursor }
  }
`;
export const MASTHEAD = /* GraphQL */ `
  query Masthead($language: LanguageTag) {
    site {
      title description url language timeZone
      logo { url(width: 200) altText }
      menu { items { label url items { label url items { label url } } } }
      footer: menu(slug: "footer") { items { label url } }
    }
    authors(first: 100) { nodes { name path postCount } }
    archiveMonths { month label(language: $language) path postCount }
    tags { slug label path postCount }
  }
`;
export const POSTS = /* GraphQL */ `
  query Posts($filter: PostFilter, $first: Int, $after: String, $last: Int, $before: String) {
    posts(filter: $filter, first: $first, after: $after, last: $last, before: $before) { ...Cards }
  }
`;
export const SEARCH = /* GraphQL */ `
  query Search($words: String!, $first: Int, $after: String, $last: Int, $before: String) {
    search(query: $words, first: $first, after: $after, last: $last, before: $before) {
      edges {
        snippetHtml
        node { __typename label path ... on Post { publishedAt } }
      }
      totalCount
      pageInfo { hasNextPage endCursor hasPreviousPage startCursor }
    }
  }
`;
export const AUTHOR = /* GraphQL */ `
  query Author($slug: String!, $first: Int, $after: String, $last: Int, $before: String) {
    author(by: { slug: $slug }) {
      name bioHtml
      avatar { url(width: 200) altText }
      posts(first: $first, after: $after, last: $last, before: $before) { ...Cards }
    }
  }
`;
export const POST = /* GraphQL */ `
  query Post($path: String!) {
    post(by: { path: $path }) {
      path title status contentHtml publishedAt readingMinutes
      image { url(width: 1600) altText caption width height }
      authors { name path }
      tags { label path }
      previous { title path }
      next { title path }
    }
  }
`;
// Whether the one who is signed in with this browser may write it: of what is not published nobody else is told.
export const MINE = /* GraphQL */ `
  query Mine($path: String!) { post(by: { path: $path }) { path } page(by: { path: $path }) { path } }
`;
export const STANDING = /* GraphQL */ `
  query Standing($path: String!) {
    page(by: { path: $path }) { path title status contentHtml parent { title path } children { title path } }
    post(by: { path: $path }) { path }
  }
`;
const SAID = /* GraphQL */ `
  fragment Said on Comment {
    id url contentHtml createdAt editedAt replyCount
    author { name website author { path } }
  }
`;
export const THREADS = /* GraphQL */ `
  query Threads($path: String!, $after: String) {
    post(by: { path: $path }) {
      id commentCount commentsOpen
      comments(first: 20, after: $after) {
        nodes {
          ...Said
          replies(first: 4) {
            nodes { ...Said replies(first: 3) { nodes { ...Said replies(first: 2) { nodes { ...Said } ...End } } ...End } }
            ...End
          }
        }
        ...End
      }
    }
  }
  fragment End on CommentConnection { pageInfo { hasNextPage endCursor } }
`;
export const REPLIES = /* GraphQL */ `
  query Replies($id: ID!, $after: String) {
    node(id: $id) {
      ... on Comment {
        ...Said
        replies(first: 20, after: $after) {
          nodes { ...Said replies(first: 10) { nodes { ...Said } pageInfo { hasNextPage endCursor } } }
          pageInfo { hasNextPage endCursor }
        }
      }
    }
  }
`;
export const ADD_COMMENT = /* GraphQL */ `
  mutation AddComment($input: AddCommentInput!) {
    addComment(input: $input) {
      comment { ...Said parent { id } }
      fate editToken
      errors { __typename ... on UserError { message path } }
    }
  }
`;
export const FORM = /* GraphQL */ `
  query Form($postId: ID!) {
    commentForm(postId: $postId) { token }
    viewer { author { name } }
  }
`;
export const SUBSCRIBE = /* GraphQL */ `
  mutation Subscribe($input: SubscribeInput!) {
    subscribe(input: $input) {
      confirmationSentTo
      errors { __typename ... on UserError { message path } }
    }
  }
`;
export const CONFIRM = /* GraphQL */ `
  mutation Confirm($input: ConfirmSubscriptionInput!) {
    confirmSubscription(input: $input) {
      errors { __typename ... on UserError { message path } }
    }
  }
`;

// The way

/** What went wrong on the way to the graph; the message is the name of a sentence, the cause a code. */
export class Trouble extends Error {}

/** Ask by the hash of a document, which caches like; the graph is told the text when it does not know it. */
export async function ask(document, variables = {}, options = {}) {
  const text = whole(document);
  const asked = { variables: JSON.stringify(variables) };
  if (!globalThis.crypto?.subtle) return answered(await got({ query: text, ...asked }, options));
  asked.extensions = JSON.stringify({ persistedQuery: { version: 1, sha256Hash: await hash(text) } });
  const answer = await got(asked, options);
  const isNew = answer.errors?.[0].extensions?.code === 'PERSISTED_QUERY_NOT_FOUND';
  return answered(isNew ? await got({ query: text, ...asked }, options) : answer);
}

export const change = (document, input) => say(document, { input });

export async function say(document, variables, more = {}) {
  const body = JSON.stringify({ query: whole(document), variables });
  const headers = { 'Content-Type': 'application/json', ...more };
  return answered(await sent(GRAPH, { method: 'POST', headers, body }));
}

const got = (asked, options) => sent(`${GRAPH}?${new URLSearchParams(asked)}`, options);

async function sent(address, options) {
  let response, answer;
  try {
    response = await fetch(address, { signal: AbortSignal.timeout(PATIENCE), ...options });
    answer = await response.json();
  } catch (error) {
    throw new Trouble(!navigator.onLine ? 'offline' : error.name === 'TimeoutError' ? 'slow' : 'silent');
  }
  if (response.status === 401) throw new Trouble('unproven');
  if (response.status === 429 || response.status === 503) throw new Trouble('busy');
  return answer;
}

function answered({ data, errors }) {
  const cause = errors?.map((error) => error.extensions?.code).find((code) => code === 'BAD_USER_INPUT');
  // A part that failed is null and is left out; without what comes first there is nothing to show.
  if (!data || cause || (errors && Object.values(data)[0] === null)) throw new Trouble('broken', { cause });
  return data;
}

const whole = (text) => text + (text.includes('...Cards') ? CARDS : '') + (text.includes('...Said') ? SAID : '');

async function hash(text) {
  const bytes = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text));
  return Array.from(new Uint8Array(bytes), (byte) => byte.toString(16).padStart(2, '0')).join('');
}
