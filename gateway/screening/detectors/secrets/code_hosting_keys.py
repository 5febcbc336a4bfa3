"""
Tokens of code hosting, of what builds and ships the code, and of what keeps its secrets.

Source: each provider's documentation of its token formats, as named beside the forms.
"""

from gateway.screening.detectors.secrets._forms import A_UUID, HEX, UUID, invented, is_issued, is_random, issued, named
from gateway.screening.patterns import Family

_GITHUB = "GitHub Docs, authentication: token formats"
_GITLAB = "GitLab Docs, token overview: token prefixes"
_URL_SAFE = r"[A-Za-z0-9_-]"

_HOSTING = (
    issued("github", "token", r"gh[pousr]_", r"[A-Za-z0-9]{36,251}", source=_GITHUB, score=0.99),
    issued("github", "fine-grained token", r"github_pat_", r"[A-Za-z0-9_]{22,244}", source=_GITHUB, score=0.99),
    issued(
        "gitlab", "routable token", r"gl(?:pat|rt|dt|oas)-", rf"{_URL_SAFE}{{27,300}}\.[0-9a-z]{{2}}[.0-9a-z]{{7,}}"
    ),
    issued(
        "gitlab",
        "token",
        r"gl(?:pat|dt|ft|rt|rtr|soat|ffct|cbt|wt)-",
        rf"{_URL_SAFE}{{20,50}}",
        source=_GITLAB,
    ),
    issued("gitlab", "incoming mail token", r"glimt-", rf"{_URL_SAFE}{{25}}", source=_GITLAB),
    issued("gitlab", "trigger token", r"glptt-", rf"{_URL_SAFE}{{40}}", source=_GITLAB),
    issued("gitlab", "agent token", r"glagent-", rf"{_URL_SAFE}{{50,1000}}", source=_GITLAB),
    issued("gitlab", "application secret", r"gloas-", rf"{_URL_SAFE}{{64}}", source=_GITLAB),
    issued("gitlab", "runner registration token", r"GR1348941", rf"{_URL_SAFE}{{20,50}}", source=_GITLAB),
    issued("bitbucket", "app password", r"ATBB[A-Za-z0-9]{4}", r"[A-Za-z0-9]{20,28}[A-F0-9]{4,8}"),
    issued("bitbucket", "access token", r"ATCTT3xF", r"[A-Za-z0-9_=-]{150,}"),
    named("bitbucket", "client secret", "bitbucket", r"[A-Za-z0-9_=-]{64}|[A-Za-z0-9]{32}"),
    issued("sourcegraph", "token", r"sgp_", r"(?:(?:[0-9a-f]{16}|local)_)?[0-9a-f]{40}"),
    issued("sourcegraph", "dotcom token", r"slk_", r"[0-9a-f]{64}"),
)
_BUILDING = (
    issued("circleci", "token", r"CCI(?:PAT|PRJ)_", r"[A-Za-z0-9]{22}_[0-9a-f]{40}"),
    issued("buildkite", "token", r"bkua_", r"[0-9a-f]{40}"),
    issued("harness", "token", r"[ps]at\.[A-Za-z0-9_-]{4}", r"[A-Za-z0-9_-]{18}\.[0-9a-f]{24}\.[A-Za-z0-9]{20}"),
    issued("octopus", "key", r"API-[A-Z0-9]{4}", r"[A-Z0-9]{21,25}"),
    issued("sonarqube", "token", r"sq[pau]_", r"[0-9a-zA-Z]{40}"),
    named("sonarqube", "login", r"sonar[_.-]?(?:login|token|key)", r"[A-Za-z0-9]{40}"),
    named("snyk", "token", "snyk", UUID),
    named("travis", "token", "travis", r"[A-Za-z0-9_-]{20,22}"),
    named("codecov", "token", "codecov", rf"{UUID}|[a-z0-9]{{32}}"),
    named("drone", "token", "drone(?:ci)?[_-]", r"[A-Za-z0-9]{32}"),
)
_DEPLOYING = (
    issued("terraform", "cloud token", r"[A-Za-z0-9]{14}\.atlasv1\.", r"[A-Za-z0-9_-]{60,70}", score=0.99),
    issued("hashicorp", "vault token", r"hv[sbr]\.", r"[A-Za-z0-9_-]{24,}"),
    issued("hashicorp", "old vault token", r"s\.[A-Za-z0-9]{20}", r"[A-Za-z0-9]{4}", check=is_random),
    issued("pulumi", "token", r"pul-[0-9a-f]{4}", r"[0-9a-f]{36}"),
    issued("doppler", "token", r"dp\.(?:pt|st|ct|sa|scim|audit)\.", r"(?:[a-z0-9_-]{2,35}\.)?[A-Za-z0-9]{40,44}"),
    issued("1password", "service account token", r"ops_eyJ", r"[A-Za-z0-9+/_-]{100,}={0,3}"),
    issued(
        "1password", "secret key", r"A3-[A-Z0-9]{6}-", r"(?:[A-Z0-9]{6}-[A-Z0-9]{5}|[A-Z0-9]{11})(?:-[A-Z0-9]{5}){3}"
    ),
    issued("infracost", "key", r"ico-", r"[A-Za-z0-9]{32}"),
    issued("prefect", "key", r"pn[ub]_", r"[A-Za-z0-9]{36}"),
    issued("defined networking", "key", r"dnkey-", r"[A-Za-z0-9_-]{26}-[A-Za-z0-9_-]{52}"),
    issued("tailscale", "key", r"tskey-[a-z]+-", r"[A-Za-z0-9]{10,}(?:-[A-Za-z0-9]{10,})?"),
    issued("settlemint", "token", r"sm_(?:pat|aat|sat)_", r"[A-Za-z0-9]{16}"),
)
_LICENCES = (
    named(
        "sidekiq",
        "licence",
        r"BUNDLE_(?:ENTERPRISE|GEMS)__CONTRIBSYS__COM",
        r"[0-9a-f]{8}:[0-9a-f]{8}",
        source="Sidekiq wiki, commercial installation",
        score=0.95,
        check=is_issued,
    ),
)

DETECTOR = Family(
    name="code_hosting_keys",
    source="The providers' documentation of their tokens",
    patterns=(*_HOSTING, *_BUILDING, *_DEPLOYING, *_LICENCES),
    examples={
        "SECRET": (
            f"push with «ghp_{invented(36)}»",
            f"«github_pat_{invented(22)}_{invented(59)}»",
            f"«glpat-{invented(20)}»",
            f"«glpat-{invented(40)}.01.{invented(9, 'abcdefghij0123456789')}»",
            f"«glimt-{invented(25)}»",
            f"«glptt-{invented(40, HEX)}»",
            f"«glagent-{invented(50)}»",
            f"«gloas-{invented(64, HEX)}»",
            f"«GR1348941{invented(20)}»",
            f"«ATBB{invented(24)}{invented(8, 'ABCDEF0123456789')}»",
            f"«ATCTT3xFfGN0{invented(160)}»",
            f"bitbucket_client_secret = '«{invented(64)}»'",
            f"«sgp_{invented(40, HEX)}»",
            f"«slk_{invented(64, HEX)}»",
            f"«CCIPAT_{invented(22)}_{invented(40, HEX)}»",
            f"«bkua_{invented(40, HEX)}»",
            f"«pat.{invented(22)}.{invented(24, HEX)}.{invented(20)}»",
            f"«API-{invented(26, 'ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789')}»",
            f"sonar.login=«squ_{invented(40, HEX)}»",
            f'SONAR_LOGIN = "«{invented(40)}»"',
            f"SNYK_TOKEN: «{A_UUID}»",
            f"travis_token=«{invented(22)}»",
            f"CODECOV_TOKEN='«{A_UUID}»'",
            f"DRONE_TOKEN=«{invented(32)}»",
            f"«{invented(14)}.atlasv1.{invented(67)}»",
            f"vault login «hvs.{invented(24)}»",
            f"VAULT_TOKEN=«s.{invented(24)}»",
            f"«pul-{invented(40, HEX)}»",
            f"«dp.st.dev.{invented(43)}»",
            f"OP_SERVICE_ACCOUNT_TOKEN=«ops_eyJ{invented(200)}»",
            "«A3-" + "ASWWYB-798JRY-LJVD4-23DC2-86TVM-H43EB»",
            f"«ico-{invented(32)}»",
            f"«pnu_{invented(36)}»",
            f"«dnkey-{invented(26)}-{invented(52)}»",
            f"«tskey-auth-{invented(12)}-{invented(20)}»",
            f"«sm_pat_{invented(16)}»",
            "BUNDLE_GEMS__CONTRIBSYS__COM=«" + "cafebabe:0badf00d»",
        )
    },
    counter_examples=(
        "ghp_short",
        f"ghp_{'x' * 36}",
        "glpat-your_token_here_please",
        "A3-XXXXXX-XXXXXX-XXXXX-XXXXX-XXXXX-XXXXX",
        "hvs.example and dp.st. are only marks",
        "the API-FIRST approach",
        "travis: the build of the main branch",
        "pat.interface.module.of.a.program",
    ),
)
