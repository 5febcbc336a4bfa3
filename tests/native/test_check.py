"""`portcullis check` as its user sees it, with code of the user's own."""

import pytest
from harness.mesh import Mesh
from harness.ports import free_port

#: The example of the documentation, whole.
POLICY = r"""
kinds = ["support", "report"]
[[policy.rules]]                     # fields of `when` are ANDed
when = { entity_types = ["CREDIT_CARD", "US_SSN", "PASSWORD", "SECRET"], min_score = 0.5 }
then = "hold"
[[policy.rules]]
when = { entity_types = ["EMAIL_ADDRESS", "PHONE_NUMBER"], kinds = ["support"] }
then = "redact"
[[policy.rules]]
when = {}
then = "allow"
[policy.operators]
EMAIL_ADDRESS = "token"
PHONE_NUMBER = "hash"
STAFF_ID = "mask"
[[routes]]
when = { kinds = ["report"], min_characters = 4000 }
deliver = "queued"
pool = "cpu"
[[screening.patterns]]
entity_type = "STAFF_ID"
regex = '\bSTF-\d{6}\b'
score = 0.9
context = ["staff", "badge"]
[screening]
detectors = ["*", "acme_pii:StaffId", "acme"]
[processing.processors]
invoice = "acme_jobs.invoice:render"
"""
DETECTOR = r"""
from gateway.screening.patterns import Family, Pattern

class StaffId:
    name = "staff_id"
    patterns = (Pattern(name="badge", entity_type="BADGE", regex=r"\bBDG-\d{4}\b", score=0.9),)
    keyed = ()
    examples = {"BADGE": ("badge «BDG-1234»",)}
    counter_examples = ("BDG-12",)

Offered = Family(
    name="acme", patterns=(Pattern(name="depot", entity_type="DEPOT", regex=r"\bDPT-\d{4}\b", score=0.9),)
)
Slow = Family(
    name="slow", patterns=(Pattern(name="slow", entity_type="SLOW", regex="a[^b]*c|a", score=0.9),)
)
"""


@pytest.fixture
def mesh(tmp_path):
    """A home, and a folder with what the user has written and installed."""
    code = tmp_path / "code"
    package = code / "acme_pii-1.0.dist-info"
    package.mkdir(parents=True)
    (package / "METADATA").write_text("Metadata-Version: 2.1\nName: acme-pii\nVersion: 1.0\n")
    offered = "[portcullis.detectors]\nacme = acme_pii:Offered\nnothing = acme_pii:no_such\n"
    (package / "entry_points.txt").write_text(offered)
    (code / "acme_pii.py").write_text(DETECTOR)
    (code / "acme_jobs").mkdir()
    (code / "acme_jobs" / "invoice.py").write_text("def render(job): return {'total': 7}\n")
    home = tmp_path / "home"
    home.mkdir()
    return Mesh(home, port=free_port(), settings={"PYTHONPATH": str(code)})


def checked(mesh: Mesh, policy: str):
    (mesh.home / "gateway.toml").write_text(policy)
    return mesh.run("check")


def refusal(mesh: Mesh, policy: str) -> str:
    done = checked(mesh, policy)
    assert done.returncode == 1
    assert done.stderr.count("\n") == 1
    return done.stderr


def test_the_documented_example_is_good_and_each_detector_of_ones_own_is_timed(mesh):
    done = checked(mesh, POLICY)

    assert (done.returncode, done.stderr) == (0, "")
    lines = done.stdout.splitlines()
    assert [line.split()[0] for line in lines] == ["detector", "STAFF_ID", "acme_pii:StaffId", "acme", "The"]
    assert lines[-1] == "The configuration is good."


def test_a_detector_that_is_far_too_slow_is_refused_with_its_line(mesh):
    told = refusal(mesh, POLICY.replace("acme_pii:StaffId", "acme_pii:Slow"))

    assert told.startswith("portcullis: gateway.toml:26: screening.detectors[1]: acme_pii:Slow ")
    assert "letters" in told


@pytest.mark.parametrize("name", ["nothing", "nobodys"])
def test_an_entry_point_that_leads_nowhere_is_one_line(mesh, name):
    told = refusal(mesh, POLICY.replace('"acme"]', f'"{name}"]'))

    assert told.startswith("portcullis: gateway.toml:26: screening.detectors[2]: ")
    assert f"'{name}'" in told


def test_a_pattern_is_refused_with_the_line_of_its_expression(mesh):
    told = refusal(mesh, POLICY.replace(r"\d{6}\b", r"(\d{6}\b"))

    assert told == "portcullis: gateway.toml:22: screening.patterns[0].regex: missing ): \\bSTF-(\\d{6}\\b\n"


def test_a_warning_is_told_and_the_configuration_is_good(mesh):
    done = checked(mesh, POLICY + "[[policy.rules]]\nthen = 'hold'\n")

    assert done.returncode == 0
    assert done.stderr.startswith("portcullis: warning: gateway.toml:29: policy.rules[3]: nothing comes as far as this")
