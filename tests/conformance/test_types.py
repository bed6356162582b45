"""Generators and linters of npm take the schema, and what they make of a client's documents."""

import hashlib
import json
import shutil
from pathlib import Path

import pytest

from tests.conformance import npm

SCHEMA = npm.HERE.parents[1] / "docs" / "schema.graphql"
LINTED = (
    "arguments-have-descriptions,defined-types-are-used,deprecations-have-a-reason,descriptions-are-capitalized,"
    "enum-values-all-caps,enum-values-have-descriptions,fields-are-camel-cased,fields-have-descriptions,"
    "input-object-values-are-camel-cased,input-object-values-have-descriptions,relay-connection-arguments-spec,"
    "relay-connection-types-spec,relay-page-info-spec,types-are-capitalized,types-have-descriptions"
)


@pytest.fixture
def project(bench: Path) -> Path:
    """Lend a front end: its documents, its settings and the schema."""
    shutil.copytree(npm.HERE / "types", bench, dirs_exist_ok=True)
    (bench / "__generated__").mkdir()
    shutil.copy(SCHEMA, bench / "schema.graphql")
    (bench / "package.json").write_text('{"type": "module"}', "utf-8")
    return bench


def make(project: Path, tool: str, *args: str) -> str:
    """Run a tool of the packages; give what it says."""
    done = npm.run(npm.MODULES / tool, *args, folder=project)
    assert done.returncode == 0, done.stdout
    return done.stdout


def test_codegen_and_tada_make_types_that_a_strict_compiler_takes(project):
    make(project, "@graphql-codegen/cli/cjs/bin.js", "--config", "codegen.mjs")
    make(project, "gql.tada/bin/cli.js", "generate-output")
    make(project, "typescript/bin/tsc", "--project", ".")
    manifest = json.loads((project / "gql" / "persisted-documents.json").read_text("utf-8"))
    assert len(manifest) == 5
    assert {f"sha256:{hashlib.sha256(text.encode()).hexdigest()}" for text in manifest.values()} == set(
        manifest
    )


def test_relay_compiles_its_documents(project):
    told = make(project, "relay-compiler/cli.js", "relay.config.json")
    assert "0 updated" not in told
    made = {path.name for path in (project / "__generated__").iterdir()}
    assert made >= {"relayFeedPaginationQuery.graphql.ts", "relayPostRefetchQuery.graphql.ts"}


def test_the_linters_find_nothing_in_the_schema(project):
    make(project, "eslint/bin/eslint.js", "--config", "eslint.config.mjs", "schema.graphql")
    make(project, "graphql-schema-linter/lib/cli.js", "--rules", LINTED, "schema.graphql")
