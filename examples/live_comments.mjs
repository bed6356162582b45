// Print each comment as it is made, and stay through lost lines: node live_comments.mjs [GRAPH]
import { createClient } from 'graphql-sse';

const url = process.argv[2] ?? 'http://127.0.0.1:8000/graphql';
const COMMENTS = /* GraphQL */ `
  subscription Comments {
    commentAdded { commentEdge { node { contentText author { name } } } post { title } }
  }
`;

const client = createClient({ url, retryAttempts: Infinity });

for await (const { data, errors } of client.iterate({ query: COMMENTS })) {
  if (errors) throw new Error(errors[0].message);
  const { commentEdge, post } = data.commentAdded;
  console.log(`${commentEdge.node.author.name} on “${post.title}”: ${commentEdge.node.contentText}`);
}
