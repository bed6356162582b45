"""A subscriber's life in a real browser, against a real server, without JavaScript."""

import re

from playwright.async_api import expect

from tests.browser.reading import press, read_letter, sees, sign_up

ANN = "ann@example.org"


async def test_a_reader_signs_up_confirms_chooses_leaves_and_comes_back(start, open_page):
    server = start("serve", "--port", "0", "--demonstration")
    page = await open_page(f"{server.url}/subscribe", base_url=server.url, java_script_enabled=False)

    await sign_up(page, ANN, button="Meld me aan", again="Druk nog één keer op de knop")
    await sees(page, "Kijk in je mailbox")
    await read_letter(page, "Bevestig je aanmelding")
    await page.frame_locator("iframe").get_by_role("link", name="Ja, ik meld me aan").click()
    await sees(page, "Bevestig je aanmelding")
    await press(page, "Ja, ik meld me aan")
    await sees(page, "Je bent aangemeld")

    await read_letter(page, "Welkom bij Achterom")
    await page.frame_locator("iframe").get_by_role("link", name="kiezen wat je krijgt").click()
    await sees(page, "Je voorkeuren")
    await page.get_by_text("Alles van een auteur").click()
    await page.get_by_label("Ilyas Vossebeld").check()
    await page.get_by_label("Hooguit één keer per week").check()
    await page.get_by_label("Naam").fill("Ann")
    await press(page, "Bewaar")
    await expect(page.get_by_role("status")).to_have_text("Je voorkeuren zijn bewaard.")
    await page.reload()
    await expect(page.get_by_label("Ilyas Vossebeld")).to_be_checked()
    await expect(page.get_by_label("Hooguit één keer per week")).to_be_checked()
    await expect(page.get_by_label("Naam")).to_have_value("Ann")

    await read_letter(page, "Welkom bij Achterom")
    await press(page, "Meld af zoals een mailprogramma")
    await expect(page.locator("body")).to_have_text("Je bent afgemeld.")
    await read_letter(page, "Je bent afgemeld")
    await page.frame_locator("iframe").get_by_role("link").first.click()
    await press(page, "Ja, ik wil ze weer krijgen")
    await sees(page, "Je bent weer aangemeld")


async def test_a_reader_takes_the_data_along_and_is_forgotten(start, open_page):
    server = start("serve", "--port", "0")
    page = await open_page(f"{server.url}/subscribe?lang=en", base_url=server.url, locale="en-GB")
    await sign_up(page, ANN, button="Sign me up", again="Press the button once more")
    await read_letter(page, "Confirm your subscription")
    await page.locator("pre a").first.click()
    await press(page, "Yes, sign me up")
    await read_letter(page, "Welcome to My publication")
    await page.locator("pre a[href*=preferences]").click()

    async with page.expect_download() as download:
        await press(page, "Download my data")
    assert (await download.value).suggested_filename == "subscription.json"
    await press(page, "Forget me …")
    await page.get_by_role("link", name="No, back to my preferences").click()
    await press(page, "Forget me …")
    await press(page, "Yes, forget me")
    await sees(page, "You are forgotten")
    await page.go_back()
    await page.go_back()
    await page.reload()
    await sees(page, "This link does not work")


async def test_a_reader_goes_by_keyboard_alone(start, open_page):
    server = start("serve", "--port", "0")
    page = await open_page(f"{server.url}/subscribe", base_url=server.url)
    for _ in range(10):
        await page.keyboard.press("Tab")
        focused = await page.evaluate("document.activeElement.id")
        assert focused != "bait"
        if focused == "email":
            break
    await page.keyboard.type(ANN)
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("alert")).to_be_visible()
    # The button has the focus already.
    await expect(page.get_by_role("button", name="Meld me aan")).to_be_focused()
    await page.keyboard.press("Enter")
    await sees(page, "Kijk in je mailbox")


async def test_a_slip_is_shown_where_it_was_made(start, open_page):
    server = start("serve", "--port", "0")
    page = await open_page(f"{server.url}/subscribe", base_url=server.url)
    await sign_up(page, "ann@example", button="Meld me aan", again="Druk nog één keer op de knop")
    field = page.get_by_label("E-mailadres")
    await expect(field).to_be_focused()
    await expect(field).to_have_accessible_description(re.compile("geen adres waar een brief heen kan"))
    await field.fill(ANN)
    await press(page, "Meld me aan")
    await sees(page, "Kijk in je mailbox")


async def test_a_reader_types_the_code_of_the_letter(start, open_page):
    server = start("serve", "--port", "0")
    page = await open_page(f"{server.url}/subscribe", base_url=server.url, java_script_enabled=False)
    await sign_up(page, ANN, button="Meld me aan", again="Druk nog één keer op de knop")
    other = await page.context.new_page()
    await read_letter(other, "Bevestig je aanmelding")
    code = re.search(r"\b[0-9]{8}\b", await other.locator("pre").inner_text())[0]
    field = page.get_by_label("Code uit de brief")
    await field.fill("12345678" if code != "12345678" else "87654321")
    await press(page, "Bevestig met de code")
    await expect(field).to_be_focused()
    await expect(field).to_have_accessible_description(re.compile("Deze code klopt niet"))
    await field.fill(code)
    await press(page, "Bevestig met de code")
    await sees(page, "Je bent aangemeld")
    await page.get_by_role("link", name="Kies wat je krijgt").click()
    await sees(page, "Je voorkeuren")
