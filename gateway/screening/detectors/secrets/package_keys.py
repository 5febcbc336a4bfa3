"""
Tokens of package registries and image registries.

Source: each registry's documentation of its tokens.
"""

from gateway.screening.detectors.secrets._forms import HEX, invented, is_random, issued, named
from gateway.screening.patterns import Family

DETECTOR = Family(
    name="package_keys",
    source="The registries' documentation of their tokens",
    patterns=(
        issued("npm", "token", r"npm_", r"[A-Za-z0-9]{36}", source="npm Docs, about access tokens", score=0.97),
        issued("pypi", "token", r"pypi-AgE", r"[A-Za-z0-9_-]{90,}", source="PyPI help, API tokens", score=0.99),
        issued("rubygems", "key", r"rubygems_", r"[0-9a-f]{48}", source="RubyGems guides, API key scopes"),
        issued("nuget", "key", r"oy2[a-z0-9]{4}", r"[a-z0-9]{39}", source="NuGet documentation, publish a package"),
        issued(
            "crates.io",
            "token",
            r"cio[A-Za-z0-9]{4}",
            r"[A-Za-z0-9]{28}",
            source="crates.io, token format",
            check=is_random,
        ),
        issued(
            "docker", "hub token", r"dckr_(?:pat|oat)_", r"[A-Za-z0-9_-]{27,32}", source="Docker Docs, access tokens"
        ),
        issued("artifactory", "key", r"AKC[a-z0-9][A-Za-z0-9]{4}", r"[A-Za-z0-9]{50,76}", source="JFrog help center"),
        issued("artifactory", "encrypted password", r"AP[0-9A-F][A-Za-z0-9]{4}", r"[A-Za-z0-9]{56,76}"),
        issued("artifactory", "reference token", r"cmVmdGtu", r"[A-Za-z0-9]{56}", source="JFrog help center"),
        named("jfrog", "key", "jfrog|artifactory|bintray|xray", r"[A-Za-z0-9]{73}|[A-Za-z0-9]{64}"),
        issued("clojars", "token", r"CLOJARS_", r"[0-9a-f]{60}", source="Clojars wiki, deploy tokens"),
        issued("packagist", "token", r"packagist_[a-z]{3}_", r"[0-9a-f]{68}", source="Private Packagist documentation"),
        issued("hex", "key", r"hex_[0-9a-f]{4}", r"[0-9a-f]{28,60}"),
    ),
    examples={
        "SECRET": (
            f"//registry.npmjs.org/:_authToken=«npm_{invented(36)}»",
            f"«pypi-AgEIcHlwaS5vcmc{invented(150)}»",
            f"«rubygems_{invented(48, HEX)}»",
            f"«oy2{invented(43, 'abcdefghijklmnopqrstuvwxyz0123456789')}»",
            f"«cio{invented(32)}»",
            f"docker login -u ann -p «dckr_pat_{invented(27)}»",
            f"«AKCp8{invented(68)}»",
            f"«AP6{invented(64)}»",
            f"«cmVmdGtu{invented(56)}»",
            f"jfrog_api_key = «{invented(73)}»",
            f"«CLOJARS_{invented(60, HEX)}»",
            f"«packagist_ack_{invented(68, HEX)}»",
            f"«hex_{invented(32, HEX)}»",
        )
    },
    counter_examples=(
        "npm_config_registry=https://registry.example.org",
        "pypi-AgEIcHlwaS5vcmc is how they begin",
        f"AKC{'x' * 60}",
        "APA style, AP2 and AP3",
        f'sha256 = "{invented(64, HEX)}"',
    ),
)
