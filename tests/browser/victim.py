"""Somebody who looks at what attackers wrote, in a browser that obeys whatever a page says."""

from typing import Any
from urllib.parse import urlsplit

from playwright.async_api import BrowserContext, Page, Route

from gql_server.identity import SESSION

# What attacks call, and what they are told apart by: each counts where it is called.
HOOK = """
for (const name of ['alert', 'confirm', 'prompt', 'print', 'open'])
  window[name] = (...said) => { executed(`${name}(${said}) at ${location}`); return null; };
"""
# What would run if somebody pressed, pointed or waited.
# The names of the page's own things may be taken by what it holds.
WAITING_TO_RUN = r"""() => {
  const all = Document.prototype.querySelectorAll.call(document, '*');
  const { getAttributeNames, getAttribute } = Element.prototype;
  return [...all].flatMap((element) => getAttributeNames.call(element)
    .map((name) => [name, getAttribute.call(element, name)])
    .filter(([name, value]) => /^on|^srcdoc$/i.test(name) ||
      (/^(href|src|action|formaction|data|xlink:href)$/i.test(name) &&
        /^(javascript|vbscript|data:(?!image\/))/i.test(value.replace(/[\x00-\x20]/g, ''))))
    .map(([name, value]) => `<${element.localName} ${name}="${value}">`));
}"""
SENDS = """([path, fields]) => {
  const form = document.createElement('form');
  Object.assign(form, { method: 'post', action: path, hidden: true });
  for (const [name, value] of Object.entries(fields)) {
    const field = Object.assign(document.createElement('textarea'), { name, value });
    form.append(field);
  }
  document.body.append(form);
  form.submit();
}"""
IS_SHOWN = "() => document.querySelector('h1') && !document.querySelector('main[aria-busy=true]')"
PICTURES_ARE_IN = """() => {
  const pictures = Document.prototype.querySelectorAll.call(document, 'img');
  return Promise.all([...pictures].map((picture) => picture.complete || new Promise((resolve) => {
    picture.loading = 'eager';
    for (const end of ['load', 'error']) picture.addEventListener(end, resolve);
  })));
}"""


class Victim:
    """Somebody whose browser obeys whatever a page says, and tells what it did."""

    page: Page

    def __init__(self, context: BrowserContext, origin: str) -> None:
        self._context, self._origin = context, origin
        self.harm: list[str] = []
        self.shown: list[str] = []

    @classmethod
    async def at(cls, browser: Any, origin: str) -> "Victim":
        context = await browser.new_context(bypass_csp=True, locale="nl-NL", service_workers="block")
        victim = cls(context, origin)
        await context.expose_binding("executed", lambda _, what: victim.harm.append(what))
        await context.add_init_script(HOOK)
        await context.route(lambda url: not url.startswith(origin), _unreachable)
        victim.page = await context.new_page()
        return victim

    async def signs_in(self, token: str) -> None:
        """Be somebody who may do everything."""
        await self._context.add_cookies([{"name": SESSION, "value": token, "url": self._origin}])

    async def is_signed_out(self) -> None:
        """Be nobody, though the page is open still."""
        await self._context.clear_cookies()

    async def opens(self, address: str) -> None:
        """Open a page, and wait until all of it is there."""
        parts = urlsplit(address)
        await self.page.goto(f"{self._origin}{parts.path}{f'?{parts.query}' if parts.query else ''}")
        await self._sees(address)

    async def fills(self, **fields: str) -> None:
        """Fill in a form, whatever its fields ask for."""
        await self.page.evaluate("for (const form of document.forms) form.noValidate = true")
        for name, said in fields.items():
            await self.page.locator(f"[name={name}]").first.fill(said)

    async def presses(self, button: str) -> None:
        """Press a button, and see the page that comes of it."""
        async with self.page.expect_navigation():
            await self.page.locator(button).first.click()
        await self._sees(f"{button} at {self.page.url}")

    async def posts(self, path: str, **fields: str) -> None:
        """Send a form of the site's own as it came to be filled in; see the page that comes of it."""
        async with self.page.expect_navigation():
            await self.page.evaluate(SENDS, [path, fields])
        await self._sees(f"{fields} at {path}")

    async def _sees(self, what: str) -> None:
        await self.page.wait_for_function(IS_SHOWN)
        await self.looks(what)

    async def reads(self, html: str, what: str) -> None:
        """Read a document, as one that came by mail or that somebody else's server has made."""
        address = f"{self._origin}/read-by-a-victim"

        async def answer(route: Route) -> None:
            forbidden = {"Content-Security-Policy": "default-src 'none'"}
            await route.fulfill(body=html, content_type="text/html; charset=utf-8", headers=forbidden)

        await self._context.route(address, answer)
        await self.page.goto(address)
        await self._context.unroute(address)
        await self.looks(what)

    async def looks(self, what: str) -> None:
        """Wait for pictures, and keep what would run."""
        await self.page.evaluate(PICTURES_ARE_IN)
        found = await self.page.evaluate(WAITING_TO_RUN)
        self.harm += [f"{one} at {what}" for one in found]
        self.shown.append(await self.page.evaluate("document.documentElement.textContent"))


async def _unreachable(route: Route) -> None:
    await route.abort()
