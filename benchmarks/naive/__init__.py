"""The same graph as people write it who have read the documentation of Strawberry and Tortoise.

Types made from rows, resolvers with DataLoaders, counts by counting. It is no sabotage: what costs nothing to
leave out is left out, and what anybody would cache is cached. It speaks to the store of `benchmarks.blog`.
"""
