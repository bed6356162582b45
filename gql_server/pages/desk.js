// At the desk: a picture that was kept is put into the text, where the cursor is, and nobody leaves what is not
// saved without being asked. Without this script the picture is copied there.

const [text, piece, put, file] = ['#text', '#picture code', '#put', '#file']
  .map((name) => document.querySelector(name));
const key = `cursor ${location.pathname}`;
let at = Number(sessionStorage.getItem(key) ?? text.value.length);
let isSent = false;

text.addEventListener('blur', () => { at = text.selectionEnd; });
text.form.addEventListener('submit', () => {
  isSent = true;
  sessionStorage.setItem(key, at); // to keep a picture opens the page anew
});
addEventListener('pageshow', () => { isSent = false; }); // whoever comes back writes on
addEventListener('beforeunload', (event) => {
  const isChanged = [...text.form.elements].some(({ value, defaultValue }) => value !== (defaultValue ?? value));
  if (isChanged && !isSent) event.preventDefault();
});

// Who chose a picture that is too large is told before it is sent, and their words with it.
file.addEventListener('change', () => {
  file.setCustomValidity(file.files[0]?.size > Number(file.dataset.most) ? file.dataset.large : '');
  file.reportValidity();
});

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
