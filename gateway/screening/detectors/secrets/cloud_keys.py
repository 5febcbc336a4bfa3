"""
Keys of cloud platforms and hosting providers.

Source: each provider's documentation of its credentials; where it names no form, what its console issues.
"""

from gateway.screening.detectors.secrets._forms import A_UUID, HEX, UUID, invented, is_issued, issued, named
from gateway.screening.patterns import Family, Pattern

_UPPER = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
_AWS = "AWS IAM User Guide, unique identifiers"
_AZURE = "Microsoft Purview, sensitive information type definitions"


def _azure(what: str, gate: str, regex: str) -> Pattern:
    return Pattern(
        name=f"azure {what}",
        entity_type="SECRET",
        gate=gate,
        regex=regex,
        score=0.95,
        check=is_issued,
        provider="azure",
        source=_AZURE,
    )


_AMAZON = (
    issued("aws", "access key id", r"(?:A3T[A-Z0-9]|ABIA|ACCA|AKIA|ASIA)[A-Z0-9]{4}", r"[A-Z0-9]{12}", source=_AWS),
    named("aws", "secret access key", r"aws|secret_?access_?key", r"[A-Za-z0-9/+]{40}", source=_AWS),
    issued("aws", "bedrock key", r"ABSKQmVk", r"[A-Za-z0-9+/]{100,269}={0,2}", source="Amazon Bedrock User Guide"),
    issued(
        "aws", "short-term bedrock key", r"bedrock-api-key-", r"[A-Za-z0-9+/]{28,}", source="Amazon Bedrock User Guide"
    ),
    issued("aws", "marketplace token", r"amzn\.mws\.", UUID, source="Amazon MWS Developer Guide"),
)
_GOOGLE = (
    issued("google", "api key", r"AIza", r"[A-Za-z0-9_-]{35}"),
    issued("google", "oauth client secret", r"GOCSPX-", r"[A-Za-z0-9_-]{28}"),
    issued("google", "oauth token", r"ya29\.[A-Za-z0-9_-]{4}", r"[A-Za-z0-9_-]{16,}"),
    issued("google", "firebase messaging key", r"AAAA[A-Za-z0-9_-]{7}:A", r"[A-Za-z0-9_-]{139}"),
    issued("google", "refresh token", r"1//0[A-Za-z0-9_-]{4}", r"[A-Za-z0-9_-]{36,}"),
)
_MICROSOFT = (
    _azure("storage key", r"AccountKey=", r"\bAccountKey=(?P<value>[A-Za-z0-9+/]{86}==)"),
    _azure("shared access key", r"SharedAccessKey=", r"\bSharedAccessKey=(?P<value>[A-Za-z0-9+/]{43}=)"),
    _azure(
        "shared access signature",
        r"[?&]s(?:v|r|p|e|t|ig)=",
        r"[?&]sig=(?P<value>[A-Za-z0-9%/+_-]{43,80}(?:=|%3[Dd]))",
    ),
    _azure("client secret", r"[0-9]Q~[A-Za-z0-9_~.-]{4}", r"[A-Za-z0-9_~.-]{3}\dQ~[A-Za-z0-9_~.-]{31,34}"),
    _azure(
        "signed key",
        r"(?:APIM|ACDb|\+(?:ABa|AMC|ASt))[A-Za-z0-9+/]{5}[AQgw]==",
        r"[A-Za-z0-9+/]{76}(?:APIM|ACDb|\+(?:ABa|AMC|ASt))[A-Za-z0-9+/]{5}[AQgw]==",
    ),
    _azure("functions key", r"AzFu[A-Za-z0-9_-]{5}[AQgw]==", r"[A-Za-z0-9_-]{44}AzFu[A-Za-z0-9_-]{5}[AQgw]=="),
    _azure("devops token", r"AZDO[A-Za-z0-9]{4}\b", r"[A-Za-z0-9]{76}AZDO[A-Za-z0-9]{4}"),
)
_IBM = (
    named(
        "ibm",
        "cloud key",
        r"ibm[_-]?(?:cloud|iam|api|key|pass|pwd|token)|(?:cloud|iam)[_-]?(?:api|iam)?[_-]?(?:key|pwd|password|pass|token)",
        r"[A-Za-z0-9_-]{44}",
    ),
    named("ibm", "object storage secret", r"(?:ibm)?[_-]?cos[_-]?(?:hmac)?[_-]?secret", r"[0-9a-f]{48}"),
    named(
        "ibm",
        "cloudant credential",
        r"cl(?:ou(?:dant)?)?[_-]?(?:api|pass|pw|key|token)",
        r"[0-9a-f]{64}|[a-z]{24}",
        check=is_issued,
    ),
    named("ibm", "softlayer key", r"softlayer|\bsl[_-]?(?:api|key|pass)", r"[0-9a-f]{64}"),
    Pattern(
        name="ibm softlayer address",
        entity_type="SECRET",
        gate=r"softlayer\.com/",
        regex=r"softlayer\.com/(?:soap|rest)/v3(?:\.1)?/(?P<value>[0-9a-f]{64})",
        score=0.95,
        check=is_issued,
        provider="ibm",
    ),
)
_OTHERS = (
    issued("alibaba", "access key id", r"LTAI[A-Za-z0-9]{4}", r"[A-Za-z0-9]{8,20}"),
    named("alibaba", "access key secret", "ali(?:baba|yun|cloud)", r"[A-Za-z0-9]{30}"),
    issued("tencent", "secret id", r"AKID[A-Za-z0-9]{4}", r"[A-Za-z0-9]{28}"),
    issued("digitalocean", "token", r"do[opr]_v1_", r"[0-9a-f]{64}"),
    issued("digitalocean", "spaces key", r"DO00[A-Z0-9]{4}", r"[A-Z0-9]{12}"),
    issued("heroku", "key", r"HRKU-", rf"(?:AA[A-Za-z0-9_-]{{58}}|{UUID})"),
    named("heroku", "api key", "heroku", UUID),
    issued("cloudflare", "origin key", r"v1\.0-[0-9a-f]{4}", r"[0-9a-f]{20}-[0-9a-f]{146}"),
    named("cloudflare", "token", "cloudflare|cf_api", r"[0-9a-f]{37}|[A-Za-z0-9_-]{40}"),
    issued("openshift", "token", r"sha256~", r"[A-Za-z0-9_-]{43}"),
    issued("fly", "access token", r"fo1_", r"[A-Za-z0-9_-]{43}"),
    issued("fly", "macaroon", r"fm[12][ar]?_", r"[A-Za-z0-9+/]{80,}={0,3}"),
    issued("netlify", "token", r"nf[pcoub]_", r"[A-Za-z0-9_-]{36}"),
    issued("render", "key", r"rnd_", r"[A-Za-z0-9]{28,32}"),
    issued("supabase", "token", r"sb[ps]_(?:oauth_)?", r"[0-9a-f]{40}"),
    issued("supabase", "secret key", r"sb_secret_", r"[A-Za-z0-9_-]{30,44}"),
    issued("planetscale", "token", r"pscale_(?:tkn|pw|oauth)_", r"[A-Za-z0-9=._-]{32,64}"),
    issued("neon", "key", r"napi_", r"[a-z0-9]{60,68}"),
    issued("databricks", "token", r"dapi[0-9a-f]{4}", r"[0-9a-f]{28}(?:-\d)?"),
    issued("scalingo", "token", r"tk-us-", r"[A-Za-z0-9_-]{48}"),
    issued("yandex", "iam token", r"t1\.[A-Z0-9a-z_-]{4}", r"[A-Z0-9a-z_-]+={0,2}\.[A-Z0-9a-z_-]{86}={0,2}"),
    issued("yandex", "api key", r"AQVN[A-Za-z0-9_-]{4}", r"[A-Za-z0-9_-]{31,34}"),
    issued("yandex", "secret key", r"YC[A-Za-z0-9_-]{6}", r"[A-Za-z0-9_-]{32}"),
    named("scaleway", "secret key", r"scw_secret|scaleway", UUID),
    named("hetzner", "token", r"hcloud|hetzner", r"[A-Za-z0-9]{64}"),
    named("linode", "token", "linode", r"[0-9a-f]{64}"),
    named("vercel", "token", "vercel", r"[A-Za-z0-9]{24}"),
)

DETECTOR = Family(
    name="cloud_keys",
    source="The providers' documentation of their credentials",
    patterns=(*_AMAZON, *_GOOGLE, *_MICROSOFT, *_IBM, *_OTHERS),
    examples={
        "SECRET": (
            f"the key «AKIA{invented(16, _UPPER)}» is in the log",
            f"aws_secret_access_key = «{invented(40)}»",
            f"«ABSKQmVkcm9ja0FQSUtleS1{invented(110)}=»",
            f"«bedrock-api-key-{invented(40)}»",
            f"«amzn.mws.{A_UUID}»",
            f"https://maps.example.org/?key=«AIza{invented(35)}»&zoom=4",
            f"client_secret: «GOCSPX-{invented(28)}»",
            f"«ya29.{invented(40)}»",
            f"«AAAA{invented(7)}:A{invented(139)}»",
            f"refresh «1//0{invented(44)}»",
            f"AccountName=a;AccountKey=«{invented(86)}==»;EndpointSuffix=core.windows.net",
            f"SharedAccessKeyName=root;SharedAccessKey=«{invented(43)}=»",
            f"https://a.blob.core.windows.net/b?sv=2022-11-02&sig=«{invented(43)}%3D»",
            f"AZURE_CLIENT_SECRET=«{invented(3)}8Q~{invented(34)}»",
            f"«{invented(76)}+ASt{invented(5)}Q==»",
            f"«{invented(44)}AzFu{invented(5)}Q==»",
            f"«{invented(76)}AZDO{invented(4)}»",
            f'ibm_cloud_api_key = "«{invented(44)}»"',
            f"ibm_cos_hmac_secret_access_key = «{invented(48, HEX)}»",
            f"cloudant_password='«{invented(64, HEX)}»'",
            f"softlayer_api_key: «{invented(64, HEX)}»",
            f"https://api.softlayer.com/soap/v3.1/«{invented(64, HEX)}»",
            f"«LTAI{invented(20)}»",
            f"ALIYUN_ACCESS_KEY_SECRET=«{invented(30)}»",
            f"«AKID{invented(32)}»",
            f"«dop_v1_{invented(64, HEX)}»",
            f"«DO00{invented(16, _UPPER)}»",
            f"«HRKU-AA{invented(58)}»",
            f"HEROKU_API_KEY=«{A_UUID}»",
            f"«v1.0-{invented(24, HEX)}-{invented(146, HEX)}»",
            f"CLOUDFLARE_API_TOKEN=«{invented(40)}»",
            f"oc login --token=«sha256~{invented(43)}»",
            f"«fo1_{invented(43)}»",
            f"FlyV1 «fm2_{invented(90)}»",
            f"«nfp_{invented(36)}»",
            f"«rnd_{invented(32)}»",
            f"«sbp_{invented(40, HEX)}»",
            f"«sb_secret_{invented(31)}»",
            f"«pscale_tkn_{invented(43)}»",
            f"«napi_{invented(64, 'abcdefghijklmnopqrstuvwxyz0123456789')}»",
            f"«dapi{invented(32, HEX)}-2»",
            f"«tk-us-{invented(48)}»",
            f"«t1.{invented(60)}.{invented(86)}»",
            f"«AQVN{invented(36)}»",
            f"«YC{invented(38)}»",
            f"SCW_SECRET_KEY=«{A_UUID}»",
            f"HCLOUD_TOKEN=«{invented(64)}»",
            f"linode_token: «{invented(64, HEX)}»",
            f"VERCEL_TOKEN=«{invented(24)}»",
        )
    },
    counter_examples=(
        "AKIA is a prefix, AKIAIOSFODNN7" + "EXAMPLE is the documentation's, AKIAXXXXXXXXXXXXXXXX nobody's",
        f"AIza{'x' * 35}",
        f"AKIA{invented(24, _UPPER)} is too long",
        "we run on aws: it is reliable",
        "cloudflare: https://dash.cloudflare.com/profile/api-tokens",
        "https://cdn.example.org/app.js?v=20240101120000",
        "heroku: your-app-name",
        f"Digest: sha256:{invented(64, HEX)}",
        "AZURE_CLIENT_SECRET=your-client-secret",
    ),
)
