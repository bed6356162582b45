"""Looks at page after page as different people do."""

from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Page

NARROWEST = {"width": 320, "height": 640}
WIDE = {"width": 1280, "height": 800}
BY_DAY_AND_NIGHT = ((NARROWEST, "light"), (WIDE, "dark"))
BY_NIGHT_AND_DAY = ((NARROWEST, "dark"), (WIDE, "light"))
# Whether a finger can hit what is to be pressed (WCAG 2.2) is looked at only when that is asked for.
RULES = {"rules": {"target-size": {"enabled": True}}}
IS_TOO_WIDE = "document.documentElement.scrollWidth > document.documentElement.clientWidth"


class Inspector:
    """Looks for barriers, and keeps what is wrong."""

    def __init__(self, page: Page, looks: tuple[tuple[dict[str, int], str], ...] = BY_DAY_AND_NIGHT) -> None:
        self._page, self._looks = page, looks
        self.wrong: list[object] = []

    async def looks(self) -> None:
        for view, scheme in self._looks:
            await self._page.set_viewport_size(view)
            await self._page.emulate_media(color_scheme=scheme)
            found = (await Axe().run(self._page, options=RULES)).response["violations"]
            self.wrong += [(self._page.url, scheme, one["id"], one["nodes"][0]["html"]) for one in found]
            if await self._page.evaluate(IS_TOO_WIDE):
                self.wrong.append((self._page.url, view))
