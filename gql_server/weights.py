"""What a client takes, and how gladly, as its headers say (RFC 9110, 12.4.2)."""


def weights(header: str) -> dict[str, float]:
    """Read a header such as Accept: what it names, in its order, and the weight of each."""
    read: dict[str, float] = {}
    for part in header.lower().split(","):
        name, *parameters = (piece.strip() for piece in part.split(";"))
        if name:
            read.setdefault(name, _weight(parameters))
    return read


def _weight(parameters: list[str]) -> float:
    try:
        return float(next((text[2:] for text in parameters if text.startswith("q=")), 1))
    except ValueError:
        return 0.0
