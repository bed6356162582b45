"""Looks at page after page as different people do."""

from axe_playwright_python.base import AXE_SCRIPT
from playwright.async_api import Page

NARROWEST = {"width": 320, "height": 640}
WIDE = {"width": 1280, "height": 800}
BY_DAY_AND_NIGHT = ((NARROWEST, "light"), (WIDE, "dark"))
BY_NIGHT_AND_DAY = ((NARROWEST, "dark"), (WIDE, "light"))
# Whether a finger can hit what is to be pressed (WCAG 2.2) is looked at only when that is asked for.
RULES = {"rules": {"target-size": {"enabled": True}}, "resultTypes": ["violations"]}
# What is in order does not come back: to tell all of it takes twice as long as to look.
FIND = "async (options) => (await axe.run(options)).violations.map(({id, nodes}) => [id, nodes[0].html])"
IS_TOO_WIDE = "document.documentElement.scrollWidth > document.documentElement.clientWidth"


class Inspector:
    """Looks for barriers, and keeps what is wrong."""

    def __init__(self, page: Page, looks: tuple[tuple[dict[str, int], str], ...] = BY_DAY_AND_NIGHT) -> None:
        self._page, self._looks = page, looks
        self.wrong: list[object] = []

    async def looks(self) -> None:
        if not await self._page.evaluate("'axe' in window"):
            await self._page.evaluate(AXE_SCRIPT)
        for view, scheme in self._looks:
            await self._page.set_viewport_size(view)
            await self._page.emulate_media(color_scheme=scheme)
            found = await self._page.evaluate(FIND, RULES)
            self.wrong += [(self._page.url, scheme, *one) for one in found]
            if await self._page.evaluate(IS_TOO_WIDE):
                self.wrong.append((self._page.url, view))
