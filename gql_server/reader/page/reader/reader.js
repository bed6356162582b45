// The reader's page: the way from address to address, and what is shown at each.

import { ask, AUTHOR, MASTHEAD, MINE, POST, POSTS, said, say, SEARCH, STANDING, THREADS, Trouble } from './asking.js';
import { closeAll, menu, opener } from './menus.js';
import { conversation, newsletterForm } from './talk.js';
import { counted, h, know, link, local, locale, renew, says, site, time, tongue } from './words.js';

const START = document.querySelector('link[rel=help]')?.href; // of a server in development
const PAGE = 12; // posts
const [header, main, footer] = ['header', 'main', 'footer'].map((name) => document.querySelector(name));

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
let masthead, here = new URL(location), turn = 0, isFirst = true;
let isServed = main.ariaBusy !== 'true'; // a server may have filled the page in, for who runs no scripts or waits for them

// A browser knows where it left a page that it loads again.
addEventListener('pagehide', () => { history.scrollRestoration = 'auto'; });
addEventListener('popstate', () => {
  if (address(location) === address(here)) return; // a fragment of the same page
  show(new URL(location), { top: heights.get(history.state?.key) });
});
addEventListener('online', () => main.querySelector('.trouble') && show());
// Of a picture that is gone its words are shown, or nothing; what goes wrong with one does not bubble.
const gone = (img) => (img.alt ? img.classList.add('gone') : (img.closest('figure.lead') ?? img).remove());
main.addEventListener('error', ({ target }) => target.localName === 'img' && gone(target), true);
for (const img of main.querySelectorAll('img')) if (img.complete && !img.naturalWidth) img.decode().catch(() => gone(img));
document.addEventListener('click', (event) => {
  const link = event.target.closest?.('a[href]');
  const isPlain = event.button === 0 && !(event.metaKey || event.ctrlKey || event.shiftKey || event.altKey);
  if (!link || !isPlain || event.defaultPrevented || link.target || /help|nofollow|alternate/.test(link.rel)) return;
  const to = new URL(local(link.href), location);
  if (to.origin !== location.origin || (to.hash && address(to) === address(here))) return;
  event.preventDefault();
  go(to);
});

function go(to) {
  heights.set(history.state?.key, scrollY);
  history.scrollRestoration = 'manual';
  show(to, { isNew: true });
}

const address = ({ pathname, search }) => pathname + search;

/** Show what lives at an address; a new one enters the history when it is known what lives there. */
async function show(to = here, { top = 0, isNew = false } = {}) {
  const mine = ++turn, isQuiet = isServed && !isNew, isFurther = isNew || !isFirst;
  const isPart = /[?&](comments|thread)=/.test(to.search); // of a conversation: the server shows it
  if (!isQuiet) main.ariaBusy = 'true';
  here = to;
  let view;
  try {
    masthead ??= ask(MASTHEAD, { language: locale ?? null });
    const [head, found] = await Promise.all([masthead, isPart && isFurther ? null : find(to)]);
    if (mine !== turn) return;
    if (isQuiet && (isPart || hasBegun())) return;
    furnish(head);
    // The server may know more of this address than the graph: an old path, or a page of its own.
    if (!found && isFurther) return isNew ? location.assign(to) : location.reload();
    view = found?.() ?? missing();
  } catch (error) {
    if (mine !== turn) return;
    if (!(error instanceof Trouble)) console.error(error);
    if (!site) masthead = undefined;
    if (isQuiet) return;
    view = trouble(error instanceof Trouble ? error.message : 'broken');
  }
  if (isNew) history.pushState({ key: Math.random() }, '', to);
  else if (to.href !== location.href) history.replaceState(history.state, '', to);
  place(view, { top, isQuiet });
}

/** Whoever has begun to do something with what the server gave goes on with that. */
const hasBegun = () => ![document.body, aimed()].includes(document.activeElement)
  || [...document.querySelectorAll('input')].some((one) => one.value !== one.defaultValue);

/** Ask for what lives at an address; give what shows it, or nothing. */
async function find(to) {
  const path = decoded(to.pathname.replace(/\/+$/, '') || '/');
  const [view, parts] = VIEWS.map(([pattern, view]) => [view, pattern.exec(path)]).find(([, parts]) => parts);
  try {
    return await view(...parts);
  } catch (error) {
    if (error.cause !== 'BAD_USER_INPUT') throw error;
    if (!to.searchParams.has('after') && !to.searchParams.has('before')) return null;
    // A page of a list that is none: the list itself is there.
    for (const cursor of ['after', 'before']) to.searchParams.delete(cursor);
    return find(to);
  }
}

function place({ title, body, isFront, kind }, { top, isQuiet }) {
  const parts = body.flat().filter(Boolean);
  if (isQuiet) renew(main, parts);
  else {
    document.title = !site || isFront ? title : `${title} – ${site.title}`;
    main.replaceChildren(...parts);
    // What programs were told was of another address.
    for (const told of document.querySelectorAll('title ~ meta, [rel=canonical]')) told.remove();
  }
  document.body.className = isFront ? 'front' : kind ?? '';
  main.ariaBusy = 'false';
  if (site) mark(isFront);
  isServed = false;
  const aim = aimed();
  if (!isQuiet) aim ? aim.scrollIntoView() : scrollTo(0, top);
  if (aim || !isFirst) focus(aim || document.querySelector('h1'));
  isFirst = false;
}

const aimed = () => here.hash && document.getElementById(decoded(here.hash.slice(1)));

const decoded = (text) => { try { return decodeURIComponent(text); } catch { return text; } };

function focus(element) {
  element.tabIndex = -1;
  element.focus({ preventScroll: true });
}

// What is shown

async function front() {
  const { posts } = await ask(POSTS, { first: 7 });
  const more = posts.pageInfo.hasNextPage && h('p', { class: 'more' }, link('/posts', says('all_posts')));
  return () => ({ title: site.title, isFront: true, body: [cards(posts, { hasLead: true }), more] });
}

async function blog() {
  const { posts } = await ask(POSTS, slice());
  return () => listing(says('blog'), posts);
}

async function author(_, slug) {
  const { author } = await ask(AUTHOR, { slug, ...slice() });
  return author && (() => listing(author.name, author.posts, {
    mark: says('author'), lang: site.language,
    before: (author.avatar || author.bioHtml) && h('div', { class: 'about', lang: site.language },
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
  const words = (here.searchParams.get('q')?.trim() ?? '').slice(0, 100); // the graph takes no more
  const found = words && (await ask(SEARCH, { words, ...slice() })).search;
  return () => {
    const box = searchBox('again', words);
    return found ? listing(says('results', { words }), found, { before: box, noun: 'hit', shown: results(found) })
      : { title: says('search'), body: [h('h1', {}, says('search')), box] };
  };
}

async function authors() {
  const { authors } = await masthead;
  return () => ({
    title: says('authors'),
    body: [h('h1', {}, says('authors')), people(authors) || nothingYet()],
  });
}

function people(authors) {
  const found = (authors?.nodes ?? []).filter(({ postCount }) => postCount !== 0);
  return found.length > 0 && h('ul', { class: 'people' }, found.map(withCount(({ name }) => name)));
}

const withCount = (named) => (one) =>
  h('li', {}, link(one.path, named(one), { dir: 'auto' }), ' ', h('span', {}, counted('post', one.postCount)));

async function archive() {
  const { tags, archiveMonths } = await masthead;
  return () => ({
    title: says('archive'),
    body: [
      h('h1', {}, says('archive')),
      !archiveMonths?.length && nothingYet(),
      h('div', { class: 'years' }, years(archiveMonths).map(([year, months]) => [
        h('h2', {}, year),
        h('ul', {}, months.map(withCount(({ label }) => label))),
      ])),
      tags?.length > 0 && [h('h2', {}, says('tags')), tagList(tags, (tag) => ` ${tag.postCount}`)],
    ],
  });
}

async function standing(path) {
  const to = here, token = to.searchParams.get('preview');
  const [{ page, post: moved }, mine] = await Promise.all([written(STANDING, path, token), token && isMine(path)]);
  if (moved) {
    to.pathname = moved.path;
    return post(moved.path);
  }
  if (!page) return token ? () => missing('preview_over') : null;
  const preview = token && page.status !== 'PUBLISHED';
  if (token && !preview) to.searchParams.delete('preview');
  return () => ({
    title: page.title,
    kind: 'text',
    body: [preview && previewNote(page.path, mine), h('article', {},
      page.parent && h('p', { class: 'mark', lang: site.language }, link(page.parent.path, page.parent.title)),
      h('h1', { lang: site.language }, page.title),
      h('div', { class: 'prose', lang: site.language, html: page.contentHtml }),
      page.children?.length > 0 && h('ul', { class: 'below', lang: site.language },
        page.children.map((one) => h('li', {}, link(one.path, one.title)))))],
  });
}

async function post(path) {
  const to = here, token = to.searchParams.get('preview');
  const talk = () => ask(THREADS, { path }, said[path] && { cache: 'no-cache' }).catch((error) => error);
  const [{ post }, found, mine] = await Promise.all([
    written(POST, path, token), token ? null : talk(), token && isMine(path),
  ]);
  if (!post) return token ? () => missing('preview_over') : null;
  const preview = token && post.status !== 'PUBLISHED', threads = found ?? (preview ? null : await talk());
  if (token && !preview) to.searchParams.delete('preview'); // everybody may have the address
  if (post.path !== path) to.pathname = post.path;
  const { image } = post;
  return () => ({
    title: post.title,
    kind: 'text',
    body: [
      preview && previewNote(post.path, mine),
      h('article', {},
        h('header', {},
          h('p', { class: 'mark' }, time(post.publishedAt), post.publishedAt && ' · ', says('minutes', { n: post.readingMinutes })),
          h('h1', { lang: site.language }, post.title),
          byline(post.authors)),
        image && h('figure', { class: 'lead' },
          h('img', { src: image.url, alt: image.altText, width: image.width, height: image.height, lang: site.language }),
          image.caption && h('figcaption', { lang: site.language, html: image.caption })),
        h('div', { class: 'prose', lang: site.language, html: post.contentHtml }),
        post.tags?.length > 0 && tagList(post.tags)),
      (post.previous || post.next) && h('nav', { class: 'beside', 'aria-label': says('beside') },
        beside(post.previous, 'previous'), beside(post.next, 'next')),
      !preview && conversation(path, threads, () => show(here, { top: scrollY })),
    ],
  });
}

/** Ask what somebody wrote: the token of a link of theirs shows what is not published yet. */
const written = (document, path, token) => {
  if (!token) return ask(document, { path });
  return /^preview_/.test(token) && say(document, { path }, { Authorization: `Bearer ${token}` }).catch(unproven);
};

const isMine = (path) => say(MINE, { path }).then(({ post, page }) => post ?? page, () => null);

const previewNote = (path, mine) => h('p', { class: 'told', role: 'status' }, says('preview'), ' ',
  mine && link(`/write?${new URLSearchParams({ path })}`, says('to_desk')));

const unproven = (error) => {
  if (error.message !== 'unproven') throw error;
  return {};
};

const beside = (post, which) => post && h('a', { class: which, href: post.path },
  h('span', {}, says(which)), ' ', h('strong', { lang: site.language }, post.title));

function missing(why = 'missing_text') {
  return { title: says('missing'), kind: 'text', body: [
    h('h1', {}, says('missing')), h('p', {}, says(why)),
    h('p', { class: 'press' }, link('/', says('home')), link('/archive', says('archive'))), searchBox('again', ''),
  ] };
}

function trouble(kind) {
  return { title: says('trouble'), kind: 'text', body: [h('div', { class: 'trouble', role: 'alert' },
    h('h1', {}, says('trouble')), h('p', {}, says(kind)),
    h('p', { class: 'press' }, h('button', { type: 'button', onclick: () => show() }, says('retry'))))] };
}

/** Show a page of a list, of posts if nothing else is said, with the ways to the pages beside it. */
function listing(title, list, { mark, lang, before, noun = 'post', shown = cards(list) } = {}) {
  const { hasNextPage, endCursor, hasPreviousPage, startCursor } = list.pageInfo;
  const [back, on] = noun === 'post' ? ['newer', 'older'] : ['back', 'on'];
  return { title, body: [
    h('header', { class: 'heading' },
      mark && h('p', { class: 'mark' }, mark),
      h('h1', { lang }, title),
      h('p', { class: 'quiet' }, counted(noun, list.totalCount ?? 0))),
    before,
    shown,
    (hasNextPage || hasPreviousPage) && h('nav', { class: 'beside', 'aria-label': says('pages') },
      hasNextPage && link(turned({ after: endCursor }), says(on), { class: 'previous', rel: 'next' }),
      hasPreviousPage && link(turned({ before: startCursor }), says(back), { class: 'next', rel: 'prev' })),
  ] };
}

function results({ edges }) {
  if (!edges.length) return h('p', {}, says('nothing'));
  return h('ol', { class: 'results' }, edges.map(({ node, snippetHtml }) => h('li', { class: 'card' },
    h('p', { class: 'mark' }, node.publishedAt ? time(node.publishedAt) : says(node.__typename.toLowerCase())),
    h('h2', { lang: site.language }, link(node.path, node.label)),
    h('p', { class: 'excerpt', lang: site.language, html: snippetHtml }))));
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
  if (!nodes.length) return nothingYet();
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

const nothingYet = () => h('p', { class: 'quiet' }, says('empty'));

function byline(authors, more) {
  let number = 0;
  const names = new Intl.ListFormat(locale).formatToParts((authors ?? []).map(({ name }) => name));
  const parts = names.map(({ type, value }) => (type === 'element' ? link(authors[number++].path, value, { dir: 'auto' }) : value));
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

// What stands around every page

/** Fill in the head and the foot of the page, once. */
function furnish(head) {
  if (site) return;
  know(head.site);
  document.documentElement.lang = tongue();
  document.querySelector('.skip')?.remove();
  document.body.prepend(h('a', { class: 'skip', href: '#content' }, says('skip')));
  const panel = h('div', { id: 'panel', class: 'panel' },
    site.menu && h('nav', { 'aria-label': says('menu') }, menu(site.menu.items)), searchBox('find', ''));
  header.replaceChildren(h('p', { class: 'brand' }), opener(says('menu'), panel, header, 'menu', says('menu')), panel);
  footer.replaceChildren(
    h('div', { class: 'band' },
      part('newsletter', says('newsletter'), newsletterForm()),
      part('authors', link('/authors', says('authors')), people(head.authors)),
      part('archive', link('/archive', says('archive')), head.archiveMonths?.length > 0 &&
        h('dl', {}, years(head.archiveMonths).map(([year, months]) => [h('dt', {}, year),
          h('dd', {}, months.map((month) => [link(month.path, month.label.replace(year, '').trim()), ' ']))])))),
    h('div', { class: 'foot' },
      h('p', { lang: site.language }, site.title),
      site.footer?.items.length && menu(site.footer.items),
      h('p', {}, h('a', { href: '/feed.xml', rel: 'alternate' }, 'RSS')),
      START && h('p', {}, h('a', { href: START, rel: 'help' }, says('start')))));
}

const part = (id, heading, body) => body && h('section', { 'aria-labelledby': id }, h('h2', { id }, heading), body);

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

document.documentElement.lang = tongue();
show();
