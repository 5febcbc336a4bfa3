from gateway.kinds_page import kinds_page
from gateway.screening.screener import build_screener
from gateway.settings import CHECKOUT


def test_the_page_about_kinds_is_fresh():
    written = (CHECKOUT / "docs" / "kinds.md").read_text(encoding="utf-8")

    assert written == kinds_page(), "refresh it: .venv/bin/portcullis kinds > docs/kinds.md"


def test_every_kind_has_a_row_with_an_example():
    rows = {line.split("`")[1]: line for line in kinds_page().splitlines() if line.startswith("| `")}

    assert set(build_screener().supported) == rows.keys()
    assert [kind for kind, row in rows.items() if "«" not in row] == []


def test_no_cell_breaks_its_row():
    rows = [line.replace("\\|", "") for line in kinds_page().splitlines() if line.startswith("| `")]

    assert {row.count("|") for row in rows} == {6}
