// Asks the graph and shows its answer below the query; without it the forms open the answer themselves.
"use strict";

const words = document.querySelector("main").dataset;
const LONGEST_COLOURED = 200000;
const TOKENS = /("(?:[^"\\]|\\.)*")(\s*:)?|\b(?:true|false|null)\b|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g;

document.getElementById("address").textContent = new URL("/graphql", location.href).href;
for (const card of document.querySelectorAll(".card")) {
  const form = card.querySelector("form"), copy = card.querySelector(".copy"), name = copy.textContent;
  card.querySelector("kbd").hidden = false;
  form.addEventListener("submit", (event) => { event.preventDefault(); ask(card, form); });
  form.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) { event.preventDefault(); form.requestSubmit(); }
  });
  copy.addEventListener("click", async () => {
    copy.textContent = await copied(card.querySelector("pre")) ? words.copied : words.select;
    setTimeout(() => { copy.textContent = name; }, 2500);
  });
}

async function ask(card, form) {
  if (card.ariaBusy === "true") return;
  card.ariaBusy = "true";
  card.querySelector("output").textContent = words.asking;
  const begun = performance.now();
  try {
    const answer = await fetch(form.action, {
      method: "POST",
      headers: { "Content-Type": "application/json", "Accept": "application/graphql-response+json, application/json" },
      body: JSON.stringify({ query: form.elements.query.value }),
      signal: AbortSignal.timeout(15000),
    });
    show(card, await answer.text(), performance.now() - begun);
  } catch {
    tell(card, words.silent, "", true);
  }
  card.ariaBusy = "false";
}

function show(card, text, milliseconds) {
  let answer;
  try { answer = JSON.parse(text); } catch { return tell(card, words.unreadable, text, true); }
  const size = (new Blob([text]).size / 1000).toLocaleString(document.documentElement.lang, { maximumFractionDigits: 1 });
  const error = answer.errors?.[0]?.message;
  const verdict = error ? `${answer.data ? words.partly : words.refused}: ${error}` : words.answered;
  tell(card, `${verdict} · ${Math.round(milliseconds)} ms · ${size} kB`, JSON.stringify(answer, null, 2), Boolean(error));
}

function tell(card, verdict, text, isTrouble) {
  const pre = card.querySelector("pre");
  card.querySelector("output").textContent = verdict;
  card.querySelector(".answer").classList.toggle("trouble", isTrouble);
  pre.hidden = card.querySelector(".copy").hidden = !text;
  pre.replaceChildren(...(text.length > LONGEST_COLOURED ? [text] : coloured(text)));
  pre.scrollTop = 0;
}

function* coloured(text) {
  let from = 0;
  for (const { 0: whole, 1: string, 2: colon, index } of text.matchAll(TOKENS)) {
    const piece = document.createElement("span");
    piece.className = colon ? "key" : string ? "string" : "value";
    piece.textContent = string ?? whole;
    yield text.slice(from, index);
    yield piece;
    from = index + piece.textContent.length;
  }
  yield text.slice(from);
}

async function copied(pre) {
  try { await navigator.clipboard.writeText(pre.textContent); return true; } catch { getSelection().selectAllChildren(pre); return false; }
}
