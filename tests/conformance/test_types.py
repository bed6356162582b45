"""Generators and linters of npm take the schema, and what they make of a client's documents."""

import hashlib

from tests.conformance import npm

LINTED = (
    "arguments-have-descriptions,defined-types-are-used,deprecations-have-a-reason,descriptions-are-capitalized,"
    "enum-values-all-caps,enum-values-have-descriptions,fields-are-camel-cased,fields-have-descriptions,"
    "input-object-values-are-camel-cased,input-object-values-have-descriptions,relay-connection-arguments-spec,"
    "relay-connection-types-spec,relay-page-info-spec,types-are-capitalized,types-have-descriptions"
)


def test_codegen_and_tada_make_types_that_a_strict_compiler_takes(front_end):
    npm.make(front_end, "gql.tada/bin/cli.js", "generate-output")
    npm.make(front_end, "typescript/bin/tsc", "--project", ".")


def test_the_manifest_names_documents_by_their_hash(manifest):
    assert len(manifest) == 5
    assert {f"sha256:{hashlib.sha256(text.encode()).hexdigest()}" for text in manifest.values()} == set(
        manifest
    )


def test_relay_compiles_its_documents(front_end):
    npm.make(front_end, "relay-compiler/cli.js", "relay.config.json")
    made = {path.name for path in (front_end / "__generated__").iterdir()}
    assert made >= {"relayFeedPaginationQuery.graphql.ts", "relayPostRefetchQuery.graphql.ts"}


def test_the_linters_find_nothing_in_the_schema(front_end):
    npm.make(front_end, "eslint/bin/eslint.js", "--config", "eslint.config.mjs", "schema.graphql")
    npm.make(front_end, "graphql-schema-linter/lib/cli.js", "--rules", LINTED, "schema.graphql")
