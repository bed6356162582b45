"""Bytes made text: by the mark at the front, by what the document declares, or by trying."""

import codecs
import re

DECLARED = re.compile(rb"""(?:charset|encoding)\s*=\s*["']?\s*([a-z0-9_:.-]{3,20})""", re.IGNORECASE)
LOOKED_AT = 4096
MARKS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))
FAMILIES = re.compile(
    r"utf8|iso8859\d+|windows125\d|cp125\d|koi8[ru]|shiftjis|sjis|eucjp|euckr|gb2312|gbk|gb18030|big5"
)
# Browsers read what calls itself Latin-1 as windows-1252, so that is what its authors saw.
WESTERN = {"iso88591", "latin1", "usascii", "ascii", "windows1252", "cp1252"}


def decode(data: bytes) -> str:
    """Read a document as text without NUL; what cannot be read becomes a replacement character."""
    for mark, name in MARKS:
        if data.startswith(mark):
            return data[len(mark) :].decode(name, "replace").replace("\0", "")
    for name in (_declared(data), "utf-8"):
        try:
            return data.decode(name).replace("\0", "")
        except UnicodeDecodeError:
            continue
    return data.decode("windows-1252", "replace").replace("\0", "")


def _declared(data: bytes) -> str:
    found = DECLARED.search(data, 0, LOOKED_AT)
    if found is None:
        return "utf-8"
    label = found[1].decode("ascii")
    plain = re.sub(r"[^a-z0-9]", "", label.lower())
    if plain in WESTERN:
        return "windows-1252"
    # A codec is only asked for by names that mean an encoding of text: Python has others.
    if not FAMILIES.fullmatch(plain):
        return "utf-8"
    try:
        return codecs.lookup(label).name
    except LookupError:
        return "utf-8"
