"""Ids of documents that a server keeps: the digest of their text, or what whoever made them calls them."""

import re

SHA256 = re.compile(r"[0-9a-f]{64}", re.IGNORECASE)


def plain_id(document_id: str) -> str:
    """Give an id without the name of its digest, which clients write or leave out, and in small letters."""
    digest = document_id.removeprefix("sha256:")
    return digest.lower() if SHA256.fullmatch(digest) else document_id
