// graphql-codegen's client preset, as strict as it gets, with the manifest of the documents.
const named = ['DateTime', 'YearMonth', 'HTML', 'URL', 'EmailAddress', 'LanguageTag'];

export default {
  schema: 'schema.graphql',
  documents: ['documents.ts'],
  importExtension: '.js',
  generates: {
    'gql/': {
      preset: 'client',
      presetConfig: {
        fragmentMasking: { unmaskFunctionName: 'readFragment' },
        persistedDocuments: { hashAlgorithm: 'sha256', mode: 'embedHashInDocument', hashPropertyName: 'documentId' },
      },
      config: {
        strictScalars: true,
        useTypeImports: true,
        enumsAsTypes: true,
        scalars: { ...Object.fromEntries(named.map((name) => [name, 'string'])), Upload: 'File' },
      },
    },
  },
};
