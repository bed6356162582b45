// Brings what GraphiQL asks to the graph: by POST, and what is live by server-sent events.
import { getOperationAST, parse } from "graphql";
import { createClient } from "graphql-sse";

const MEDIA = "application/graphql-response+json, application/json;q=0.9";

export function fetcherFor(url) {
  return (question, { headers } = {}) => {
    const operation = operationOf(question);
    const asked = { ...question, operationName: operation ? operation.name?.value : question.operationName };
    return operation?.operation === "subscription" ? listen(url, asked, headers) : ask(url, asked, headers);
  };
}

// For a moment after another tab was chosen, GraphiQL knows the operation of the one before.
function operationOf({ query, operationName }) {
  try {
    const document = parse(query);
    return getOperationAST(document, operationName) ?? getOperationAST(document);
  } catch {
    return null; // the graph says what is wrong with it
  }
}

async function ask(url, question, headers) {
  const answer = await fetch(url, {
    method: "POST",
    headers: { "Content-Type": "application/json", Accept: MEDIA, ...headers },
    body: JSON.stringify(question),
  });
  return answer.json();
}

function listen(url, question, headers) {
  // One that cannot begin is told at once, and not tried again behind somebody's back.
  const client = createClient({ url, headers, retryAttempts: 0 });
  return {
    subscribe(reader) {
      const next = (result) => reader.next(result);
      const complete = () => reader.complete();
      const error = async (trouble) => reader.error(await reasonOf(trouble));
      return { unsubscribe: client.subscribe(question, { next, error, complete }) };
    },
  };
}

async function reasonOf(trouble) {
  try {
    return (await trouble.response.json()).errors;
  } catch {
    return trouble;
  }
}
