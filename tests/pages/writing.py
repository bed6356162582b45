"""What who writes does at the desk: begin a post, fill it in, press a button, follow where that leads."""

from io import BytesIO

from aiohttp import FormData
from PIL import Image

TITLE, TEXT = "De tuin", "Een *tuin*.\n\n## Bloemen\n\n<script>alert(1)</script>"


async def begin(reader):
    await reader.opens("/write")
    await reader.presses("Schrijf een nieuw bericht")
    assert reader.status == 303
    await reader.opens(reader.headers["Location"])


async def write(reader, button="Bewaar", **filled):
    await reader.presses(button, **{"title": TITLE, "text": TEXT} | filled)


async def follow(reader):
    assert reader.status == 303, reader.text
    return await reader.opens(reader.headers["Location"])


def is_marked(reader, newsletter):
    [box] = reader.page.css(f"[name=newsletter][value={newsletter}]")
    return "checked" in box.attributes


def picture_of(size=(1200, 800)):
    drawn = BytesIO()
    Image.new("RGB", size, "teal").save(drawn, "JPEG")
    return drawn.getvalue()


async def upload(reader, content, **fields):
    form = FormData(default_to_multipart=True)
    form.add_field("file", content, filename="../../x.svg", content_type="image/svg+xml")
    shown = reader.page.css_first("[name=version]")
    version = {"version": shown.attributes["value"]} if shown else {}
    for name, value in ({"title": TITLE} | version | fields).items():
        form.add_field(name, value)
    return await reader.asks("POST", reader.path, data=form())
