"""A Weebly blog, read from saved pages, the archive zip or the feed, then brought into the store."""
