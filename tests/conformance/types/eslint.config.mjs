// The rules of @graphql-eslint for schemas and for Relay, and what this schema does otherwise.
import graphql from '@graphql-eslint/eslint-plugin';

const values = ['Payload', 'Connection', 'Edge', 'Info', 'Error', 'Event', 'Block'];
const rule = (name, ...options) => [`@graphql-eslint/${name}`, ['error', ...options]];

const VALUES = [
  'Seo', 'CommentAuthor', 'CommentDoubt', 'CommentForm', 'ContentSource', 'DiffHunk', 'DiffLine', 'IssueCounters',
  'RevisionDiff',
];

export default [
  {
    files: ['**/*.graphql'],
    languageOptions: { parser: graphql.parser, parserOptions: { graphQLConfig: { schema: 'schema.graphql' } } },
    plugins: { '@graphql-eslint': graphql },
    rules: {
      ...graphql.configs['flat/schema-recommended'].rules,
      ...graphql.configs['flat/schema-relay'].rules,
      ...Object.fromEntries([
        rule('require-description', {
          types: true,
          FieldDefinition: true,
          EnumValueDefinition: true,
          InputValueDefinition: true,
        }),
        // What is a value has no identity.
        rule('strict-id-in-types', {
          acceptedIdNames: ['id'],
          acceptedIdTypes: ['ID'],
          exceptions: { suffixes: values, types: VALUES },
        }),
        // `nodes` beside `edges`, and lists that are no connections.
        rule('relay-edge-types', {
          withEdgeSuffix: true,
          shouldImplementNode: true,
          listTypeCanWrapOnlyEdgeType: false,
        }),
        rule('require-nullable-result-in-root'),
        rule('require-field-of-type-query-in-mutation-result'),
        rule('no-scalar-result-type-on-mutation'),
        rule('input-name', { checkInputType: true, caseSensitiveInputType: false }),
        rule('require-nullable-fields-with-oneof'),
        rule('require-deprecation-reason'),
      ]),
    },
  },
];
