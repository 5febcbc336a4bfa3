from pathlib import Path

from gateway.native.summary import print_summary
from gateway.native.trial import Verdict
from gateway.settings import CHECKOUT


def test_the_first_admins_key_is_shown_where_it_was_made(capsys):
    verdicts = [Verdict(sample="a plain one", status=200, words="forwarded, nothing found")]

    print_summary("http://127.0.0.1:8080", verdicts, home=CHECKOUT, needs_key=False, first_admin_key="pk_once")

    said = capsys.readouterr().out
    assert "pk_once" in said
    assert "a plain one      200  forwarded, nothing found" in said
    assert "Authorization" not in said


def test_later_it_says_how_to_make_a_key(capsys):
    print_summary("http://127.0.0.1:8080", [], home=CHECKOUT, needs_key=True, first_admin_key=None)

    said = capsys.readouterr().out
    assert "keys create" in said
    assert "Authorization: Bearer" in said


def test_the_commands_that_it_names_mean_the_home_that_was_started(capsys):
    print_summary("http://127.0.0.1:8080", [], home=Path("/srv/a b"), needs_key=False, first_admin_key=None)

    said = capsys.readouterr().out
    assert "A new key: GATEWAY_HOME='/srv/a b' .venv/bin/portcullis keys create NAME" in said
    assert "make status, make logs, make down, each with GATEWAY_HOME='/srv/a b'\n" in said


def test_in_the_checkout_commands_need_no_home(capsys):
    print_summary("http://127.0.0.1:8080", [], home=CHECKOUT, needs_key=False, first_admin_key=None)

    said = capsys.readouterr().out
    assert "A new key: .venv/bin/portcullis keys create NAME" in said
    assert "GATEWAY_HOME" not in said
