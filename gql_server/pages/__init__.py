"""The pages: for who gets letters, comments or moderates, and for who signs in, writes or passes a pen on."""
