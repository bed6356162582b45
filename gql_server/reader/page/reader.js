// The reader's page: it asks a graph for a publication, and shows it.

const GRAPH = document.querySelector('meta[name=graph]').content;
const START = document.querySelector('link[rel=help]')?.href; // put there by a server in development
const PATIENCE = 10_000; // ms
const PAGE = 12; // posts
const [header, main, footer] = ['header', 'main', 'footer'].map((name) => document.querySelector(name));

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
const MASTHEAD = /* GraphQL */ `
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
const POSTS = /* GraphQL */ `
  query Posts($filter: PostFilter, $first: Int, $after: String, $last: Int, $before: String) {
    posts(filter: $filter, first: $first, after: $after, last: $last, before: $before) { ...Cards }
  }
`;
const AUTHOR = /* GraphQL */ `
  query Author($slug: String!, $first: Int, $after: String, $last: Int, $before: String) {
    author(by: { slug: $slug }) {
      name bioHtml
      avatar { url(width: 200) altText }
      posts(first: $first, after: $after, last: $last, before: $before) { ...Cards }
    }
  }
`;
const POST = /* GraphQL */ `
  query Post($path: String!) {
    post(by: { path: $path }) {
      path title contentHtml publishedAt readingMinutes
      image { url(width: 1600) altText caption width height }
      authors { name path }
      tags { label path }
      previous { title path }
      next { title path }
    }
  }
`;
const STANDING = /* GraphQL */ `
  query Standing($path: String!) {
    page(by: { path: $path }) { path title contentHtml parent { title path } children { title path } }
    post(by: { path: $path }) { path }
  }
`;
const SAID = /* GraphQL */ `
  fragment Said on Comment {
    id url contentHtml createdAt replyCount
    author { name website author { path } }
  }
`;
const THREADS = /* GraphQL */ `
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
const REPLIES = /* GraphQL */ `
  query Replies($id: ID!, $after: String) {
    node(id: $id) {
      ... on Comment {
        replies(first: 20, after: $after) {
          nodes { ...Said replies(first: 10) { nodes { ...Said } pageInfo { hasNextPage endCursor } } }
          pageInfo { hasNextPage endCursor }
        }
      }
    }
  }
`;
const ADD_COMMENT = /* GraphQL */ `
  mutation AddComment($input: AddCommentInput!) {
    addComment(input: $input) {
      comment { ...Said parent { id } }
      fate
      errors { __typename ... on UserError { message path } }
    }
  }
`;
const FORM = /* GraphQL */ `
  query Form($postId: ID!) { commentForm(postId: $postId) { token } }
`;
const SUBSCRIBE = /* GraphQL */ `
  mutation Subscribe($input: SubscribeInput!) {
    subscribe(input: $input) {
      confirmationSentTo
      errors { __typename ... on UserError { message path } }
    }
  }
`;

/** What went wrong on the way to the graph; the message is the name of a sentence. */
class Trouble extends Error {}

/** Ask by the hash of a document, which caches like; the graph is told the text when it does not know it. */
async function ask(document, variables = {}, options = {}) {
  const text = whole(document);
  const asked = { variables: JSON.stringify(variables) };
  if (!globalThis.crypto?.subtle) return answered(await got({ query: text, ...asked }, options));
  asked.extensions = JSON.stringify({ persistedQuery: { version: 1, sha256Hash: await hash(text) } });
  const answer = await got(asked, options);
  const isNew = answer.errors?.[0].extensions?.code === 'PERSISTED_QUERY_NOT_FOUND';
  return answered(isNew ? await got({ query: text, ...asked }, options) : answer);
}

const change = (document, input) => say(document, { input });

async function say(document, variables, more = {}) {
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
  if (response.status === 429 || response.status === 503) throw new Trouble('busy');
  return answer;
}

function answered({ data, errors }) {
  // A part that failed is null and is left out; without what comes first there is nothing to show.
  if (!data || (errors && Object.values(data)[0] === null)) throw new Trouble('broken');
  return data;
}

const whole = (text) => text + (text.includes('...Cards') ? CARDS : '') + (text.includes('...Said') ? SAID : '');

async function hash(text) {
  const bytes = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text));
  return Array.from(new Uint8Array(bytes), (byte) => byte.toString(16).padStart(2, '0')).join('');
}

// The way from address to address

const VIEWS = [
  [/^\/$/, front],
  [/^\/posts$/, blog],
  [/^\/posts\/[^/]+$/, post],
  [/^\/authors$/, authors],
  [/^\/authors\/([^/]+)$/, author],
  [/^\/tags\/([^/]+)$/, tag],
  [/^\/archive$/, archive],
  [/^\/archive\/(\d{4}-(?:0[1-9]|1[0-2]))$/, month],
  [/^\/search$/, search],
  [/^\/.+$/, standing],
];
const heights = new Map(); // how far each entry of the history was scrolled
let masthead, site, locale, here = new URL(location), turn = 0, isFirst = true;

history.scrollRestoration = 'manual';
addEventListener('popstate', () => {
  if (address(location) === address(here)) return; // a fragment of the same page
  show(new URL(location), { top: heights.get(history.state?.key) });
});
addEventListener('online', () => main.querySelector('.trouble') && show());
document.addEventListener('click', (event) => {
  const link = event.target.closest?.('a[href]');
  const isPlain = event.button === 0 && !(event.metaKey || event.ctrlKey || event.shiftKey || event.altKey);
  if (!link || !isPlain || event.defaultPrevented || link.target || link.rel === 'help') return;
  const to = new URL(local(link.href), location);
  if (to.origin !== location.origin || (to.hash && address(to) === address(here))) return;
  event.preventDefault();
  go(to);
});

function go(to) {
  heights.set(history.state?.key, scrollY);
  show(to, { isNew: true });
}

const address = ({ pathname, search }) => pathname + search;

/** Write an address of the publication as a path of this page, wherever this page is served. */
function local(url) {
  const rest = site && url.startsWith(site.url) ? url.slice(site.url.length) : null;
  return rest === '' ? '/' : rest?.startsWith('/') ? rest : url;
}

/** Show what lives at an address; a new one enters the history when it is known what lives there. */
async function show(to = here, { top = 0, isNew = false } = {}) {
  const mine = ++turn;
  main.ariaBusy = 'true';
  here = to;
  let view;
  try {
    masthead ??= ask(MASTHEAD, { language: locale ?? null });
    const [head, found] = await Promise.all([masthead, find(to)]);
    if (mine !== turn) return;
    furnish(head);
    // The server may know more of this address than the graph: an old path, or a page of its own.
    if (!found && !isFirst) return isNew ? location.assign(to) : location.reload();
    view = found?.() ?? missing();
  } catch (error) {
    if (mine !== turn) return;
    if (!(error instanceof Trouble)) console.error(error);
    if (!site) masthead = undefined;
    view = trouble(error instanceof Trouble ? error.message : 'broken');
  }
  if (isNew) history.pushState({ key: Math.random() }, '', to);
  else if (to.href !== location.href) history.replaceState(history.state, '', to);
  place(view, top);
}

/** Ask for what lives at an address; give what shows it, or nothing. */
async function find(to) {
  const path = decoded(to.pathname.replace(/\/+$/, '') || '/');
  const [view, parts] = VIEWS.map(([pattern, view]) => [view, pattern.exec(path)]).find(([, parts]) => parts);
  return view(...parts);
}

function place({ title, body, isFront, kind }, top) {
  document.title = !site || isFront ? title : `${title} – ${site.title}`;
  document.body.className = isFront ? 'front' : kind ?? '';
  main.replaceChildren(...body);
  main.ariaBusy = 'false';
  if (site) mark(isFront);
  const aim = here.hash && document.getElementById(decoded(here.hash.slice(1)));
  if (aim) aim.scrollIntoView();
  else scrollTo(0, top);
  if (aim || !isFirst) focus(aim || document.querySelector('h1'));
  isFirst = false;
}

function focus(element) {
  element.tabIndex = -1;
  element.focus({ preventScroll: true });
}

function decoded(text) {
  try { return decodeURIComponent(text); } catch { return text; }
}

// What is shown

async function front() {
  const { posts } = await ask(POSTS, { first: 7 });
  const more = posts.pageInfo.hasNextPage && h('p', { class: 'more' }, link('/posts', says('all_posts')));
  return () => ({ title: site.title, isFront: true, body: [cards(posts, { hasLead: true }), more].filter(Boolean) });
}

async function blog() {
  const { posts } = await ask(POSTS, slice());
  return () => listing(says('blog'), posts);
}

async function author(_, slug) {
  const { author } = await ask(AUTHOR, { slug, ...slice() });
  return author && (() => listing(author.name, author.posts, {
    mark: says('author'), lang: site.language,
    before: h('div', { class: 'about', lang: site.language },
      author.avatar &&
        h('img', { class: 'avatar', src: author.avatar.url, alt: author.avatar.altText, width: 96, height: 96 }),
      author.bioHtml && h('div', { html: author.bioHtml })),
  }));
}

async function tag(_, slug) {
  const { posts } = await ask(POSTS, { filter: { tagSlugs: [slug] }, ...slice() });
  const known = (await masthead).tags?.find((tag) => tag.slug === slug);
  return known && (() => listing(known.label, posts, { mark: says('tag'), lang: site.language }));
}

async function month(_, name) {
  const { posts } = await ask(POSTS, { filter: { month: name }, ...slice() });
  const known = (await masthead).archiveMonths?.find((month) => month.month === name);
  return known && (() => listing(known.label, posts, { mark: says('archive') }));
}

async function search() {
  const words = here.searchParams.get('q')?.trim() ?? '';
  const posts = words && (await ask(POSTS, { filter: { search: words }, ...slice() })).posts;
  return () => {
    const box = searchBox('again', words);
    return posts ? listing(says('results', { words }), posts, { before: box })
      : { title: says('search'), body: [h('h1', {}, says('search')), box] };
  };
}

async function authors() {
  const { authors } = await masthead;
  return () => ({
    title: says('authors'),
    body: [h('h1', {}, says('authors')), people(authors)],
  });
}

const people = (authors) => h('ul', { class: 'people' }, (authors?.nodes ?? []).map(withCount(({ name }) => name)));

const withCount = (named) => (one) =>
  h('li', {}, link(one.path, named(one)), ' ', h('span', {}, counted('post', one.postCount)));

async function archive() {
  const { tags, archiveMonths } = await masthead;
  return () => ({
    title: says('archive'),
    body: [
      h('h1', {}, says('archive')),
      h('div', { class: 'years' }, years(archiveMonths).map(([year, months]) => [
        h('h2', {}, year),
        h('ul', {}, months.map(withCount(({ label }) => label))),
      ])),
      tags?.length && [h('h2', {}, says('tags')), tagList(tags, (tag) => ` ${tag.postCount}`)],
    ].flat().filter(Boolean),
  });
}

async function standing(path) {
  const to = here;
  const { page, post: moved } = await ask(STANDING, { path });
  if (moved) {
    to.pathname = moved.path;
    return post(moved.path);
  }
  return page && (() => ({
    title: page.title,
    kind: 'text',
    body: [h('article', {},
      page.parent && h('p', { class: 'mark', lang: site.language }, link(page.parent.path, page.parent.title)),
      h('h1', { lang: site.language }, page.title),
      h('div', { class: 'prose', lang: site.language, html: page.contentHtml }),
      page.children?.length && h('ul', { class: 'below', lang: site.language },
        page.children.map((one) => h('li', {}, link(one.path, one.title)))))],
  }));
}

async function post(path) {
  const to = here, preview = to.searchParams.get('preview');
  const [{ post }, threads] = await Promise.all([
    // A link of somebody who writes: its token shows what is not published yet.
    preview ? say(POST, { path }, { Authorization: `Bearer ${preview}` }) : ask(POST, { path }),
    preview ? null : ask(THREADS, { path }).catch((error) => error),
  ]);
  if (!post) return null;
  if (post.path !== path) to.pathname = post.path;
  const { image } = post;
  return () => ({
    title: post.title,
    kind: 'text',
    body: [
      preview && h('p', { class: 'told', role: 'status' }, says('preview')),
      h('article', {},
        h('header', {},
          h('p', { class: 'mark' }, time(post.publishedAt), post.publishedAt && ' · ', says('minutes', { n: post.readingMinutes })),
          h('h1', { lang: site.language }, post.title),
          byline(post.authors)),
        image && h('figure', { class: 'lead' },
          h('img', { src: image.url, alt: image.altText, width: image.width, height: image.height, lang: site.language }),
          image.caption && h('figcaption', { lang: site.language, html: image.caption })),
        h('div', { class: 'prose', lang: site.language, html: post.contentHtml }),
        post.tags?.length && tagList(post.tags)),
      h('nav', { class: 'beside', 'aria-label': says('beside') },
        beside(post.previous, 'previous'), beside(post.next, 'next')),
      !preview && conversation(path, threads),
    ],
  });
}

const beside = (post, which) => post && h('a', { class: which, href: post.path },
  h('span', {}, says(which)), ' ', h('strong', { lang: site.language }, post.title));

function missing() {
  return { title: says('missing'), kind: 'text', body: [
    h('h1', {}, says('missing')), h('p', {}, says('missing_text')),
    h('p', { class: 'press' }, link('/', says('home')), link('/archive', says('archive'))), searchBox('again', ''),
  ] };
}

function trouble(kind) {
  return { title: says('trouble'), kind: 'text', body: [h('div', { class: 'trouble', role: 'alert' },
    h('h1', {}, says('trouble')), h('p', {}, says(kind)),
    h('p', { class: 'press' }, h('button', { type: 'button', onclick: () => show() }, says('retry'))))] };
}

/** Show a page of a list of posts, with the ways to the pages beside it. */
function listing(title, posts, { mark, lang, before } = {}) {
  const { hasNextPage, endCursor, hasPreviousPage, startCursor } = posts.pageInfo;
  return { title, body: [
    h('header', { class: 'heading' },
      mark && h('p', { class: 'mark' }, mark),
      h('h1', { lang }, title),
      h('p', { class: 'quiet' }, counted('post', posts.totalCount ?? 0))),
    before,
    posts.nodes.length ? cards(posts) : h('p', {}, says('nothing')),
    (hasNextPage || hasPreviousPage) && h('nav', { class: 'beside', 'aria-label': says('pages') },
      hasPreviousPage && link(turned({ before: startCursor }), says('newer'), { class: 'next', rel: 'prev' }),
      hasNextPage && link(turned({ after: endCursor }), says('older'), { class: 'previous', rel: 'next' })),
  ].filter(Boolean) };
}

function slice() {
  const { after, before } = Object.fromEntries(here.searchParams);
  return before ? { last: PAGE, before } : { first: PAGE, after };
}

function turned(cursor) {
  const asked = new URLSearchParams(here.search);
  asked.delete('after');
  asked.delete('before');
  for (const [name, value] of Object.entries(cursor)) asked.set(name, value);
  return `${here.pathname}?${asked}`;
}

function cards({ nodes }, { hasLead } = {}) {
  if (!nodes.length) return h('p', { class: 'quiet' }, says('empty'));
  return h('div', { class: 'cards' }, nodes.map((post, number) => {
    const isLead = hasLead && number === 0;
    return h('article', { class: isLead ? 'card lead' : 'card' },
      post.image && h('img', { src: post.image.url, alt: '', loading: number > 2 && 'lazy' }),
      h('div', {},
        h('p', { class: 'mark' }, time(post.publishedAt)),
        h('h2', { lang: site.language }, link(post.path, post.title)),
        h('p', { class: 'excerpt', lang: site.language }, post.excerpt),
        byline(post.authors, post.commentCount > 0 &&
          h('span', { class: 'count' }, `· ${counted('comment', post.commentCount)}`))));
  }));
}

function byline(authors, more) {
  let number = 0;
  const names = new Intl.ListFormat(locale).formatToParts((authors ?? []).map(({ name }) => name));
  const parts = names.map(({ type, value }) => (type === 'element' ? link(authors[number++].path, value) : value));
  return (parts.length > 0 || more) && h('p', { class: 'byline' }, parts.length > 0 && `${says('by')} `, parts, ' ', more);
}

const tagList = (tags, more = () => '') => h('ul', { class: 'tags', 'aria-label': says('tags') },
  tags.map((tag) => h('li', {}, link(tag.path, tag.label, { lang: site.language }), more(tag))));

function years(months) {
  const years = new Map();
  for (const month of months ?? []) {
    const year = month.month.slice(0, 4);
    years.set(year, [...(years.get(year) ?? []), month]);
  }
  return [...years];
}

// Comments

function conversation(path, threads) {
  const heading = h('h2', { id: 'conversation' });
  const section = h('section', { class: 'conversation', 'aria-labelledby': 'conversation' }, heading);
  if (threads instanceof Error || !threads.post) {
    heading.textContent = says('talk');
    section.append(h('p', {}, says('comments_silent')), h('p', { class: 'press' },
      h('button', { type: 'button', onclick: () => show(here, { top: scrollY }) }, says('retry'))));
    return section;
  }
  const { id, commentCount, commentsOpen, comments } = threads.post;
  const talk = { path, postId: commentsOpen && id, count: commentCount, heading };
  const list = h('ol', { class: 'thread' });
  const more = (after) => ask(THREADS, { path, after }).then(({ post }) => post.comments);
  add(list, comments, talk, more);
  recount(talk, 0);
  section.append(list, commentsOpen
    ? h('section', { class: 'answer', 'aria-labelledby': 'answer' },
      h('h3', { id: 'answer' }, says('leave')), commentForm(talk, list))
    : h('p', { class: 'quiet' }, says('closed')));
  return section;
}

function recount(talk, by) {
  talk.count += by;
  talk.heading.textContent = talk.count ? counted('comment', talk.count) : says('no_comments');
}

/** Add comments to a list, and a button for those that are still to come. */
function add(list, { nodes, pageInfo }, talk, ask) {
  list.append(...nodes.map((comment) => remark(comment, talk)));
  if (pageInfo.hasNextPage) list.append(rest(says('more_comments'), () => ask(pageInfo.endCursor), list, talk, ask));
}

function rest(label, first, list, talk, ask) {
  const button = h('button', { type: 'button', class: 'plain' }, label);
  const item = h('li', { class: 'rest' }, button);
  button.addEventListener('click', async () => {
    button.disabled = true;
    try {
      const comments = await first();
      item.remove();
      const before = list.children.length;
      add(list, comments, talk, ask);
      list.children[before]?.querySelector('article')?.focus();
    } catch {
      button.disabled = false;
      button.textContent = says('retry');
    }
  });
  return item;
}

function remark(comment, talk, note) {
  const { author } = comment;
  const name = author.author ? link(author.author.path, author.name)
    : author.website ? link(author.website, author.name, { rel: 'nofollow ugc noopener' }) : author.name;
  const list = h('ol', { class: 'thread' });
  const more = (after) => ask(REPLIES, { id: comment.id, after }).then(({ node }) => node.replies);
  if (comment.replies) add(list, comment.replies, talk, more);
  else if (comment.replyCount) {
    list.append(rest(counted('answer', comment.replyCount), () => more(null), list, talk, more));
  }
  const { hash } = new URL(comment.url);
  const about = { id: hash.slice(1), tabindex: -1, class: note && 'waits' };
  return h('li', {},
    h('article', { ...about, 'aria-label': says('comment_of', { name: author.name }) },
      h('p', { class: 'who' },
        h('b', {}, name), author.author && [' ', h('span', { class: 'badge' }, says('author'))], ' ',
        link(hash, time(comment.createdAt, { timeStyle: 'short' }), { class: 'quiet' })),
      note && h('p', { class: 'note' }, note),
      h('div', { class: 'said', html: comment.contentHtml }),
      talk.postId && !note && replyButton(comment, talk, list)),
    list);
}

function replyButton(comment, talk, list) {
  const room = h('div', { hidden: true });
  const about = { type: 'button', class: 'plain', 'aria-expanded': 'false', onclick: () => toggle(room.hidden) };
  const button = h('button', about, says('reply'), h('span', { class: 'hidden' }, ` – ${comment.author.name}`));
  const toggle = (isOpen) => {
    if (isOpen && !room.firstChild) {
      room.append(commentForm(talk, list, { comment, cancel: () => toggle(false) }));
      room.after(room.querySelector('.told')); // it is still there when the form is closed
    }
    room.hidden = !isOpen;
    button.ariaExpanded = String(isOpen);
    (isOpen ? room.querySelector('input, textarea') : button).focus();
  };
  return [button, room];
}

// What became of a comment: what the writer is told, and what stands with it while it waits.
const FATES = {
  PUBLISHED: { says: 'shown' },
  HELD: { says: 'held', note: 'waits' },
  CONFIRM_ADDRESS: { says: 'confirm', note: 'waits_for_you' },
};
const writer = {}; // who wrote before, for the next comment of this visit

function commentForm(talk, list, { comment, cancel } = {}) {
  const form = formOf({
    fields: [
      { name: 'content', label: says('comment_label'), isLong: true },
      { name: 'authorName', label: says('name'), autocomplete: 'name', value: writer.authorName },
      {
        name: 'authorEmail', label: says('email'), hint: says('email_hint'), type: 'email', autocomplete: 'email',
        value: writer.authorEmail,
      },
      {
        name: 'authorWebsite', label: says('website'), isOptional: true, type: 'url', autocomplete: 'url',
        value: writer.authorWebsite,
      },
      { name: 'notifyReplies', label: says('notify'), type: 'checkbox', isOptional: true },
    ],
    button: says(comment ? 'send_reply' : 'send'),
    cancel,
    send: async ({ authorWebsite, notifyReplies, ...said }) => {
      const input = {
        postId: talk.postId, parentId: comment?.id, authorWebsite: authorWebsite || undefined,
        notifyReplies: Boolean(notifyReplies), formToken: await ripe(token), ...said,
      };
      return (await change(ADD_COMMENT, input)).addComment;
    },
    done: (payload, { content: _, ...who }) => {
      const fate = FATES[payload.fate] ?? FATES.HELD;
      Object.assign(writer, who);
      const item = remark(payload.comment, talk, fate.note && says(fate.note));
      list.append(item);
      if (payload.fate === 'PUBLISHED') {
        recount(talk, 1);
        ask(THREADS, { path: talk.path }, { cache: 'reload' }).catch(() => {}); // so that a cache knows it too
      }
      cancel?.();
      form.elements.content.value = '';
      item.querySelector('article').focus();
      return says(fate.says);
    },
  });
  let token; // with when it came; tells the site that a person filled the form in, and is asked for when one begins to
  form.addEventListener('focusin', () => {
    token ??= say(FORM, { postId: talk.postId }).then(
      ({ commentForm }) => ({ ...commentForm, since: Date.now() }), () => null);
  });
  return form;
}

/** Give a token of the form when it may be used: whoever is quicker than two seconds is taken for a machine. */
async function ripe(coming) {
  const found = await coming;
  if (!found?.token) return undefined;
  await new Promise((resolve) => { setTimeout(resolve, found.since + 2200 - Date.now()); });
  return found.token;
}

// Forms

let forms = 0;

/** Make a form that sends itself once however often it is tried, and tells beside each field what is wrong. */
function formOf({ fields, button, cancel, send, done }) {
  const number = ++forms;
  const told = h('p', { class: 'told', role: 'status' });
  const submit = h('button', { type: 'submit' }, button);
  const form = h('form', { novalidate: true },
    fields.map((field) => fieldOf(field, `f${number}-${field.name}`)),
    h('p', { class: 'press' }, submit,
      cancel && h('button', { type: 'button', class: 'plain', onclick: cancel }, says('cancel'))),
    told);
  let command = newId();
  form.addEventListener('submit', async (event) => {
    event.preventDefault();
    if (form.ariaBusy === 'true') return;
    const filled = Object.fromEntries(new FormData(form));
    correct(form, []);
    tell(told, says('sending'));
    form.ariaBusy = 'true';
    try {
      const payload = await send({ ...filled, clientMutationId: command });
      if (payload.errors.length) return tell(told, correct(form, payload.errors), true);
      command = newId();
      tell(told, done(payload, filled));
    } catch (error) {
      if (!(error instanceof Trouble)) throw error;
      tell(told, `${says(error.message)} ${says('kept')}`, true);
    } finally {
      form.ariaBusy = 'false';
    }
  });
  return form;
}

function fieldOf({ name, label, hint, type = 'text', autocomplete, isLong, isOptional, value = '' }, id) {
  if (type === 'checkbox') return h('p', {}, h('label', { class: 'choice' }, h('input', { id, name, type }), ' ', label));
  const describedBy = `${hint ? `${id}-hint ` : ''}${id}-wrong`;
  const about = { id, name, autocomplete, required: !isOptional, 'aria-describedby': describedBy };
  return h('div', { class: 'field' },
    h('label', { for: id }, label, isOptional && h('span', {}, ` (${says('optional')})`)),
    hint && h('p', { id: `${id}-hint`, class: 'hint' }, hint),
    isLong ? h('textarea', { ...about, rows: 5 }) : h('input', { ...about, type, value }),
    h('p', { id: `${id}-wrong`, class: 'wrong' }));
}

/** Put each error beside its field and go to the first; give what belongs to no field. */
function correct(form, errors) {
  for (const field of form.querySelectorAll('.field > :is(input, textarea)')) {
    const error = errors.find(({ path }) => path?.at(-1) === field.name);
    field.ariaInvalid = error ? 'true' : null;
    form.querySelector(`#${field.id}-wrong`).textContent = error?.message ?? '';
  }
  form.querySelector('[aria-invalid=true]')?.focus();
  return errors.filter(({ path }) => !form.elements[path?.at(-1)]).map(({ message }) => message).join(' ');
}

function tell(told, text, isTrouble = false) {
  told.textContent = text;
  told.classList.toggle('wrong', isTrouble);
}

// `randomUUID` is for secure contexts alone.
const newId = () => globalThis.crypto?.randomUUID?.() ?? `${Date.now()}-${Math.random()}`;

// What stands around every page

/** Fill in the head and the foot of the page, once. */
function furnish(head) {
  if (site) return;
  site = head.site;
  locale ??= spoken([site.language]) ?? 'en';
  document.documentElement.lang = tongue();
  document.querySelector('.skip')?.remove();
  document.body.prepend(h('a', { class: 'skip', href: '#content' }, says('skip')));
  const panel = h('div', { id: 'panel', class: 'panel' },
    site.menu && h('nav', { 'aria-label': says('menu') }, menu(site.menu.items)), searchBox('find', ''));
  header.append(h('p', { class: 'brand' }), opener(says('menu'), panel, header, 'menu', says('menu')), panel);
  footer.append(
    h('div', { class: 'band' },
      part('newsletter', says('newsletter'), newsletterForm()),
      part('authors', link('/authors', says('authors')), people(head.authors)),
      part('archive', link('/archive', says('archive')),
        h('dl', {}, years(head.archiveMonths).map(([year, months]) => [h('dt', {}, year),
          h('dd', {}, months.map((month) => [link(month.path, month.label.replace(year, '').trim()), ' ']))])))),
    h('div', { class: 'foot' },
      h('p', { lang: site.language }, site.title),
      site.footer?.items.length && menu(site.footer.items),
      START && h('p', {}, h('a', { href: START, rel: 'help' }, says('start')))));
}

const part = (id, heading, ...body) => h('section', { 'aria-labelledby': id }, h('h2', { id }, heading), body);

/** Tell where the reader is now. */
function mark(isFront) {
  const logo = site.logo && h('img', { src: site.logo.url, alt: '' });
  const brand = h(isFront ? 'h1' : 'p', { class: 'brand', lang: site.language }, link('/', site.title), logo);
  header.querySelector('.brand').replaceWith(brand);
  header.querySelector('.lead')?.remove();
  if (isFront && site.description) brand.after(h('p', { class: 'lead', lang: site.language }, site.description));
  closeAll();
  for (const link of document.querySelectorAll('body > :is(header, footer) a')) {
    link.ariaCurrent = link.pathname === here.pathname && link.origin === here.origin ? 'page' : null;
  }
}

function menu(items, depth = 0) {
  return h('ul', { lang: site.language }, items.map((item) => {
    const below = item.items?.length > 0 && menu(item.items, depth + 1);
    const entry = h('li', {}, link(local(item.url), item.label));
    if (below && depth === 0) {
      below.id = `below-${++forms}`;
      entry.append(opener('', below, entry, 'arrow', says('below', { label: item.label })));
    }
    if (below) entry.append(below);
    return entry;
  }));
}

const openers = [];

/** Make the button that opens and closes a part of the menu. */
function opener(text, panel, home, kind, label) {
  const toggle = () => { button.ariaExpanded = String(button.ariaExpanded !== 'true'); };
  const about = { type: 'button', class: kind, 'aria-expanded': 'false', 'aria-controls': panel.id, onclick: toggle };
  const button = h('button', { ...about, 'aria-label': text ? null : label, lang: tongue() }, text);
  openers.push({ button, home });
  return button;
}

function closeAll(except = null) {
  for (const { button, home } of openers) if (!home.contains(except)) button.ariaExpanded = 'false';
}

for (const event of ['focusin', 'click']) document.addEventListener(event, ({ target }) => closeAll(target));
header.addEventListener('keydown', (event) => {
  if (event.key !== 'Escape') return;
  const inner = openers.findLast(({ button, home }) => button.ariaExpanded === 'true' && home.contains(event.target));
  if (!inner) return;
  inner.button.ariaExpanded = 'false';
  inner.button.focus();
});

function searchBox(id, words) {
  const find = (event) => {
    event.preventDefault();
    go(new URL(`/search?${new URLSearchParams(new FormData(event.target))}`, location));
  };
  const label = says(id === 'find' ? 'search' : 'search_again');
  return h('form', { role: 'search', action: '/search', 'aria-label': label, onsubmit: find },
    h('label', { for: id, class: 'hidden' }, says('search_label')),
    h('input', { id, name: 'q', type: 'search', value: words, enterkeyhint: 'search' }),
    h('button', { type: 'submit' }, says('search')));
}

function newsletterForm() {
  const form = formOf({
    fields: [{ name: 'email', label: says('email'), type: 'email', autocomplete: 'email' }],
    button: says('subscribe'),
    send: async (filled) => (await change(SUBSCRIBE, { ...filled, language: tongue(), source: 'reader' })).subscribe,
    done: ({ confirmationSentTo }) => {
      form.reset();
      return says('letter', { email: confirmationSentTo });
    },
  });
  return form;
}

// Elements

/** Make an element; text stays text, and only what the graph calls HTML, sanitised there, is read as HTML. */
function h(name, attributes, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (key === 'html') element.innerHTML = value;
    else if (key.startsWith('on')) element.addEventListener(key.slice(2), value);
    else element.setAttribute(key, value === true ? '' : value);
  }
  element.append(...children.flat(3).filter((child) => child || child === 0));
  return element;
}

const link = (href, text, more = {}) => h('a', { href, ...more }, text);

function time(moment, more = {}) {
  if (!moment) return null; // a draft
  const shown = new Intl.DateTimeFormat(locale, { dateStyle: 'long', timeZone: site.timeZone, ...more });
  return h('time', { datetime: moment }, shown.format(new Date(moment)));
}

// Words

function spoken(tags) {
  return tags.find((tag) => tag.split('-')[0] in WORDS);
}

const tongue = () => (locale ?? 'en').split('-')[0];

function says(name, facts = {}) {
  return WORDS[tongue()][name].replace(/\{(\w+)\}/g, (_, fact) => facts[fact]);
}

const counted = (noun, n) => says(n === 1 ? noun : `${noun}s`, { n: n.toLocaleString(locale) });

const WORDS = {
  nl: {
    skip: 'Naar de inhoud', menu: 'Menu', below: 'Onder {label}', home: 'Naar de voorpagina', start: 'Hier draait gql-server',
    search: 'Zoek', search_again: 'Zoek opnieuw', search_label: 'Zoek in alle berichten', results: 'Gezocht: {words}',
    blog: 'Alle berichten', all_posts: 'Alle berichten', post: '1 bericht', posts: '{n} berichten', by: 'door',
    older: 'Ouder', newer: 'Nieuwer', pages: 'Ouder en nieuwer', minutes: '{n} min. lezen',
    previous: 'Vorige', next: 'Volgende', beside: 'Vorig en volgend bericht',
    tag: 'Onderwerp', tags: 'Onderwerpen', author: 'Auteur', authors: 'Auteurs', archive: 'Archief',
    empty: 'Er staat nog niets in. Kom gauw terug.', nothing: 'Hier is niets gevonden.',
    talk: 'Reacties', comment: '1 reactie', comments: '{n} reacties', no_comments: 'Nog geen reacties',
    answer: '1 antwoord', answers: '{n} antwoorden', more_comments: 'Meer reacties', comment_of: 'Reactie van {name}',
    reply: 'Antwoord', leave: 'Laat een reactie achter', closed: 'Reageren kan hier niet meer.',
    comments_silent: 'De reacties konden niet worden opgehaald.',
    comment_label: 'Je reactie', name: 'Naam', email: 'E-mailadres', email_hint: 'Wordt niet getoond.', website: 'Website',
    optional: 'hoeft niet', send: 'Plaats reactie', send_reply: 'Plaats antwoord', cancel: 'Toch niet', sending: 'Even wachten …',
    shown: 'Dank je. Je reactie staat erbij.', held: 'Dank je. Je reactie wacht tot iemand van de redactie haar leest.',
    waits: 'Wacht op de redactie; alleen jij ziet dit nu.',
    confirm: 'Dank je. Er komt een brief naar je adres: je reactie verschijnt als je de link daarin volgt.',
    waits_for_you: 'Wacht tot je de link in de brief hebt gevolgd; alleen jij ziet dit nu.',
    notify: 'Schrijf me als er iemand antwoordt', preview: 'Dit is een voorbeeld: alleen wie de link heeft ziet het.', kept: 'Wat je schreef staat er nog.',
    newsletter: 'Ik wil de nieuwsbrief ontvangen', subscribe: 'Meld me aan',
    letter: 'Kijk in je mailbox: naar {email} gaat een brief. Druk daarin op de knop, dan ben je aangemeld.',
    missing: 'Hier is niets', missing_text: 'Dit adres bestaat niet, of niet meer. Misschien vind je het zo:',
    trouble: 'Even geen antwoord', retry: 'Probeer het opnieuw', offline: 'Je bent offline. Zodra er verbinding is, gaat het vanzelf verder.',
    slow: 'Het antwoord laat te lang op zich wachten.', silent: 'De server is niet te bereiken.',
    busy: 'Het is hier nu erg druk. Wacht even.', broken: 'Er ging iets mis aan onze kant.',
  },
  en: {
    skip: 'Skip to the content', menu: 'Menu', below: 'Below {label}', home: 'To the front page', start: 'gql-server runs here',
    search: 'Search', search_again: 'Search again', search_label: 'Search all posts', results: 'Search: {words}',
    blog: 'All posts', all_posts: 'All posts', post: '1 post', posts: '{n} posts', by: 'by',
    older: 'Older', newer: 'Newer', pages: 'Older and newer', minutes: '{n} min. read',
    previous: 'Previous', next: 'Next', beside: 'Previous and next post',
    tag: 'Topic', tags: 'Topics', author: 'Author', authors: 'Authors', archive: 'Archive',
    empty: 'There is nothing here yet. Come back soon.', nothing: 'Nothing was found here.',
    talk: 'Comments', comment: '1 comment', comments: '{n} comments', no_comments: 'No comments yet',
    answer: '1 reply', answers: '{n} replies', more_comments: 'More comments', comment_of: 'Comment by {name}',
    reply: 'Reply', leave: 'Leave a comment', closed: 'Comments are closed.',
    comments_silent: 'The comments could not be fetched.',
    comment_label: 'Your comment', name: 'Name', email: 'E-mail address', email_hint: 'Not shown to anybody.', website: 'Website',
    optional: 'optional', send: 'Post comment', send_reply: 'Post reply', cancel: 'Cancel', sending: 'One moment …',
    shown: 'Thank you. Your comment is on the page.', held: 'Thank you. Your comment waits until an editor has read it.',
    waits: 'Waits for an editor; only you see this now.',
    confirm: 'Thank you. A letter comes to your address: your comment appears when you follow its link.',
    waits_for_you: 'Waits until you have followed the link in the letter; only you see this now.',
    notify: 'Write to me when somebody replies', preview: 'This is a preview: only who has the link sees it.', kept: 'What you wrote is still there.',
    newsletter: 'Send me the newsletter', subscribe: 'Sign me up',
    letter: 'Look in your mailbox: a letter goes to {email}. Press the button in it, and you are signed up.',
    missing: 'Nothing here', missing_text: 'This address does not exist, or not any more. Perhaps you find it this way:',
    trouble: 'No answer just now', retry: 'Try again', offline: 'You are offline. It goes on by itself as soon as there is a connection.',
    slow: 'The answer takes too long.', silent: 'The server cannot be reached.',
    busy: 'It is very busy here. Wait a moment.', broken: 'Something went wrong on our side.',
  },
};

locale = spoken(navigator.languages);
document.documentElement.lang = tongue();
show();
