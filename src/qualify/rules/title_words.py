"""The words by which rank and department are found in a job title; the first that is found decides.

Each entry is (key, English, Japanese): alternatives of a regular expression, separated by ``|``. English
words are matched whole, Japanese ones anywhere. Exceptions stand before the rule that they break.
"""

from __future__ import annotations

from typing import TypeAlias

Lexicon: TypeAlias = tuple[tuple[str, str, str], ...]

RANKS: Lexicon = (
    (
        "student",
        r"students?|undergrad(?:uate)?|interns?|trainee|apprentice",
        r"学生|院生|生徒|インターン|研修生|実習生",
    ),
    # A deputy stands beside the person deputised for; an assistant below.
    ("manager", r"(?:assistant|asst|deputy|associate) (?:general )?(?:manager|mgr)s?", r"課長(?:補佐|代理)"),
    ("head", r"(?:assistant|asst|associate|deputy) directors?|head ?teacher", r"部長(?:補佐|代理)|副部長"),
    ("executive", r"(?:assistant|deputy|associate) vice[ -]president", r"取締役(?:補佐|代理)"),
    (
        "assistant",
        r"assistants?|asst|secretary|clerk|receptionist|admin|temp",
        r"アシスタント|補佐|秘書|事務員|一般事務|営業事務|受付|派遣|パート|アルバイト",
    ),
    # Called manager, executive, owner or partner, but in charge of accounts or a product, not of people.
    ("staff", r"(?:sales|account|marketing|hr|recruit\w*|business development|customer \w+) executives?", ""),
    ("staff", r"(?:key )?account managers?|(?:product|process|system) owners?|(?:business|hr) partners?", ""),
    (
        "owner",
        r"owners?|co[- ]?owner|(?:co[- ]?)?founders?|proprietor|entrepreneur"
        r"|self[- ]employed|freelancer?|sole trader",
        r"オーナー|創業者|創立者|店主|事業主|自営|フリーランス",
    ),
    ("head", r"general managers?|gm|executive directors? of", r"本部長|事業部長"),
    (
        "executive",
        r"c[defimorstx]o|chro|ciso|cbo|cco|cdo|clo|cpo|chief (?:[\w&]+ ){1,4}officer|[seag]?vps?"
        r"|(?:vice[ -])?president|managing directors?|executive (?:directors?|officers?)"
        r"|chair(?:man|woman|person)?|board|partner|executives?",
        r"取締役|社長|会長|専務|常務|役員|執行役|最高\w*責任者|代表|理事|頭取|監査役|院長|学長",
    ),
    (
        "head",
        r"head|directors?|dean",
        r"部長|局長|次長|室長|支店長|工場長|所長|センター長|統括|部門長|支社長|校長|事業長",
    ),
    (
        "manager",
        r"managers?|mgr|management|controller|superintendent",
        r"課長|マネージャ|マネジャ|店長|グループ長|グループリーダー|管理職|科長|責任者",
    ),
    (
        "lead",
        r"leads?|leader|supervisor|chief|principal|foreman",
        r"係長|主任|主査|リーダ|チーフ|班長|主幹|職長|ディレクター",
    ),
    (
        "staff",
        r"staff|reps?|representative|engineer|developer|programmer|analyst|specialist|associate|consultant|officer"
        r"|coordinator|planner|buyer|agent|administrator|technician|designer|scientist|researcher|accountant|teacher"
        r"|lecturer|professor|nurse|doctor|operator|worker|employee|advis[eo]r|architect|recruiter|sales(?:man|woman"
        r"|person)?|marketer|editor|writer|member|professional|sdr|bdr",
        r"担当|社員|職員|スタッフ|エンジニア|プログラマ|コンサルタント|アナリスト|技術者|技師|研究員|研究者|営業"
        r"|教員|教授|教師|講師|医師|看護師|係|メンバー|専門職|公務員",
    ),
)

DEPARTMENTS: Lexicon = (
    ("engineering", r"software|systems? engineer\w*|cto|product owners?", r"システムエンジニア|ソフトウェア"),
    (
        "education",
        r"teacher|headteacher|lecturer|professor|school|faculty|dean|instructor|tutor",
        r"教員|教授|教師|講師|学長|校長|教育",
    ),
    (
        "it",
        r"it|ict|mis|dx|cio|ciso|cdo|chief (?:information|digital|data) (?:\w+ )?officer|helpdesk"
        r"|cyber ?security|information (?:technology|systems?|security)|systems? admin\w*|infrastructure"
        r"|network|database|digital transformation",
        r"情報システム|情シス|情報部|情報企画|情報セキュリティ|情報技術|システム|社内se|インフラ|ネットワーク|デジタル",
    ),
    (
        "research",
        r"r ?& ?d|rnd|research\w*|scien(?:ce|tist)|laboratory|lab",
        r"研究|リサーチ|ラボ",
    ),
    (
        "marketing",
        r"marketing|marketer|cmo|brand|advertising|communications?|public relations|pr|seo|content|growth",
        r"マーケ|広報|宣伝|広告|販促|ブランド",
    ),
    (
        "support",
        r"customer (?:support|success|service|care)|service desk|call cent(?:er|re)|support",
        r"カスタマー|サポート|お客様|コールセンター|顧客",
    ),
    (
        "sales",
        r"sales\w*|business development|bdr|sdr|(?:key )?account (?:executive|manager)s?|cro|cso|revenue"
        r"|commercial",
        r"営業|セールス|販売",
    ),
    (
        "hr",
        r"hr|human resources?|people|talent|recruit\w*|chro|payroll|training",
        r"(?<!個)人事|労務|採用|人材|研修",
    ),
    (
        "purchasing",
        r"purchas\w+|procurement|buyer|sourcing|vendor management|merchandis\w+",
        r"購買|調達|仕入|資材|バイヤー",
    ),
    (
        "finance",
        r"financ\w+|cfo|account(?:ing|ant|s)|controller|treasur\w+|audit\w*|tax",
        r"経理|財務|会計|監査|税務",
    ),
    ("legal", r"legal|counsel|lawyer|attorney|compliance|clo", r"法務|弁護士|コンプライアンス|知財"),
    (
        "engineering",
        r"engineer\w*|technolog\w+|technical|technician|develop\w+|programmer|architect|design\w*",
        r"技術|開発|エンジニア|設計|プログラマ",
    ),
    (
        "operations",
        r"operations?|ops|coo|logistics?|supply chain|production|manufacturing|plant|warehouse"
        r"|quality|facilit\w+",
        r"生産|製造|業務|物流|オペレーション|工場|品質|現場|倉庫",
    ),
    (
        "administration",
        r"admin\w*|office managers?|general affairs|secretary|clerk|receptionist",
        r"総務|庶務|秘書|事務|受付",
    ),
    (
        "management",
        r"ceo|president|managing directors?|general managers?|gm|owners?|(?:co[- ]?)?founders?|chair\w*|board"
        r"|strateg\w+|corporate planning|management|partner|entrepreneur|self[- ]employed|proprietor",
        r"経営|社長|会長|代表|専務|常務|取締役|役員|オーナー|創業者|企画|店長|支店長|事業主|自営",
    ),
)
