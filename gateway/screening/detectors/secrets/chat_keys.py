"""
Tokens of chat, telephony and social networks.

Source: each provider's documentation of its tokens, as named beside the forms.
"""

from gateway.screening.detectors.secrets._forms import A_UUID, HEX, UUID, invented, issued, named
from gateway.screening.patterns import Family

_SLACK = "Slack API documentation, token types"

_SLACK_FORMS = (
    issued("slack", "bot token", r"xoxb-\d", r"\d{7,13}-(?:\d{8,14}-)?[A-Za-z0-9]{16,34}", source=_SLACK),
    issued("slack", "user token", r"xox[ep]-\d", r"\d{4,13}(?:-\d{4,13}){2}-[A-Za-z0-9]{28,36}", source=_SLACK),
    issued("slack", "legacy token", r"xox[aors]-", r"(?:\d-)?\d{4,}(?:-\d{4,}){1,3}-[0-9a-f]{8,48}", source=_SLACK),
    issued(
        "slack", "rotating token", r"xoxe(?:\.xox[bp])?-\d-", r"[A-Za-z0-9]{60,250}", source="Slack API, token rotation"
    ),
    issued("slack", "app token", r"xapp-\d-", r"[A-Z0-9]+-\d+-[A-Za-z0-9]{16,}", source=_SLACK),
    issued("slack", "webhook", r"hooks\.slack\.com/", r"(?:services|workflows|triggers)/[A-Za-z0-9+/]{40,80}"),
)
_CHAT = (
    issued(
        "discord",
        "bot token",
        r"[MNO][A-Za-z0-9_-]{23,25}\.[A-Za-z0-9_-]{6}\.",
        r"[A-Za-z0-9_-]{27,38}",
        source="Discord developer documentation, authentication",
    ),
    issued("discord", "webhook", r"discord(?:app)?\.com/api/webhooks/", r"\d{17,20}/[A-Za-z0-9_-]{60,80}"),
    named("discord", "client secret", "discord", r"[A-Za-z0-9_-]{32}|[0-9a-f]{64}"),
    issued(
        "telegram", "bot token", r"\d{6,12}:A", r"[A-Za-z0-9_-]{34}", source="Telegram Bot API, authorizing your bot"
    ),
    issued(
        "microsoft",
        "teams webhook",
        r"[a-z0-9]+\.webhook\.office\.com/webhook",
        rf"(?:b2)?/{UUID}@{UUID}/IncomingWebhook/[0-9a-f]{{32}}/{UUID}(?:/[A-Za-z0-9_-]+)?",
    ),
    issued(
        "google",
        "chat webhook",
        r"chat\.googleapis\.com/v1/spaces/",
        r"[A-Za-z0-9_-]+/messages\?key=[A-Za-z0-9_-]+&token=[A-Za-z0-9_%-]{20,}",
    ),
    named("mattermost", "token", "mattermost", r"[a-z0-9]{26}"),
    named("gitter", "token", "gitter", r"[A-Za-z0-9_-]{40}"),
    named("sendbird", "token", "sendbird", rf"{UUID}|[0-9a-f]{{40}}"),
    named("zoom", "secret", "zoom_", r"[A-Za-z0-9]{32}"),
)
_TELEPHONY = (
    issued("twilio", "key", r"(?:SK|AC)[0-9a-f]{4}", r"[0-9a-f]{28}", source="Twilio Docs, API keys", score=0.9),
    named("twilio", "token", "twilio", r"[0-9a-f]{32}"),
    named("messagebird", "key", "message_?bird", rf"[A-Za-z0-9]{{25}}|{UUID}"),
    named("vonage", "secret", "vonage|nexmo", r"[A-Za-z0-9]{16}"),
    issued("plivo", "id and token", r"(?:MA|SA)[A-Z0-9]{18}:", r"[A-Za-z0-9]{40}", source="Plivo documentation"),
)
_SOCIAL = (
    issued("facebook", "app token", r"\d{15,16}\|", r"[A-Za-z0-9_-]{27}", score=0.9),
    issued("facebook", "access token", r"EAA[A-Za-z0-9]{9}", r"[A-Za-z0-9]{60,}", score=0.9),
    named("facebook", "secret", r"facebook|\bfb_", r"[0-9a-f]{32}"),
    issued("twitter", "bearer token", r"A{20}", r"[A-Za-z0-9%]{60,100}", source="X developer documentation"),
    named("twitter", "token", "twitter", r"\d{15,25}-[A-Za-z0-9]{20,40}|[A-Za-z0-9]{45,50}|[A-Za-z0-9]{25,35}"),
    named("linkedin", "secret", "linked_?in", r"[A-Za-z0-9]{16}"),
    issued("linkedin", "client secret", r"WPL_AP1\.", r"[A-Za-z0-9]{16}\.[A-Za-z0-9+/]{6}=="),
    named("twitch", "token", "twitch", r"[a-z0-9]{30}"),
    issued("instagram", "token", r"IG[A-Z]{2}[A-Za-z0-9]{6}", r"[A-Za-z0-9_-]{100,}"),
)

DETECTOR = Family(
    name="chat_keys",
    source="The providers' documentation of their tokens",
    patterns=(*_SLACK_FORMS, *_CHAT, *_TELEPHONY, *_SOCIAL),
    examples={
        "SECRET": (
            f"«xoxb-123456789012-{invented(24)}»",
            f"«xoxp-41684372915-1320496754-45609968301-{invented(32, HEX)}»",
            f"«xoxa-2-511111111-31111111111-3111111111111-{invented(18, HEX)}»",
            f"«xoxe.xoxp-1-{invented(160)}»",
            f"«xapp-1-A0{invented(9, 'ABCDEFGH0123456789')}-5171572773297-{invented(64, HEX)}»",
            f"https://«hooks.slack.com/services/T0{invented(8)}/B0{invented(8)}/{invented(24)}»",
            f"«M{invented(23)}.{invented(6)}.{invented(27)}»",
            f"https://«discord.com/api/webhooks/112233445566778899/{invented(68)}»",
            f"DISCORD_CLIENT_SECRET=«{invented(32)}»",
            f"bot «123456789:A{invented(34)}» replies",
            f"«acme.webhook.office.com/webhookb2/{A_UUID}@{A_UUID}/IncomingWebhook/{invented(32, HEX)}/{A_UUID}»",
            f"https://«chat.googleapis.com/v1/spaces/AAAA/messages?key={invented(39)}&token={invented(43)}»",
            f"mattermost_token: «{invented(26, 'abcdefghijklmnopqrstuvwxyz0123456789')}»",
            f"GITTER_TOKEN=«{invented(40)}»",
            f"sendbird_api_token=«{invented(40, HEX)}»",
            f"ZOOM_CLIENT_SECRET=«{invented(32)}»",
            f"«SK{invented(32, HEX)}»",
            f"TWILIO_AUTH_TOKEN=«{invented(32, HEX)}»",
            f"messagebird_key = «{invented(25)}»",
            f"VONAGE_API_SECRET=«{invented(16)}»",
            f"«MA{invented(18, 'ABCDEFGHIJ0123456789')}:{invented(40)}»",
            f"facebook «1477036645700765|{invented(27)}»",
            f"«EAAC{invented(120)}»",
            f"facebook_app_secret = '«{invented(32, HEX)}»'",
            f"«{'A' * 22}{invented(80)}»",
            f"twitter_api_key = «{invented(25)}»",
            f"linkedin_secret: «{invented(16)}»",
            f"«WPL_AP1.{invented(16)}.{invented(6)}==»",
            f"twitch_token=«{invented(30, 'abcdefghijklmnopqrstuvwxyz0123456789')}»",
            f"«IGQV{invented(140)}»",
        )
    },
    counter_examples=(
        "xoxb-xxxxxxxxxxx-xxxxxxxxxxxxxxxxxxxxxxxx",
        "xoxb-Slack_BOT_TOKEN",
        "xoxe.xoxp-1-initial",
        "https://hooks.slack.com/services/YOUR/WEBHOOK/URL",
        f"SK{'x' * 32}",
        "AC0123 is a room",
        "twitter: @somebody",
        "12345678:Anna",
    ),
)
