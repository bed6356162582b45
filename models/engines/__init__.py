"""Our own Tortoise backends: one room for each store, and what brings a store's schema up to date."""
