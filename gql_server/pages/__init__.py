"""The pages: for who reads letters or leaves comments, and for who signs in, writes, moderates, passes a pen."""
