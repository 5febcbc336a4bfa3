"""
Keys of model providers and of what is built around them.

Source: each provider's documentation of its keys; where it names no form, what its console issues.
"""

from gateway.screening.detectors.secrets._forms import A_UUID, HEX, LETTERS, UUID, invented, is_random, issued, named
from gateway.screening.patterns import Family

DETECTOR = Family(
    name="ai_keys",
    source="The providers' documentation of their keys",
    patterns=(
        issued("anthropic", "key", r"sk-ant-[a-z]{3,8}\d\d-", r"[A-Za-z0-9_-]{80,120}AA", score=0.99),
        issued("openai", "project key", r"sk-(?:proj|svcacct|admin|None)-", r"[A-Za-z0-9_-]{20,200}", score=0.97),
        issued("openai", "key", r"sk-[A-Za-z0-9]{4}", r"[A-Za-z0-9]{16,60}", check=is_random),
        issued("openrouter", "key", r"sk-or-v1-", r"[0-9a-f]{64}", score=0.99),
        issued("langfuse", "secret key", r"sk-lf-", UUID),
        issued("hugging face", "token", r"(?:hf|api_org)_[A-Za-z]{4}", r"[A-Za-z0-9]{30}"),
        issued("perplexity", "key", r"pplx-", r"[A-Za-z0-9]{48,56}"),
        issued("groq", "key", r"gsk_", r"[A-Za-z0-9]{48,56}"),
        issued("xai", "key", r"xai-", r"[A-Za-z0-9]{70,90}"),
        issued("replicate", "token", r"r8_[A-Za-z0-9]{4}", r"[A-Za-z0-9]{33}"),
        issued("nvidia", "key", r"nvapi-", r"[A-Za-z0-9_-]{60,70}"),
        issued("fireworks", "key", r"fw_[A-Za-z0-9]{4}", r"[A-Za-z0-9]{18,20}", check=is_random),
        issued("together", "key", r"tgp_v1_", r"[A-Za-z0-9_-]{43}"),
        issued("cerebras", "key", r"csk-[a-z0-9]{4}", r"[a-z0-9]{40,60}"),
        issued("jina", "key", r"jina_", r"[A-Za-z0-9_-]{50,64}"),
        issued("tavily", "key", r"tvly-", r"(?:dev-|prod-)?[A-Za-z0-9]{32}"),
        issued("pinecone", "key", r"pcsk_", r"[A-Za-z0-9]{5,6}_[A-Za-z0-9]{60,70}"),
        issued("langsmith", "key", r"lsv2_(?:pt|sk)_", r"[0-9a-f]{32}_[0-9a-f]{10}"),
        issued("elevenlabs", "key", r"sk_[0-9a-f]{4}", r"[0-9a-f]{44}"),
        issued("voyage", "key", r"pa-[A-Za-z0-9]{4}", r"[A-Za-z0-9_-]{39}", check=is_random),
        named("cohere", "key", r"cohere|\bco_api", r"[A-Za-z0-9]{40}"),
        named("mistral", "key", "mistral", r"[A-Za-z0-9]{32}"),
        named("weights and biases", "key", "wandb", r"[0-9a-f]{40}"),
        named("azure", "openai key", "azure_openai|openai", r"[0-9a-f]{32}"),
        issued("privateai", "key", r"privateai[_-]", r"[0-9a-f]{32}"),
    ),
    examples={
        "SECRET": (
            f"ANTHROPIC_API_KEY=«sk-ant-api03-{invented(93)}AA»",
            f"«sk-proj-{invented(74)}T3BlbkFJ{invented(74)}»",
            f"my key is «sk-{invented(48)}», please check",
            f"«sk-or-v1-{invented(64, HEX)}»",
            f"«sk-lf-{A_UUID}»",
            f"login --token «hf_{invented(34, LETTERS)}»",
            f"«pplx-{invented(48)}»",
            f"«gsk_{invented(52)}»",
            f"«xai-{invented(80)}»",
            f"«r8_{invented(37)}»",
            f"«nvapi-{invented(64)}»",
            f"«fw_{invented(24)}»",
            f"«tgp_v1_{invented(43)}»",
            f"«csk-{invented(48, 'abcdefghjkmnprtvwxy23456789')}»",
            f"«jina_{invented(60)}»",
            f"«tvly-dev-{invented(32)}»",
            f"«pcsk_{invented(5)}_{invented(62)}»",
            f"«lsv2_pt_{invented(32, HEX)}_{invented(10, HEX)}»",
            f"«sk_{invented(48, HEX)}»",
            f"«pa-{invented(43)}»",
            f"COHERE_API_KEY=«{invented(40)}»",
            f"mistral_api_key: «{invented(32)}»",
            f"WANDB_API_KEY=«{invented(40, HEX)}»",
            f"AZURE_OPENAI_KEY=«{invented(32, HEX)}»",
            f"«privateai_{invented(32, HEX)}»",
        )
    },
    counter_examples=(
        "a risk-averse investor",
        "task-management-and-scheduling, sk-estimatordocumentationlink",
        ".sk-estimator-doc-link, .sk-toggleable__content, .sk-fading-circle12before",
        "sk-your-api-key-here and sk-xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
        "hf_token = load()",
        "mistral: a wind of the south",
    ),
)
