"""
Keys of services that send mail and measure who reads it.

Source: each provider's documentation of its keys.
"""

from gateway.screening.detectors.secrets._forms import A_UUID, HEX, UUID, invented, is_random, issued, named
from gateway.screening.patterns import Family

DETECTOR = Family(
    name="mail_keys",
    source="The providers' documentation of their keys",
    patterns=(
        issued("sendgrid", "key", r"SG\.[A-Za-z0-9_-]{4}", r"[A-Za-z0-9_-]{12,28}\.[A-Za-z0-9_-]{32,64}"),
        issued("mailchimp", "key", r"[0-9a-f]{32}-us\d", r"\d?", source="Mailchimp Marketing API, quick start"),
        issued("mailgun", "key", r"key-[0-9a-f]{4}", r"[0-9a-f]{28}", source="Mailgun documentation, API keys"),
        issued("mailgun", "signing key", r"[0-9a-f]{32}-[0-9a-f]{8}-", r"[0-9a-f]{8}", source="Mailgun documentation"),
        named("mailgun", "public key", "mailgun", r"pubkey-[0-9a-f]{32}|[0-9a-f]{32}"),
        named("postmark", "token", "postmark", UUID, source="Postmark developer documentation"),
        issued("brevo", "key", r"x(?:key|smtp)sib-", r"[0-9a-f]{64}-[A-Za-z0-9]{16}"),
        issued("resend", "key", r"re_[A-Za-z0-9]{8}_", r"[A-Za-z0-9]{24}", check=is_random),
        issued("mailersend", "token", r"mlsn\.", r"[0-9a-f]{64}"),
        named("mailjet", "key", "mailjet|mj_api", r"[0-9a-f]{32}"),
        named("sparkpost", "key", "sparkpost", r"[0-9a-f]{40}"),
        issued("klaviyo", "key", r"pk_[0-9a-f]{4}", r"[0-9a-f]{30}"),
        named("beamer", "token", "beamer", r"b_[A-Za-z0-9=_/-]{44}"),
    ),
    examples={
        "SECRET": (
            f"«SG.{invented(22)}.{invented(43)}»",
            f"mailchimp_api_key: «{invented(32, HEX)}-us18»",
            f"«key-{invented(32, HEX)}»",
            f"«{invented(32, HEX)}-{invented(8, HEX)}-{invented(8, HEX)}»",
            f"MAILGUN_KEY=«{invented(32, HEX)}»",
            f"POSTMARK_SERVER_TOKEN=«{A_UUID}»",
            f"«xkeysib-{invented(64, HEX)}-{invented(16)}»",
            f"«re_{invented(8)}_{invented(24)}»",
            f"«mlsn.{invented(64, HEX)}»",
            f"MJ_APIKEY_PRIVATE=«{invented(32, HEX)}»",
            f"sparkpost_api_key = «{invented(40, HEX)}»",
            f"«pk_{invented(34, HEX)}»",
            f"beamer_token: «b_{invented(44)}»",
        )
    },
    counter_examples=(
        "SG.1 is a section",
        "a2937653ed38c31-us2",
        "the key-value store, the key-facade pattern",
        "postmark: London, 3 May",
    ),
)
