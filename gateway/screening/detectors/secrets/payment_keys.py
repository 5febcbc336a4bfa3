"""
Keys of payment services, banks, exchanges and shops.

Source: each provider's documentation of its keys.
"""

from gateway.screening.detectors.secrets._forms import A_UUID, HEX, UUID, invented, is_random, issued, named
from gateway.screening.patterns import Family

DETECTOR = Family(
    name="payment_keys",
    source="The providers' documentation of their keys",
    patterns=(
        issued("stripe", "key", r"[rs]k_(?:live|test|prod)_", r"[A-Za-z0-9]{10,247}", source="Stripe Docs, API keys"),
        issued("stripe", "webhook secret", r"whsec_", r"[A-Za-z0-9+/]{24,}={0,2}", source="Stripe Docs, webhooks"),
        issued("square", "token", r"sq0(?:atp|csp|idp)-", r"[A-Za-z0-9_-]{22,43}", source="Square developer docs"),
        issued(
            "square", "access token", r"EAAA[A-Za-z0-9_-]{4}", r"[A-Za-z0-9_-]{52,56}", source="Square developer docs"
        ),
        issued("paypal", "braintree token", r"access_token\$(?:production|sandbox)\$", r"[0-9a-z]{16}\$[0-9a-f]{32}"),
        named("paypal", "secret", "paypal|braintree", r"E[A-Za-z0-9_-]{79}|[0-9a-f]{32}"),
        issued("shopify", "token", r"shp(?:at|ca|pa|ss|ua)_", r"[0-9a-fA-F]{32}", source="Shopify developer docs"),
        issued("plaid", "access token", r"access-(?:sandbox|development|production)-", UUID),
        named("plaid", "secret", "plaid", r"[0-9a-f]{30}|[0-9a-f]{24}"),
        issued("flutterwave", "key", r"FLW(?:PUB|SEC)K_(?:TEST|LIVE)-", r"[0-9A-Za-z]{32}-X"),
        issued("razorpay", "key", r"rzp_(?:live|test)_", r"[A-Za-z0-9]{14}"),
        issued("adyen", "key", r"AQE[A-Za-z0-9]{5}", r"[A-Za-z0-9+/]{50,}={0,2}-[A-Za-z0-9+/=]{20,}-[A-Za-z0-9]{10,}"),
        issued("gocardless", "token", r"live_[A-Za-z0-9_=-]{20}", r"[A-Za-z0-9_=-]{20}", check=is_random),
        issued("mollie", "key", r"(?:live|test)_[A-Za-z0-9]{20}", r"[A-Za-z0-9]{10}", check=is_random),
        issued("paystack", "key", r"sk_(?:live|test)_[0-9a-f]{4}", r"[0-9a-f]{36}"),
        issued("duffel", "token", r"duffel_(?:test|live)_", r"[A-Za-z0-9_=-]{43}"),
        issued("easypost", "key", r"EZ[AT]K[A-Za-z0-9]{4}", r"[A-Za-z0-9]{50}"),
        issued("shippo", "token", r"shippo_(?:live|test)_", r"[0-9a-f]{40}"),
        issued("freemius", "secret key", r"sk_[A-Za-z0-9!@#$%^&*]{4}", r"[^\s\"'\\]{25}", check=is_random),
        named("coinbase", "key", "coinbase", r"[A-Za-z0-9_-]{64}|[A-Za-z0-9]{16}"),
        named("kraken", "key", "kraken", r"[A-Za-z0-9/=_+-]{80,90}"),
        named("kucoin", "key", "kucoin", rf"{UUID}|[0-9a-f]{{24}}"),
        named("bittrex", "key", "bittrex", r"[a-z0-9]{32}"),
        named("finicity", "key", "finicity", r"[0-9a-f]{32}|[a-z0-9]{20}"),
    ),
    examples={
        "SECRET": (
            f"«sk_live_{invented(24)}» in production",
            f"«whsec_{invented(32)}»",
            f"«sq0atp-{invented(22)}»",
            f"«EAAA{invented(60)}»",
            f"«access_token$production${invented(16, 'abcdefghij0123456789')}${invented(32, HEX)}»",
            f"paypal_secret: «{invented(32, HEX)}»",
            f"«shpat_{invented(32, HEX)}»",
            f"«access-sandbox-{A_UUID}»",
            f"PLAID_SECRET=«{invented(30, HEX)}»",
            f"«FLWSECK_TEST-{invented(32, HEX)}-X»",
            f"«rzp_live_{invented(14)}»",
            f"«AQE{invented(60)}-{invented(44)}=-{invented(16)}»",
            f"«live_{invented(40)}»",
            f"«test_{invented(30)}»",
            f"«sk_test_{invented(40, HEX)}»",
            f"«duffel_test_{invented(43)}»",
            f"«EZAK{invented(54)}»",
            f"«shippo_live_{invented(40, HEX)}»",
            f"'secret_key' => '«sk_{invented(29)}»'",
            f"coinbase_secret = «{invented(64)}»",
            f"KRAKEN_API_SECRET=«{invented(86)}»",
            f"kucoin_secret=«{A_UUID}»",
            f"bittrex_key=«{invented(32, HEX)}»",
            f"finicity_app_key=«{invented(32, HEX)}»",
        )
    },
    counter_examples=(
        "sk_live_xxxxxxxxxxxxxxxxxxxx",
        f"pk_live_{invented(24)} is for the browser",
        "live_streaming_of_the_conference_tomorrow",
        "test_that_a_message_is_held, test_thatamessageofanybodyisheldback",
        "kraken: a sea monster, bittrex: incomprehensibilityincomprehens",
        "sk_estimator_with_a_long_name_12",
    ),
)
