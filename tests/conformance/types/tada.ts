// The same without a generator: gql.tada reads the schema as types.
import { initGraphQLTada, type ResultOf, type VariablesOf } from 'gql.tada';
import type { introspection } from './graphql-env.d.ts';

const graphql = initGraphQLTada<{
  introspection: introspection;
  scalars: { DateTime: string; HTML: string; URL: string; YearMonth: string };
}>();

const OnePost = graphql(`
  query OnePost($by: PostLookup!) {
    post(by: $by) { title publishedAt authors { name } comments(first: 2) { nodes { contentHtml } } }
  }
`);

export const bySlug: VariablesOf<typeof OnePost> = { by: { slug: 'de-klink-blijft-los' } };
// @ts-expect-error A post has no such name.
export const byMood: VariablesOf<typeof OnePost> = { by: { mood: 'sunny' } };
export const title = ({ post }: ResultOf<typeof OnePost>): string | undefined => post?.title;
// @ts-expect-error A list that could not be read is null.
export const count = ({ post }: ResultOf<typeof OnePost>): number | undefined => post?.authors.length;
