from gateway.settings import CHECKOUT, SCALARS
from gateway.settings_page import settings_page


def test_the_page_about_settings_is_fresh():
    written = (CHECKOUT / "docs" / "settings.md").read_text(encoding="utf-8")

    assert written == settings_page(), "refresh it: .venv/bin/portcullis settings > docs/settings.md"


def test_the_page_names_every_setting_and_describes_it():
    rows = {
        line.split("`")[1]: line.split("|")[3].strip()
        for line in settings_page().splitlines()
        if line.startswith("| `")
    }

    assert {f"GATEWAY_{name.upper()}" for name in SCALARS} <= rows.keys()
    assert not [name for name in rows if name.startswith("GATEWAY_") and not rows[name]]


def test_the_page_shows_bounds():
    (row,) = [line for line in settings_page().splitlines() if line.startswith("| `GATEWAY_WORKERS_IO`")]

    assert "at least 1, at most 256" in row
