// What readers send: comments in a conversation, an address for the newsletter, and the forms of these.

import { ADD_COMMENT, ask, change, CONFIRM, FORM, REPLIES, said, say, SUBSCRIBE, THREADS, Trouble } from './asking.js';
import { counted, h, link, says, time, tongue } from './words.js';

export function conversation(path, threads, retry) {
  const heading = h('h2', { id: 'conversation' });
  const section = h('section', { class: 'conversation', 'aria-labelledby': 'conversation' }, heading);
  if (threads instanceof Error || !threads.post) {
    heading.textContent = says('talk');
    section.append(h('p', {}, says('comments_silent')), h('p', { class: 'press' },
      h('button', { type: 'button', onclick: retry }, says('retry'))));
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
  const { author } = comment, token = !comment.editedAt && said[comment.id]; // which other words would have made void
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
        h('b', { dir: 'auto' }, name), author.author && [' ', h('span', { class: 'badge' }, says('author'))], ' ',
        link(hash, time(comment.createdAt, { dateStyle: 'long', timeStyle: 'short' }), { class: 'quiet' }),
        comment.editedAt && [' · ', h('span', { class: 'quiet' }, says('edited'), ' ',
          time(comment.editedAt, { timeStyle: 'short' }))]),
      note && h('p', { class: 'note' }, note),
      h('div', { class: 'said', dir: 'auto', html: comment.contentHtml }),
      token && h('p', {}, link(`/comment/edit/${token}`, says('change'), { class: 'plain', rel: 'nofollow' })),
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
const writer = {}; // who wrote before, or is signed in, for the next comment of this visit

function commentForm(talk, list, { comment, cancel } = {}) {
  const form = formOf({
    fields: [{ name: 'content', label: says('comment_label'), isLong: true }],
    sender: guestFields(),
    button: says(comment ? 'send_reply' : 'send'),
    cancel,
    ready: () => meeting.over(),
    send: async ({ authorWebsite, notifyReplies, ...rest }) => {
      const input = {
        postId: talk.postId, parentId: comment?.id, authorWebsite: authorWebsite || undefined,
        notifyReplies: Boolean(notifyReplies), formToken: await meeting.token(), ...rest,
      };
      const { addComment } = await change(ADD_COMMENT, input);
      if (addComment.errors.some(({ path }) => path?.at(-1).startsWith('author'))) meeting.isWithGuest();
      return addComment;
    },
    done: (payload, { content: _, ...who }) => {
      const fate = FATES[payload.fate] ?? FATES.HELD;
      Object.assign(writer, who);
      said[payload.comment.id] = payload.editToken ?? '';
      const item = remark(payload.comment, talk, fate.note && says(fate.note));
      list.append(item);
      said[talk.path] = true;
      if (payload.fate === 'PUBLISHED') recount(talk, 1);
      cancel?.();
      form.elements.content.value = '';
      item.querySelector('article').focus();
      return [fate.says, who.notifyReplies && fate !== FATES.CONFIRM_ADDRESS && 'prove'].filter(Boolean).map(says).join(' ');
    },
  });
  const meeting = meet(form, talk.postId);
  return form;
}

const guestFields = () => [
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
];

/** Find out who begins to fill in a form: guests are asked who they are, authors who are signed in are known. */
function meet(form, postId) {
  const asked = form.querySelector('.sender'), known = h('p', { class: 'field hint' });
  let coming; // a guest's token, with when it came; it tells the site that a person filled the form in
  const isWith = (author) => {
    if (author) known.textContent = says('answer_as', { name: author.name });
    const [old, right] = author ? [asked, known] : [known, asked];
    const isLeft = old.contains(document.activeElement);
    old.replaceWith(right);
    if (isLeft) form.elements.content.focus();
    writer.author = author;
  };
  form.addEventListener('focusin', () => {
    coming ??= say(FORM, { postId }).then(({ commentForm, viewer }) => {
      isWith(viewer?.author);
      return viewer?.author ? null : { ...commentForm, since: Date.now() };
    }, () => null);
  });
  if (writer.author) isWith(writer.author);
  return {
    over: () => coming, // the form asks for the right things from here on
    token: async () => ripe(await coming),
    isWithGuest() { // as somebody is who was signed out meanwhile
      if (!writer.author) return;
      coming = null;
      isWith(null);
    },
  };
}

/** Give a token when it may be used: whoever is quicker than two seconds is taken for a machine. */
async function ripe(found) {
  if (!found?.token) return undefined;
  await new Promise((resolve) => { setTimeout(resolve, found.since + 2200 - Date.now()); });
  return found.token;
}

export function newsletterForm() {
  let code;
  const form = formOf({
    fields: [{ name: 'email', label: says('email'), type: 'email', autocomplete: 'email' }],
    button: says('subscribe'),
    send: async (filled) => (await change(SUBSCRIBE, { ...filled, language: tongue(), source: 'reader' })).subscribe,
    done: ({ confirmationSentTo }) => {
      form.reset();
      code?.remove();
      code = codeForm(confirmationSentTo, () => tell(form.lastChild, ''));
      code.prepend(document.querySelector('template')?.content.cloneNode(true) ?? ''); // to letters that are not sent
      form.after(code);
      return says('letter', { email: confirmationSentTo });
    },
  });
  return form;
}

/** For who reads the letter elsewhere, and types its code here. */
function codeForm(email, confirmed) {
  const form = formOf({
    fields: [{ name: 'proof', label: says('code'), inputmode: 'numeric', autocomplete: 'one-time-code' }],
    button: says('code_send'),
    send: async ({ proof, ...more }) =>
      (await change(CONFIRM, { ...more, proof: { code: { email, code: proof } } })).confirmSubscription,
    done: () => {
      form.replaceChildren(form.lastChild);
      confirmed();
      return says('confirmed');
    },
  });
  return form;
}

// Forms

let forms = 0;

/**
 * Make a form that sends itself once however often it is tried, and tells beside each field what is wrong.
 * What it asks about who sends it stands together. Nothing is sent while a field is empty that may not be.
 */
function formOf({ fields, sender, button, cancel, ready, send, done }) {
  const number = ++forms;
  const told = h('p', { class: 'told', role: 'status', tabindex: -1 });
  const submit = h('button', { type: 'submit' }, button);
  const made = (field) => fieldOf(field, `f${number}-${field.name}`);
  const form = h('form', { novalidate: true },
    fields.map(made), sender && h('div', { class: 'sender' }, sender.map(made)),
    h('p', { class: 'press' }, submit,
      cancel && h('button', { type: 'button', class: 'plain', onclick: cancel }, says('cancel'))),
    told);
  let command = newId();
  form.addEventListener('submit', async (event) => {
    event.preventDefault();
    if (form.ariaBusy === 'true') return;
    correct(form, []);
    tell(told, says('sending'));
    form.ariaBusy = 'true';
    try {
      await ready?.();
      const filled = Object.fromEntries(new FormData(form)), errors = empty(form);
      const payload = errors.length ? { errors } : await send({ ...filled, clientMutationId: command });
      if (payload.errors.length) return tell(told, correct(form, payload.errors), true);
      command = newId();
      tell(told, done(payload, filled));
      if (!submit.isConnected) told.focus(); // what had the focus is gone
    } catch (error) {
      if (!(error instanceof Trouble)) throw error;
      tell(told, `${says(error.message)} ${says('kept')}`, true);
    } finally {
      form.ariaBusy = 'false';
    }
  });
  return form;
}

function fieldOf({ name, label, hint, type = 'text', inputmode, autocomplete, isLong, isOptional, value = '' }, id) {
  if (type === 'checkbox') return h('p', {}, h('label', { class: 'choice' }, h('input', { id, name, type }), ' ', label));
  const describedBy = `${hint ? `${id}-hint ` : ''}${id}-wrong`;
  const about = { id, name, inputmode, autocomplete, required: !isOptional, 'aria-describedby': describedBy };
  return h('div', { class: 'field' },
    h('label', { for: id }, label, isOptional && h('span', {}, ` (${says('optional')})`)),
    hint && h('p', { id: `${id}-hint`, class: 'hint' }, hint),
    isLong ? h('textarea', { ...about, rows: 5 }) : h('input', { ...about, type, value }),
    h('p', { id: `${id}-wrong`, class: 'wrong' }));
}

const empty = (form) => [...form.elements].filter(({ required, value }) => required && !value.trim())
  .map(({ name }) => ({ path: [name], message: says('required') }));

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
