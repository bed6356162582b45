// Puts a picture that was kept into the text, where the cursor is; without this script it is copied there.

const [text, piece, put] = ['#text', '#picture code', '#put'].map((name) => document.querySelector(name));
const key = `cursor ${location.pathname}`;
let at = Number(sessionStorage.getItem(key) ?? text.value.length);

text.addEventListener('blur', () => { at = text.selectionEnd; });
// To keep a picture opens the page anew.
text.form.addEventListener('submit', () => sessionStorage.setItem(key, at));

if (put) {
  put.hidden = false;
  put.addEventListener('click', () => {
    const [before, after] = [text.value.slice(0, at), text.value.slice(at)];
    const isBehindWords = !/(^|\n)$/.test(before) && /^(\n|$)/.test(after);
    text.focus();
    text.setSelectionRange(at, at);
    // As if it were typed, so that it can be undone.
    document.execCommand('insertText', false, (isBehindWords ? '\n\n' : '') + piece.textContent);
  });
}
