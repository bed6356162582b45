// What a front end of this blog asks for; graphql-codegen makes its types and its manifest.
import type { ResultOf } from '@graphql-typed-document-node/core';
import { readFragment } from './gql/index.js';
import { graphql } from './gql/index.js';

export const Card = graphql(`
  fragment Card on Post {
    id title path publishedAt excerpt(length: 120)
    authors { name path }
    image { url(width: 320) altText }
  }
`);

export const Feed = graphql(`
  query Feed($first: Int!, $after: String, $filter: PostFilter) {
    posts(first: $first, after: $after, filter: $filter) {
      edges { cursor node { id ...Card } }
      pageInfo { hasNextPage endCursor }
      totalCount
    }
    archiveMonths { month label postCount }
  }
`);

export const OnePost = graphql(`
  query OnePost($by: PostLookup!) {
    post(by: $by) {
      ...Card
      contentHtml
      blocks { __typename ... on ParagraphBlock { html } ... on ImageBlock { image { url(width: 640) altText } } }
      comments(first: 20) { nodes { id contentHtml author { name } } }
    }
  }
`);

export const AddComment = graphql(`
  mutation AddComment($input: AddCommentInput!) {
    addComment(input: $input) { comment { id status } errors { __typename ... on UserError { code message path } } }
  }
`);

export const Subscribe = graphql(`
  mutation Subscribe($input: SubscribeInput!) {
    subscribe(input: $input) { confirmationSentTo errors { __typename ... on UserError { code message path } } }
  }
`);

export const CommentAdded = graphql(`
  subscription CommentAdded($postId: ID) {
    commentAdded(postId: $postId) { commentEdge { cursor node { id contentHtml } } post { id } }
  }
`);

export function titles(feed: ResultOf<typeof Feed>): string[] {
  return (feed.posts?.edges ?? []).map(({ node }) => readFragment(Card, node).title);
}
