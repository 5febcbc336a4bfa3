"""
Keys of services that watch programs: metrics, logs, errors, incidents, feature flags.

Source: each provider's documentation of its keys.
"""

from gateway.screening.detectors.secrets._forms import A_UUID, HEX, UUID, invented, is_issued, issued, named
from gateway.screening.patterns import Family

DETECTOR = Family(
    name="monitoring_keys",
    source="The providers' documentation of their keys",
    patterns=(
        issued(
            "grafana", "cloud token", r"glc_eyJ", r"[A-Za-z0-9+/]{30,400}={0,3}", source="Grafana Cloud documentation"
        ),
        issued("grafana", "service account token", r"glsa_", r"[A-Za-z0-9]{32}_[0-9A-Fa-f]{8}"),
        issued("grafana", "key", r"eyJrIjoi", r"[A-Za-z0-9]{60,400}={0,3}"),
        issued(
            "new relic", "key", r"NR(?:AK|JS|AA|II|IQ|RA)-", r"[A-Za-z0-9_-]{19,42}", source="New Relic docs, API keys"
        ),
        named("new relic", "licence key", "new_?relic|nr_licen", r"[0-9a-f]{36}NRAL|[0-9a-f]{40}"),
        named("datadog", "key", r"datadog|\bdd[_-](?:api|app)", r"[0-9a-f]{40}|[0-9a-f]{32}"),
        issued("sentry", "token", r"sntry[su]_", r"[A-Za-z0-9+/=_-]{40,}", source="Sentry documentation, auth tokens"),
        named("sentry", "old token", "sentry", r"[0-9a-f]{64}"),
        issued("dynatrace", "token", r"dt0[a-z]\d\d\.", r"[A-Z0-9]{24}\.[A-Z0-9]{64}"),
        issued("honeycomb", "key", r"hc[a-z]i[ck]_", r"[a-z0-9]{58}"),
        issued("posthog", "key", r"ph[xs]_", r"[A-Za-z0-9]{43}"),
        issued(
            "launchdarkly", "key", r"(?:sdk|api)-[0-9a-f]{8}-", r"[0-9a-f]{4}-4[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}"
        ),
        named("launchdarkly", "token", "launch_?darkly", r"[A-Za-z0-9=_-]{40}"),
        named("sumologic", "access id or key", "sumo(?:logic)?[_.-]", r"[A-Za-z0-9]{64}|su[A-Za-z0-9]{12}"),
        named("splunk", "token", "splunk", UUID),
        named("pagerduty", "key", "pager_?duty", r"[A-Za-z0-9+_-]{20}|[0-9a-f]{32}"),
        named("rollbar", "token", "rollbar", r"[0-9a-f]{32}"),
        named("logzio", "token", "logz_?io", r"[A-Za-z]{32}", check=is_issued),
        named("elastic", "key", "elastic", r"[A-Za-z0-9+/_-]{58,62}={1,2}"),
    ),
    examples={
        "SECRET": (
            f"loki_key: «glc_eyJ{invented(90)}==»",
            f"«glsa_{invented(32)}_{invented(8, HEX)}»",
            f"«eyJrIjoi{invented(80)}=»",
            f"«NRAK-{invented(27, 'ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789')}»",
            f"NEW_RELIC_LICENSE_KEY=«{invented(36, HEX)}NRAL»",
            f"DD_API_KEY=«{invented(32, HEX)}»",
            f"«sntrys_eyJ{invented(120)}=_{invented(43)}»",
            f"SENTRY_AUTH_TOKEN=«{invented(64, HEX)}»",
            f"«dt0c01.{invented(24, 'ABCDEFGHIJ234567')}.{invented(64, 'ABCDEFGHIJ234567')}»",
            f"«hcaik_{invented(58, 'abcdefghij0123456789')}»",
            f"«phx_{invented(43)}»",
            f"«sdk-{A_UUID}»",
            f"launchdarkly_token=«{invented(40)}»",
            f"SUMO_ACCESS_KEY: «{invented(64)}»",
            f'export SUMOLOGIC_ACCESSID="«su{invented(12)}»"',
            f"splunk_hec_token = «{A_UUID}»",
            f"PAGERDUTY_KEY=«{invented(32, HEX)}»",
            f"rollbar_access_token: «{invented(32, HEX)}»",
            f"LOGZIO_TOKEN=«{invented(32, 'abcdefghijkmnpqrstuvwxyzABCDEFGHJK')}»",
            f"ELASTIC_API_KEY=«{invented(60)}==»",
        )
    },
    counter_examples=(
        "SUMO_ACCESS_KEY={SumoAccessKey}",
        "SUMOLOGIC_ACCESSID: ${SUMOLOGIC_ACCESSID}",
        "datadog: https://app.datadoghq.eu",
        "sentry: disabled",
        "elastic: true",
    ),
)
