"""What attackers write, and what of it would do harm when a browser reads it."""

import json
import re
from pathlib import Path

from selectolax.lexbor import LexborHTMLParser

CORPUS = Path(__file__).parents[3] / "shared/corpus/xss_dompurify_payloads.json"
OWN = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "<a href='javascript:alert(1)'>x</a>",
    "<a href=' java\tscript:alert(1)'>x</a>",
    "<a href='data:text/html,<script>alert(1)</script>'>x</a>",
    "<img src='data:image/svg+xml,<svg onload=alert(1)>'>",
    "<svg><style><img src=x onerror=alert(1)></style></svg>",
    "<math><mtext><table><mglyph><style><!--</style><img title='--&gt;&lt;img src=1 onerror=alert(1)&gt;'>",
    "<noscript><p title='</noscript><img src=x onerror=alert(1)>'>",
    "<iframe srcdoc='<script>alert(1)</script>'></iframe>",
    "<blockquote cite='javascript:alert(1)'>x</blockquote><q cite='vbscript:x'>y</q>",
    "<p style='background:url(javascript:alert(1))' class='embed' id='x'>x</p>",
    "<form action='javascript:alert(1)'><button formaction='javascript:x'>x</button></form>",
    "<base href='https://evil.example'><meta http-equiv=refresh content='0;javascript:x'>",
    "<a href='&#106;avascript:alert(1)'>x</a><a href='\x01javascript:alert(1)'>y</a>",
    "<!--><img src=x onerror=alert(1)>-->",
    "<template><img src=x onerror=alert(1)></template>",
    "<figure class='embed evil'><a href='//evil.example'>x</a></figure>",
]
PAYLOADS = OWN + (
    [case["payload"] for case in json.loads(CORPUS.read_text("utf-8"))] if CORPUS.exists() else []
)
# An address that begins with no scheme leads to a path of the site, whatever colons follow.
SAFE_URL = re.compile(r"(https?|mailto|tel):|(?![a-z][a-z0-9+.-]*:)", re.IGNORECASE)


def harm_in(html: str) -> list[str]:
    """List what could run or reach out of a piece of HTML, as a browser's parser reads it."""
    harm: list[str] = []
    for node in LexborHTMLParser(html).css("*"):
        if node.tag in {
            "script",
            "style",
            "svg",
            "math",
            "iframe",
            "object",
            "embed",
            "form",
            "base",
            "meta",
            "link",
        }:
            harm.append(node.html or "")
        for name, value in node.attributes.items():
            seen = re.sub(r"[\x00-\x20]", "", value or "")
            if name.startswith("on") or name in {"style", "srcdoc", "id", "name", "action", "formaction"}:
                harm.append(f"{name}={value}")
            if name in {"href", "src", "cite"} and not SAFE_URL.match(seen):
                harm.append(f"{name}={value}")
    return harm
