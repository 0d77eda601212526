"""Words of the simulated world: companies, people, titles, pages. None of them tells of intent."""

from __future__ import annotations

__all__ = [
    "CAMPAIGNS",
    "COMPETITORS",
    "COUNTRIES",
    "FIELDS",
    "FREE_MAIL",
    "INDUSTRY_WORDS",
    "MAIL_PLAN",
    "MAIL_TYPES",
    "REASONS",
    "STEMS_ABROAD",
    "STEMS_JAPAN",
    "STUDENT_TITLES",
    "SURNAMES",
    "TITLES_EN",
    "TITLES_JA",
    "TOPICS",
    "TOPICS_BY_FIELD",
    "UNIVERSITIES",
    "VALUES",
]

# (written, in the address): the first half of a company's name.
STEMS_JAPAN = (
    ("東海", "tokai"), ("北斗", "hokuto"), ("富士見", "fujimi"), ("大和", "yamato"), ("青葉", "aoba"),
    ("日向", "hyuga"), ("若松", "wakamatsu"), ("瑞穂", "mizuho"), ("桜井", "sakurai"), ("白鳥", "shiratori"),
    ("三河", "mikawa"), ("信濃", "shinano"), ("瀬戸", "seto"), ("能登", "noto"), ("播磨", "harima"),
    ("近江", "omi"), ("相模", "sagami"), ("武蔵野", "musashino"), ("出雲", "izumo"), ("薩摩", "satsuma"),
    ("松島", "matsushima"), ("千歳", "chitose"), ("旭", "asahi"), ("高砂", "takasago"), ("常盤", "tokiwa"),
    ("丸山", "maruyama"), ("石狩", "ishikari"), ("木曽", "kiso"), ("淡路", "awaji"), ("伊吹", "ibuki"),
)  # fmt: skip
STEMS_ABROAD = ("Northfield", "Clearwater", "Oakmont", "Stonebridge", "Kingfisher", "Larkspur")
# For each industry, in the order of tables.INDUSTRIES: (Japanese, in the address, English), twice.
INDUSTRY_WORDS = (
    (("精機", "seiki", "Precision"), ("製作所", "works", "Manufacturing")),
    (("システムズ", "systems", "Systems"), ("情報技術", "infotech", "Software")),
    (("信用金庫", "shinkin", "Credit"), ("証券", "securities", "Capital")),
    (("運輸", "unyu", "Freight"), ("物流", "logi", "Logistics")),
    (("医療", "medical", "Medical"), ("薬品", "pharma", "Pharma")),
    (("建設", "kensetsu", "Construction"), ("工務店", "komuten", "Builders")),
    (("総合サービス", "service", "Services"), ("コンサルティング", "consulting", "Consulting")),
    (("放送", "hoso", "Broadcasting"), ("出版", "shuppan", "Publishing")),
    (("百貨店", "depart", "Stores"), ("商店", "shoten", "Retail")),
    (("フーズ", "foods", "Foods"), ("食堂", "shokudo", "Kitchens")),
    (("振興公社", "kosha", "Agency"), ("開発機構", "kikou", "Authority")),
    (("学園", "gakuen", "Academy"), ("予備校", "yobiko", "School")),
)
COMPETITORS = ("rivalscore.example", "leadpilot.example", "scoreworks.example", "nurturehub.example")
UNIVERSITIES = ("u-miyako.ac.jp", "st.kitanodai.ac.jp", "g.minato-univ.ac.jp", "stu.hill-college.edu")
FREE_MAIL = ("gmail.com", "yahoo.co.jp", "outlook.com", "icloud.com", "hotmail.com")
# Country of each row of tables.REGIONS.
COUNTRIES = ("JP", "JP", "JP", "JP", "JP", "JP", "US", "DE", "SG")

# By rank, then department, in the order of tables.RANKS (six of them) and tables.DEPARTMENTS (seven).
_DEPARTMENTS_JA = ("情報システム部", "営業部", "マーケティング部", "製造部", "経理部", "総務部", "研究開発部")
_DEPARTMENTS_EN = ("IT", "Sales", "Marketing", "Production", "Accounting", "General Affairs", "Research")
_RANKS_JA = ("執行役員 {}担当", "{} 部長", "{} 課長", "{} 係長", "{} 担当", "{} アシスタント")
_RANKS_EN = ("VP {}", "Head of {}", "{} Manager", "{} Team Lead", "{} Specialist", "{} Assistant")
_OFTEN_EN = {
    "VP IT": "CIO",
    "VP Sales": "Chief Sales Officer",
    "VP Marketing": "CMO",
    "VP Accounting": "CFO",
    "Sales Specialist": "Sales Rep",
}
TITLES_JA = tuple(tuple(rank.format(part) for part in _DEPARTMENTS_JA) for rank in _RANKS_JA)
TITLES_EN = tuple(
    tuple(_OFTEN_EN.get(title, title) for title in (rank.format(part) for part in _DEPARTMENTS_EN))
    for rank in _RANKS_EN
)
STUDENT_TITLES = ("学生", "Student")  # Japanese, English
SURNAMES = (
    "sato", "suzuki", "takahashi", "tanaka", "ito", "watanabe", "yamamoto", "nakamura", "kobayashi", "kato",
    "yoshida", "yamada", "sasaki", "matsumoto", "inoue", "kimura", "shimizu", "hayashi", "saito", "mori",
    "smith", "chen", "mueller", "garcia", "nguyen", "kim", "brown", "rossi", "dubois", "larsen",
)  # fmt: skip

# For each source, in the order of tables.SOURCES: what its campaigns are called; None = it has none.
CAMPAIGNS = (
    None, "search-brand", None, "partner-program", None, "social-abm", "social-broad", "letter", "expo",
)  # fmt: skip

# What we sell; a lead is interested in one of these, which says what, not whether.
FIELDS = ("crm", "automation", "analytics", "support", "security", "integration")


# What an activity was about, by type; a type that stands nowhere below has no topic.
TOPICS = {
    "pricing_view": ("/pricing", "/pricing/enterprise", "/pricing/compare"),
    "contact_form": ("/contact", "/contact/sales"),
    "site_visit": ("/", "/company", "/customers", "/news", "/careers", "/support"),
    "social_comment": ("linkedin", "facebook", "x"),
    "social_share": ("linkedin", "facebook", "x"),
    "followup_reply": ("mail: follow-up",),
    "call_booked": ("discovery call",),
    "cart_abandoned": ("/cart",),
}
# The same, where the topic says which field the lead is interested in.
TOPICS_BY_FIELD = {
    "demo_request": ("demo: {}",),
    "document_download": ("whitepaper: {}", "specification: {}", "case study: {}"),
    "product_view": ("/products/{}", "/products/{}/features", "/products/{}/specification"),
    "blog_view": ("/blog/{}-basics", "/blog/{}-trends", "/blog/{}-how-to"),
    "webinar_registered": ("webinar: {} 101", "webinar: {} in practice"),
    "webinar_attended": ("webinar: {} 101", "webinar: {} in practice"),
    "trial_signup": ("trial: {}",),
}
# Mails follow a plan: which one it is about depends on the days since creation.
MAIL_TYPES = ("email_sent", "email_open", "email_click", "unsubscribe")
MAIL_PLAN = (
    (0.0, "mail: welcome"), (1.0, "mail: first steps"), (7.0, "mail: case studies"), (21.0, "mail: offer"),
    (45.0, "mail: event"), (90.0, "mail: news"),
)  # fmt: skip
# `value` by type: median and spread (of the logarithm) of seconds on the page, of minutes, of JPY.
VALUES = {
    "site_visit": (40.0, 0.9),
    "pricing_view": (55.0, 0.9),
    "product_view": (60.0, 0.9),
    "blog_view": (90.0, 1.0),
    "webinar_attended": (35.0, 0.5),
    "cart_abandoned": (180_000.0, 0.8),
}

REASONS = {
    "by hand": ("entered by hand", "inbound inquiry"),  # without and with intent
    "recycled": ("no budget", "not now", "wrong person", "no answer"),
    "lost": ("price", "chose another vendor", "no decision"),
}
