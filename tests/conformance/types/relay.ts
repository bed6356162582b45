// What Relay asks of a schema: paging both ways, refetching by id, edges from events, errors where null means one.
import { graphql } from 'relay-runtime';

export const feed = graphql`
  query relayFeedQuery($first: Int!) {
    ...relayFeed_query @arguments(first: $first)
    site { title menu { items { label url items { label url } } } }
  }
`;

export const feedFragment = graphql`
  fragment relayFeed_query on Query
  @refetchable(queryName: "relayFeedPaginationQuery")
  @argumentDefinitions(
    first: { type: "Int", defaultValue: 10 }
    after: { type: "String" }
    last: { type: "Int" }
    before: { type: "String" }
  ) {
    posts(first: $first, after: $after, last: $last, before: $before) @connection(key: "relayFeed_posts") {
      edges { node { id ...relayPost_post ...relayStrict_post } }
    }
  }
`;

export const post = graphql`
  fragment relayPost_post on Post
  @refetchable(queryName: "relayPostRefetchQuery")
  @argumentDefinitions(count: { type: "Int", defaultValue: 5 }, cursor: { type: "String" }) {
    title
    publishedAt
    blocks { __typename ... on ParagraphBlock { html } ... on ImageBlock { image { url(width: 640) altText } } }
    comments(first: $count, after: $cursor) @connection(key: "relayPost_comments") {
      edges { node { id contentHtml author { name } } }
    }
  }
`;

export const strict = graphql`
  fragment relayStrict_post on Post @throwOnFieldError {
    authors { name }
    image @required(action: NONE) { url }
  }
`;

export const add = graphql`
  mutation relayAddCommentMutation($input: AddCommentInput!) {
    addComment(input: $input) {
      comment { id contentHtml }
      errors { __typename ... on UserError { code message path } }
    }
  }
`;

export const live = graphql`
  subscription relayCommentAddedSubscription($postId: ID!, $connections: [ID!]!) {
    commentAdded(postId: $postId) {
      commentEdge @appendEdge(connections: $connections) { node { id contentHtml } }
    }
  }
`;
