"""
Tokens of the tools that people work with: tickets, documents, forms, customers, maps, identity.

Source: each provider's documentation of its tokens.
"""

from gateway.screening.detectors.secrets._forms import HEX, invented, issued, named
from gateway.screening.patterns import Family

_UUID = r"[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}"

_MARKED = (
    issued("linear", "key", r"lin_(?:api|oauth)_", r"[A-Za-z0-9]{40,64}", source="Linear developer documentation"),
    issued("notion", "token", r"ntn_", r"[A-Za-z0-9]{43,50}", source="Notion developer changelog, token prefix"),
    issued(
        "notion", "old token", r"secret_[A-Za-z0-9]{4}", r"[A-Za-z0-9]{39}", source="Notion developer documentation"
    ),
    issued(
        "airtable", "token", r"pat[A-Za-z0-9]{14}\.", r"[0-9a-f]{64}", source="Airtable support, personal access tokens"
    ),
    issued("atlassian", "token", r"ATATT3[A-Za-z0-9]{2}", r"[A-Za-z0-9_=-]{100,200}", source="Atlassian support"),
    issued("figma", "token", r"fig[doru]r?_", r"[A-Za-z0-9_-]{40,48}", source="Figma developer documentation"),
    issued("hubspot", "private app token", r"pat-(?:na|eu)\d-", _UUID, source="HubSpot developers, private apps"),
    issued("dropbox", "token", r"sl\.[A-Za-z0-9_-]{6}", r"[A-Za-z0-9_=-]{124,140}", source="Dropbox OAuth guide"),
    issued("mapbox", "secret token", r"sk\.eyJ", r"[A-Za-z0-9_-]{40,100}\.[A-Za-z0-9_-]{20,30}"),
    issued("postman", "key", r"PMAK-", r"[0-9a-f]{24}-[0-9a-f]{34}"),
    issued("typeform", "token", r"tfp_", r"[A-Za-z0-9=_.-]{59}"),
    issued("contentful", "token", r"CFPAT-", r"[A-Za-z0-9_-]{43}"),
    issued("readme", "key", r"rdme_", r"[a-z0-9]{70}"),
    issued("frame.io", "token", r"fio-u-", r"[A-Za-z0-9=_-]{64}"),
    issued("intra42", "secret", r"s-s4t2(?:ud|af)-", r"[0-9a-f]{64}"),
    issued(
        "authress",
        "key",
        r"(?:sc|ext|scauth|authress)_[a-z0-9]{5,30}\.",
        r"[a-z0-9]{4,6}\.acc_[a-z0-9-]{10,32}\.[a-z0-9+/_=-]{30,120}",
    ),
    issued("maxmind", "licence key", r"[A-Za-z0-9]{6}_[A-Za-z0-9]{29}_mmk", r""),
    issued("adobe", "client secret", r"p8e-", r"[A-Za-z0-9]{32}"),
    issued("clickhouse", "key", r"4b1d[A-Za-z0-9]{4}", r"[A-Za-z0-9]{34}"),
    issued("salesforce", "session", r"00D[A-Za-z0-9]{12,15}!", r"[A-Za-z0-9._]{80,120}"),
)
_NAMED = (
    named("okta", "token", "okta", r"00[A-Za-z0-9_=-]{40}", source="Okta developer documentation, API tokens"),
    named("auth0", "secret", "auth0", r"[A-Za-z0-9_-]{64}"),
    named("hubspot", "key", "hub_?spot", _UUID),
    named("asana", "secret", "asana", r"[0-9a-f]{32}|\d/\d{16,}:[0-9a-f]{32}"),
    named("atlassian", "old token", "atlassian|confluence|jira", r"[A-Za-z0-9]{24}"),
    named("trello", "token", "trello", r"[0-9a-f]{64}|[0-9a-f]{32}"),
    named("zendesk", "secret", "zendesk", r"[a-z0-9]{40}"),
    named("freshworks", "key", "fresh(?:books|desk|works)", r"[a-z0-9]{64}|[A-Za-z0-9]{20}"),
    named("intercom", "token", "intercom", r"[A-Za-z0-9=_-]{60}"),
    named("algolia", "key", "algolia", r"[0-9a-f]{32}"),
    named("looker", "secret", "looker", r"[A-Za-z0-9]{24}|[A-Za-z0-9]{20}"),
    named("contentful", "delivery token", "contentful", r"[A-Za-z0-9_-]{43}"),
    named("dropbox", "secret", "dropbox", r"[a-z0-9]{15}"),
    named("squarespace", "key", "squarespace", _UUID),
    named("rapidapi", "key", "rapid_?api", r"[A-Za-z0-9_-]{50}"),
    named("fastly", "token", "fastly", r"[A-Za-z0-9=_-]{32}"),
    named("etsy", "key", "etsy", r"[a-z0-9]{24}"),
    named("flickr", "key", "flickr", r"[0-9a-f]{32}|[0-9a-f]{16}"),
    named("finnhub", "key", "finnhub", r"[a-z0-9]{20}"),
    named("lob", "key", r"\blob[_-]", r"(?:live|test)_(?:pub_)?[0-9a-f]{31,35}"),
    named("meraki", "key", "meraki", r"[0-9a-f]{40}"),
    named("adobe", "client id", "adobe", r"[0-9a-f]{32}"),
    named("adafruit", "key", "adafruit", r"[A-Za-z0-9_-]{32}"),
    named("confluent", "key", "confluent", r"[A-Za-z0-9+/]{64}|[A-Za-z0-9]{16}"),
    named("new york times", "key", "ny_?times", r"[A-Za-z0-9=_-]{32}"),
)

DETECTOR = Family(
    name="workplace_keys",
    source="The providers' documentation of their tokens",
    patterns=(*_MARKED, *_NAMED),
    examples={
        "SECRET": (
            f"«lin_api_{invented(40)}»",
            f"«ntn_{invented(46)}»",
            f"«secret_{invented(43)}»",
            f"«pat{invented(14)}.{invented(64, HEX)}»",
            f"«ATATT3xFfGF0{invented(180)}»",
            f"«figd_{invented(43)}»",
            f"«pat-na1-{invented(8, HEX)}-1a2b-4c3d-9e8f-{invented(12, HEX)}»",
            f"«sl.{invented(135)}»",
            f"«sk.eyJ{invented(60)}.{invented(22)}»",
            f"«PMAK-{invented(24, HEX)}-{invented(34, HEX)}»",
            f"«tfp_{invented(59)}»",
            f"«CFPAT-{invented(43)}»",
            f"«rdme_{invented(70, 'abcdefghij0123456789')}»",
            f"«fio-u-{invented(64)}»",
            f"«s-s4t2ud-{invented(64, HEX)}»",
            f"«sc_{invented(12, HEX)}.{invented(4, HEX)}.acc_{invented(16, HEX)}.{invented(40, HEX)}»",
            f"«{invented(6)}_{invented(29)}_mmk»",
            f"«p8e-{invented(32)}»",
            f"«4b1d{invented(38)}»",
            f"«00D{invented(12)}!{invented(96)}»",
            f'"oktaApiToken": "«00{invented(40)}»"',
            f"AUTH0_CLIENT_SECRET=«{invented(64)}»",
            f'hubspotKey = "«{invented(8, HEX)}-1a2b-4c3d-9e8f-{invented(12, HEX)}»"',
            f"asana_client_secret = «{invented(32, HEX)}»",
            f"JIRA_TOKEN=«{invented(24)}»",
            f"trello_token: «{invented(64, HEX)}»",
            f"zendesk_secret: «{invented(40, HEX)}»",
            f"freshbooks_token=«{invented(64, HEX)}»",
            f"INTERCOM_TOKEN=«{invented(60)}»",
            f"algoliaAdminKey: '«{invented(32, HEX)}»'",
            f"looker_client_secret = «{invented(24)}»",
            f"contentful_delivery_token=«{invented(43)}»",
            f"dropbox_secret: «{invented(15, HEX)}»",
            f"squarespace_key=«{invented(8, HEX)}-1a2b-4c3d-9e8f-{invented(12, HEX)}»",
            f"rapidapi_key = '«{invented(50)}»'",
            f"FASTLY_TOKEN=«{invented(32)}»",
            f"etsy_key: «{invented(24, HEX)}»",
            f"flickr_secret=«{invented(16, HEX)}»",
            f"finnhub_token=«{invented(20, HEX)}»",
            f"lob_api_key=«live_{invented(35, HEX)}»",
            f"meraki_key=«{invented(40, HEX)}»",
            f"adobe_secret=«{invented(32, HEX)}»",
            f"ADAFRUIT_IO_KEY=«{invented(32)}»",
            f"confluent_secret = «{invented(64)}»",
            f"nytimes_key=«{invented(32)}»",
        )
    },
    counter_examples=(
        "secret_santa, secret_access_key_from_the_environment",
        "ntn_12345678901abc",
        "okta: https://acme.okta.com",
        "pat-na1-your-token",
        "jira: PROJ-1234",
        "a figd_tree",
    ),
)
