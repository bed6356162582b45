// What everything on the page is made of: the site, words and elements.

export let site, locale; // none are known at first

/** Know the site; its language is spoken when the reader's is not. */
export function know(found) {
  site = found;
  locale ??= spoken([site.language]) ?? 'en';
}

// Addresses

/** Write an address of the publication as a path of this page, wherever this page is served. */
export function local(url) {
  const rest = site && url.startsWith(site.url) ? url.slice(site.url.length) : null;
  return rest === '' ? '/' : rest?.startsWith('/') ? rest : url;
}

/** Make a path that stands in a text absolute: it begins at the publication, not at this page. */
function absolute(path) {
  try { return path.startsWith('/') ? new URL(path, site.url).href : path; } catch { return path; }
}

// Elements

/** Read HTML of the graph, in a template: nothing is fetched before its addresses are right. */
function read(html) {
  const template = document.createElement('template');
  template.innerHTML = html;
  const change = (name, how) => {
    for (const one of template.content.querySelectorAll(`[${name}]`)) one.setAttribute(name, how(one.getAttribute(name)));
  };
  change('src', absolute);
  change('srcset', (choices) => choices.replace(/(^|,\s*)(\S+)/g, (_, gap, path) => gap + absolute(path)));
  change('href', (path) => local(absolute(path)));
  return template.content;
}

/** Make an element; text stays text, and only what the graph calls HTML, sanitised there, is read as HTML. */
export function h(name, attributes, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (key === 'lang') element.dir = 'auto'; // another language may run the other way
    if (key === 'html') element.append(read(value));
    else if (key.startsWith('on')) element.addEventListener(key.slice(2), value);
    else element.setAttribute(key, value === true ? '' : value);
  }
  element.append(...children.flat(3).filter((child) => child || child === 0));
  return element;
}

/** Put parts in the place of others, but for what says the same and has no button: somebody may read there. */
export function renew(place, parts) {
  const given = [...place.children], said = ({ textContent }) => textContent.replace(/\s+/g, '');
  if (given.length !== parts.length) return place.replaceChildren(...parts);
  given.forEach((old, number) => {
    const part = parts[number];
    if (part.querySelector('button') || said(part) !== said(old)) old.replaceWith(part);
  });
}

export const link = (href, text, more = {}) => h('a', { href, ...more }, text);

/** Write a moment as the server does. */
export function time(moment, parts = { dateStyle: 'long' }) {
  if (!moment) return null; // a draft
  const shown = Object.entries(parts).map(([name, style]) =>
    new Date(moment).toLocaleString(tongue() === 'en' ? 'en-GB' : locale, { [name]: style, timeZone: site.timeZone }));
  return h('time', { datetime: moment }, shown.join(', '));
}

// Words

/** Give the first of some languages that the page speaks. */
function spoken(tags) {
  return tags.find((tag) => tag.split('-')[0] in WORDS);
}

export const tongue = () => (locale ?? 'en').split('-')[0];

export function says(name, facts = {}) {
  return WORDS[tongue()][name].replace(/\{(\w+)\}/g, (_, fact) => facts[fact]);
}

export const counted = (noun, n) => says(n === 1 ? noun : `${noun}s`, { n: n.toLocaleString(locale) });

// As JSON, which the server reads too: it says the same to who runs no scripts.
const WORDS = {
  "nl": {
    "skip": "Naar de inhoud", "menu": "Menu", "below": "Onder {label}", "home": "Naar de voorpagina", "start": "Hier draait gql-server",
    "search": "Zoek", "search_again": "Zoek opnieuw", "search_label": "Zoek op deze site", "results": "Gezocht: {words}",
    "hit": "1 gevonden", "hits": "{n} gevonden", "page": "Pagina", "back": "Vorige gevonden", "on": "Meer gevonden",
    "blog": "Alle berichten", "all_posts": "Alle berichten", "post": "1 bericht", "posts": "{n} berichten", "by": "door",
    "older": "Ouder", "newer": "Nieuwer", "pages": "Ouder en nieuwer", "minutes": "{n} min. lezen",
    "previous": "Vorige", "next": "Volgende", "beside": "Vorig en volgend bericht",
    "tag": "Onderwerp", "tags": "Onderwerpen", "author": "Auteur", "authors": "Auteurs", "archive": "Archief",
    "empty": "Er staat nog niets in. Kom gauw terug.", "nothing": "Hier is niets gevonden.",
    "talk": "Reacties", "comment": "1 reactie", "comments": "{n} reacties", "no_comments": "Nog geen reacties",
    "answer": "1 antwoord", "answers": "{n} antwoorden", "more_comments": "Meer reacties", "comment_of": "Reactie van {name}", "edited": "bewerkt om", "change": "Wijzig of haal weg",
    "reply": "Antwoord", "leave": "Laat een reactie achter", "closed": "Reageren kan hier niet meer.",
    "comments_silent": "De reacties konden niet worden opgehaald.",
    "comment_label": "Je reactie", "name": "Naam", "email": "E-mailadres", "email_hint": "Wordt niet getoond.", "website": "Website",
    "answer_as": "Je reageert als {name}.", "optional": "hoeft niet", "required": "Vul dit nog in.", "send": "Plaats reactie", "send_reply": "Plaats antwoord", "cancel": "Toch niet", "sending": "Even wachten …",
    "shown": "Dank je. Je reactie staat erbij.", "held": "Dank je. Je reactie wacht tot iemand van de redactie hem heeft gelezen.",
    "waits": "Wacht op de redactie; alleen jij ziet dit nu.",
    "confirm": "Dank je. Er komt een brief naar je adres: je reactie verschijnt als je de link daarin volgt.",
    "waits_for_you": "Wacht tot je de link in de brief hebt gevolgd; alleen jij ziet dit nu.",
    "notify": "Schrijf me als er iemand antwoordt", "prove": "Er komt een brief: bevestig daarmee dat je van antwoorden wilt horen.",
    "preview_over": "Deze link toont niets meer.",
    "preview": "Dit is een voorbeeld: alleen wie de link heeft ziet het.", "to_desk": "Terug naar je schrijftafel", "kept": "Wat je schreef staat er nog.",
    "newsletter": "Ik wil de nieuwsbrief ontvangen", "subscribe": "Meld me aan",
    "letter": "Kijk in je mailbox: naar {email} gaat een brief. Druk daarin op de knop, dan ben je aangemeld.",
    "code": "Code uit de brief", "code_send": "Bevestig",
    "confirmed": "Je bent aangemeld.",
    "missing": "Hier is niets", "missing_text": "Dit adres bestaat niet, of niet meer. Misschien vind je het zo:",
    "trouble": "Even geen antwoord", "retry": "Probeer het opnieuw", "offline": "Je bent offline. Zodra er verbinding is, gaat het vanzelf verder.",
    "slow": "Het antwoord laat te lang op zich wachten.", "silent": "De server is niet te bereiken.",
    "busy": "Het is hier nu erg druk. Wacht even.", "broken": "Er ging iets mis aan onze kant."
  },
  "en": {
    "skip": "Skip to the content", "menu": "Menu", "below": "Below {label}", "home": "To the front page", "start": "gql-server runs here",
    "search": "Search", "search_again": "Search again", "search_label": "Search this site", "results": "Search: {words}",
    "hit": "1 found", "hits": "{n} found", "page": "Page", "back": "Results before", "on": "More results",
    "blog": "All posts", "all_posts": "All posts", "post": "1 post", "posts": "{n} posts", "by": "by",
    "older": "Older", "newer": "Newer", "pages": "Older and newer", "minutes": "{n} min. read",
    "previous": "Previous", "next": "Next", "beside": "Previous and next post",
    "tag": "Topic", "tags": "Topics", "author": "Author", "authors": "Authors", "archive": "Archive",
    "empty": "There is nothing here yet. Come back soon.", "nothing": "Nothing was found here.",
    "talk": "Comments", "comment": "1 comment", "comments": "{n} comments", "no_comments": "No comments yet",
    "answer": "1 reply", "answers": "{n} replies", "more_comments": "More comments", "comment_of": "Comment by {name}", "edited": "edited at", "change": "Change or take back",
    "reply": "Reply", "leave": "Leave a comment", "closed": "Comments are closed.",
    "comments_silent": "The comments could not be fetched.",
    "comment_label": "Your comment", "name": "Name", "email": "E-mail address", "email_hint": "Not shown to anybody.", "website": "Website",
    "answer_as": "You answer as {name}.", "optional": "optional", "required": "Fill this in.", "send": "Post comment", "send_reply": "Post reply", "cancel": "Cancel", "sending": "One moment …",
    "shown": "Thank you. Your comment is on the page.", "held": "Thank you. Your comment waits until an editor has read it.",
    "waits": "Waits for an editor; only you see this now.",
    "confirm": "Thank you. A letter comes to your address: your comment appears when you follow its link.",
    "waits_for_you": "Waits until you have followed the link in the letter; only you see this now.",
    "notify": "Write to me when somebody replies", "prove": "A letter comes: confirm by it that you want to hear of replies.",
    "preview_over": "This link shows nothing any more.",
    "preview": "This is a preview: only who has the link sees it.", "to_desk": "Back to your desk", "kept": "What you wrote is still there.",
    "newsletter": "Send me the newsletter", "subscribe": "Sign me up",
    "letter": "Look in your mailbox: a letter goes to {email}. Press the button in it, and you are signed up.",
    "code": "Code in the letter", "code_send": "Confirm",
    "confirmed": "You are signed up.",
    "missing": "Nothing here", "missing_text": "This address does not exist, or not any more. Perhaps you find it this way:",
    "trouble": "No answer just now", "retry": "Try again", "offline": "You are offline. It goes on by itself as soon as there is a connection.",
    "slow": "The answer takes too long.", "silent": "The server cannot be reached.",
    "busy": "It is very busy here. Wait a moment.", "broken": "Something went wrong on our side."
  }
};

locale = spoken(navigator.languages);
