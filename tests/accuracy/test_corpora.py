"""The figures on annotated texts of public projects do not fall; skipped where those texts are not at hand."""

import json
import subprocess
import sys

import pytest

from gateway.settings import CHECKOUT

SHARED = CHECKOUT.parent / "shared"
SCORER = SHARED / "tools" / "score.py"

#: Micro-F1 that each group of corpora has to reach, over the kinds that have a pattern.
FLOORS = {
    "running text": (
        0.95,
        ("presidio_research_generated_large", "presidio_research_generated_small", "presidio_research_synth_v2"),
    ),
    "pii_anon_eval": (0.95, ("pii_anon_eval",)),
    "unit and edge sets": (
        0.88,
        (
            "presidio_unit_tests",
            "stdnum_doctests",
            "argus_fixtures",
            "nannigalaxy_nano",
            "datafog_corpus",
            "phileas_tests",
            "phonenumbers_matcher",
            "swiss_docs",
        ),
    ),
    "secrets": (0.85, ("gitleaks_samples", "detect_secrets_tests")),
    "evasion": (0.90, ("h1_obfuscation",)),
}


@pytest.mark.skipif(not SCORER.is_file(), reason="the annotated texts are not beside this checkout")
@pytest.mark.parametrize("group", FLOORS)
def test_findings_agree_with_what_people_marked(group: str):
    floor, corpora = FLOORS[group]

    done = subprocess.run(
        [sys.executable, str(SCORER), "--engine", "harness.scored:find", "--corpus", ",".join(corpora), "--json"],
        cwd=CHECKOUT / "tests",
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )

    reached = json.loads(done.stdout)
    assert reached["errors"] == 0
    assert reached["micro"]["f1"] >= floor
