// The menus of the page: what opens and closes, by mouse, by keyboard and by itself.

import { h, link, local, says, site, tongue } from './words.js';

let menus = 0;

export function menu(items, depth = 0) {
  return h('ul', { lang: site.language }, items.map((item) => {
    const below = item.items?.length > 0 && menu(item.items, depth + 1);
    const entry = h('li', {}, link(local(item.url), item.label));
    if (below && depth === 0) {
      below.id = `below-${++menus}`;
      entry.append(opener('', below, entry, 'arrow', says('below', { label: item.label })));
    }
    if (below) entry.append(below);
    return entry;
  }));
}

const openers = [];

/** Make the button that opens and closes a part of the menu. */
export function opener(text, panel, home, kind, label) {
  const toggle = () => { button.ariaExpanded = String(button.ariaExpanded !== 'true'); };
  const about = { type: 'button', class: kind, 'aria-expanded': 'false', 'aria-controls': panel.id, onclick: toggle };
  const button = h('button', { ...about, 'aria-label': text ? null : label, lang: tongue() }, text);
  openers.push({ button, home });
  return button;
}

export function closeAll(except = null) {
  for (const { button, home } of openers) if (!home.contains(except)) button.ariaExpanded = 'false';
}

for (const event of ['focusin', 'click']) document.addEventListener(event, ({ target }) => closeAll(target));
document.querySelector('header').addEventListener('keydown', (event) => {
  if (event.key !== 'Escape') return;
  const inner = openers.findLast(({ button, home }) => button.ariaExpanded === 'true' && home.contains(event.target));
  if (!inner) return;
  inner.button.ariaExpanded = 'false';
  inner.button.focus();
});
