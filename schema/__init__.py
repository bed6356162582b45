"""The graph: what can be asked over GraphQL, declared once over the rows of the store."""
