from gateway.screening.findings import Finding, pointer


def a_finding(**changes) -> Finding:
    given = {"entity_type": "X", "location": ("a",), "path": "/a", "start": 1, "end": 2, "score": 0.5}
    return Finding(**{**given, **changes})


def test_the_api_shows_kind_place_and_score():
    assert a_finding().as_json() == {"entity_type": "X", "path": "/a", "start": 1, "end": 2, "score": 0.5}


def test_the_api_says_so_when_a_key_was_found():
    assert a_finding(key=True).as_json()["key"] is True


def test_the_api_names_the_provider_of_a_secret_where_it_is_known():
    assert a_finding(provider="Stripe").as_json()["provider"] == "Stripe"
    assert "provider" not in a_finding().as_json()


def test_a_finding_does_not_print_its_location():
    assert "ana@" not in repr(a_finding(location=("ana@example.org",), path="/*"))


def test_a_path_shows_plain_names_and_indexes_alone():
    assert pointer(("metadata", "list", 0, "ana@example.org", "ünïcode", "a/b")) == "/metadata/list/0/*/*/*"


def test_a_path_hides_a_plain_name_that_is_a_finding():
    assert pointer(("a", "b", "c"), hidden=frozenset({1})) == "/a/*/c"
