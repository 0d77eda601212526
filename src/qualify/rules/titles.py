"""What a job title says about rank and department, in English and Japanese."""

from __future__ import annotations

import re
import unicodedata
from typing import TypeAlias

Lexicon: TypeAlias = tuple[tuple[str, str], ...]

# Tried in this order; the first pattern that is found decides. Latin words are matched whole, Japanese anywhere.
_RANKS: Lexicon = (
    (
        "student",
        r"\b(?:students?|undergrad(?:uate)?|interns?|trainee|apprentice)\b|学生|院生|生徒|インターン|研修生|実習生",
    ),
    ("manager", r"\b(?:assistant|asst|deputy|associate|vice) (?:general )?(?:managers?|mgr)\b"),
    ("head", r"\b(?:assistant|asst|associate|deputy|art|creative) directors?\b|副部長"),
    (
        "assistant",
        r"\b(?:assistants?|asst|secretary|clerk|receptionist|admin(?:istrative)? support|temp)\b"
        r"|アシスタント|補佐|秘書|事務員|一般事務|受付|派遣|パート|アルバイト",
    ),
    ("staff", r"\b(?:sales|account|marketing|hr|recruiting|customer \w+) executives?\b"),
    ("staff", r"\b(?:account|project|product|program(?:me)?|community|case|relationship) managers?\b"),
    ("staff", r"\b(?:product|process|business|system) owners?\b"),
    ("owner", r"\b(?:owners?|co-?owner|(?:co-?)?founders?|proprietor|self[- ]employed|sole trader)\b"),
    ("owner", r"オーナー|創業者|創立者|店主|事業主|自営"),
    (
        "executive",
        r"\bc[a-z]?[a-z]o\b|\bchief [\w& ]+ officer\b|\b(?:s|e|a)?vps?\b|\b(?:vice )?president\b|\bvice-president\b"
        r"|\bmanaging director\b|\bexecutive (?:director|officer|vice)\b|\bchair(?:man|woman|person)?\b"
        r"|\bboard\b|\bpartner\b|\bexecutive\b|\bc-level\b"
        r"|取締役|社長|会長|専務|常務|役員|執行役|責任者\(c|最高\w*責任者|代表|理事|頭取|監査役|院長|学長",
    ),
    (
        "head",
        r"\bhead\b|\bdirectors?\b|\bgeneral manager\b|\bgm\b|\bdean\b|\bprincipal of\b"
        r"|部長|本部長|局長|次長|室長|支店長|工場長|所長|センター長|統括|部門長|支社長|校長",
    ),
    (
        "manager",
        r"\b(?:managers?|mgr|controller|superintendent)\b|課長|マネージャ|マネジャ|店長|グループ長|管理職|科長|責任者",
    ),
    (
        "lead",
        r"\b(?:lead|leader|supervisor|chief|principal|foreman|team head)\b|係長|主任|主査|リーダー?|チーフ|班長|主幹|職長|ディレクター",
    ),
    (
        "staff",
        r"\b(?:staff|rep|reps|representative|engineer|developer|programmer|analyst|specialist|associate|consultant"
        r"|officer|coordinator|planner|buyer|agent|administrator|technician|designer|scientist|researcher|accountant"
        r"|teacher|lecturer|professor|nurse|doctor|operator|worker|employee|advis[eo]r|architect|recruiter|sales(?:man"
        r"|woman|person)|marketer|editor|writer|member)\b"
        r"|担当|社員|職員|スタッフ|エンジニア|プログラマ|コンサルタント|アナリスト|技術者|技師|研究員|研究者|営業|教員|教授|教師|講師|医師|看護師|係|メンバー|専門職|会社員|公務員",
    ),
)

_DEPARTMENTS: Lexicon = (
    (
        "education",
        r"\b(?:teacher|lecturer|professor|school|faculty|dean|instructor|tutor)\b|教員|教授|教師|講師|学長|校長|教育",
    ),
    (
        "it",
        r"\b(?:it|ict|mis|cio|ciso|information (?:technology|systems?|security)|systems? admin\w*|infrastructure)\b",
    ),
    (
        "it",
        r"\b(?:information officer|network|database|dx|digital transformation|cyber ?security|helpdesk)\b",
    ),
    (
        "it",
        r"情報システム|情シス|情報部|情報企画|情報セキュリティ|システム|社内se|インフラ|ネットワーク|デジタル|(?<![a-z])(?:it|dx)(?![a-z])",
    ),
    ("research", r"\b(?:r ?& ?d|rnd|research(?:er)?|scientist|science|laboratory|lab)\b|研究|リサーチ|ラボ"),
    (
        "marketing",
        r"\b(?:marketing|marketer|cmo|brand|advertising|communications?|public relations|pr|seo|content|growth)\b"
        r"|マーケ|広報|宣伝|広告|販促|ブランド",
    ),
    (
        "support",
        r"\b(?:customer (?:support|success|service|care)|service desk|call cent(?:er|re)|support)\b"
        r"|カスタマー|サポート|お客様|コールセンター|顧客",
    ),
    (
        "sales",
        r"\b(?:sales\w*|business development|bdr|sdr|account (?:executive|manager)s?|cro|revenue|commercial|field sales)\b"
        r"|営業|セールス|販売",
    ),
    (
        "hr",
        r"\b(?:hr|human resources?|people|talent|recruit\w*|chro|payroll|training)\b|人事|労務|採用|人材|研修",
    ),
    (
        "purchasing",
        r"\b(?:purchas\w+|procurement|buyer|sourcing|vendor management|merchandis\w+)\b|購買|調達|仕入|資材|バイヤー",
    ),
    (
        "finance",
        r"\b(?:finance|financial|cfo|account(?:ing|ant|s)|controller|treasur\w+|audit\w*|tax)\b|経理|財務|会計|監査|税務",
    ),
    ("legal", r"\b(?:legal|counsel|lawyer|attorney|compliance|clo)\b|法務|弁護士|コンプライアンス|知財"),
    (
        "engineering",
        r"\b(?:engineer\w*|cto|technolog\w+|technical|technician|developer|development|software|programmer|architect|design\w*)\b"
        r"|技術|開発|エンジニア|設計|プログラマ",
    ),
    (
        "operations",
        r"\b(?:operations?|ops|coo|logistics?|supply chain|production|manufacturing|plant|warehouse|quality|facilit\w+)\b"
        r"|生産|製造|業務|物流|オペレーション|工場|品質|現場|倉庫",
    ),
    (
        "administration",
        r"\b(?:administrat\w+|office manager|general affairs|secretary|clerk|receptionist)\b|総務|庶務|秘書|事務",
    ),
    (
        "management",
        r"\b(?:ceo|president|managing director|general manager|gm|owner|founder|co-?founder|chair\w*|board|strategy|corporate planning"
        r"|management|partner)\b|経営|社長|会長|代表|専務|常務|取締役|役員|オーナー|創業者|企画|店長|支店長",
    ),
)


def _compiled(lexicon: Lexicon) -> tuple[tuple[str, re.Pattern[str]], ...]:
    # Underscores and Japanese letters count as word characters, so whole Latin words are bounded by hand.
    latin = r"(?:(?<![a-z0-9])(?=[a-z0-9])|(?<=[a-z0-9])(?![a-z0-9]))"
    return tuple((key, re.compile(pattern.replace(r"\b", latin))) for key, pattern in lexicon)


_RANK_PATTERNS = _compiled(_RANKS)
_DEPARTMENT_PATTERNS = _compiled(_DEPARTMENTS)


def read_title(title: str) -> tuple[str | None, str | None]:
    """Read a job title.

    Parameters
    ----------
    title
        English or Japanese, full-width letters included.

    Returns
    -------
    rank : str or None
        ``owner``, ``executive``, ``head``, ``manager``, ``lead``, ``staff``, ``assistant`` or ``student``.
    department : str or None
        For instance ``sales``, ``marketing``, ``it``, ``finance``, ``management``; None when the title names none.

    Examples
    --------
    >>> read_title("Head of Sales"), read_title("情報システム部長"), read_title("ＣＩＯ")
    (('head', 'sales'), ('head', 'it'), ('executive', 'it'))
    >>> read_title("???")
    (None, None)
    """
    text = " ".join(re.split(r"[\s/_,;|]+", unicodedata.normalize("NFKC", title).casefold())).strip()
    return _first(_RANK_PATTERNS, text), _first(_DEPARTMENT_PATTERNS, text)


def _first(patterns: tuple[tuple[str, re.Pattern[str]], ...], text: str) -> str | None:
    return next((key for key, pattern in patterns if pattern.search(text)), None)
