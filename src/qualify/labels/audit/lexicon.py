"""General words for outcomes, for what follows them, and for the state of a record, in English and Japanese.

Entries end with semicolons. An entry is a set of words that must all be in a name; ``a|b`` means either.
Plurals and the parts of ``camelCase`` and ``snake_case`` are taken care of by the reader. Names never exclude
a column alone: *clear* entries need a moderate power of the values, *vague* ones (words that also have an
innocent meaning) an unusual one.
"""

from __future__ import annotations


def _entries(text: str) -> tuple[str, ...]:
    return tuple(entry for part in text.split(";") if (entry := " ".join(part.split())))


CLEAR_OUTCOME: tuple[str, ...] = (
    # the outcome itself
    *_entries("""
        won; win + date|time|day|flag|reason|loss|lose; lost; closed|closing|closure; converted;
        loss|rejection|disqualification|decline + reason|code|comment; outcome|disposition;
        close + date|time|day|reason|status|type|by|at|on|value|amount; disqualified|churned|churn;
        final + status|result|stage; 失注; 受注; 成約; 成否|勝敗|成果; クロージング;
        最終 + 結果|判定|判断|決定; 完了 + フラグ; 成立日; 入会済; 却下|断り|除外|不成立|辞退|見送り + 理由;
    """),
    # what exists only once somebody worked on the lead
    *_entries("""
        deal|opportunity|opp + status|stage|phase|result|date|type|owner|reason|created|count|number;
        deal|opportunity|opp + lost|probability;
        contract|agreement + date|day|at|on|signed|value|amount|number|no|id|status;
        sales + stage|phase|process|pipeline; signed|onboarding|onboarded; invoice|invoiced|commission;
        revenue|amount|value + booked|won|closed|invoiced;
        商談 + 化|日|ステージ|フェーズ|ステータス|結果|金額|理由|担当|件数|回数;
        契約 + 日|結果|金額|額|番号|成否|締結; 入金日; 請求日; 納品;
    """),
    # what sales think of the lead, or wrote down after talking with it
    *_entries("""
        lead|prospect + quality|rating|score|grade|rank|profile|temperature|potential|assessment;
        lead|prospect + evaluation|verdict;
        lead|prospect + status|stage|phase;
        sales|rep|salesperson|agent|sdr|bdr + quality|rating|score|grade|rank|assessment;
        sales|rep|salesperson|agent|sdr|bdr + evaluation|verdict|opinion;
        sales|rep|salesperson|agent|sdr|bdr + status|stage|note|comment|remark|feedback|result|outcome|reason;
        call|meeting|contact|visit|demo + result|outcome|status|disposition|note|feedback;
        担当|営業 + 評価|所感|コメント|メモ|判断|結果|ステータス|ランク;
        確度|温度感|見込み度|見込度|見込ランク; 架電|対応|面談|訪問|通話 + 結果|内容|ステータス;
        リード|見込み客|見込客 + 評価|ステータス|ステージ|スコア|ランク|品質;
    """),
)

VAGUE_OUTCOME: tuple[str, ...] = _entries("""
    state + progress|process|pipeline|funnel; status; stage; phase; contract; result; reason; decision;
    quality; rating; score; grade; rank; tag; deal|opportunity|opp; duration; call; meeting; appointment;
    talk + time; next + step; 次のステップ; note; comment; remark; memo; feedback; follow + up; followup;
    order; purchase; purchased;
    payment; paid; refund; renewal; booked; booking; approved|approval; rejected|rejection; declined;
    accepted|acceptance; cancelled|canceled|cancellation; conversion; qualified|qualification;
    mql|sql|sal|sqo; enrolled|enrolment|enrollment|admitted; proposal|quote|quotation|negotiation;
    label|target; customer + since|status|type|flag;
    owner|assignee|assigned; sales + rep|representative|person|agent; account + executive|manager; 担当者;
    契約; 商談; 結果; 評価; ステータス; ステージ; フェーズ; 状況; 状態; 進捗; スコア; ランク; タグ; 備考;
    メモ; コメント; 通話; 架電; 面談; 理由; 入金; 請求; 購入;
    見積; 提案; 案件; 対応; 時間 + 通話|会話|対応;
""")

CLEAR_STATE: tuple[str, ...] = _entries("""
    last|latest|newest|recent + activity|action|contact|contacted|modified|modification|updated|update|touch;
    last|latest|newest|recent + touchpoint|interaction|engagement|engaged|event|status|stage|call|called;
    last|latest|newest|recent + meeting|changed|change|edited|worked|response|reply|replied;
    last|latest|newest|recent + disposition|result;
    current|present + stage|phase; day|hour|time|week|age + stage|phase|pipeline;
    modified|updated|edited + date|time|at|on|by; unread|未読|未開封;
    activity|engagement|interaction|behaviour|behavior + score|index|grade|rating;
    最終|最新|直近 + 活動|接触|更新|連絡|コンタクト|アクション|対応|架電|変更;
    最終|最新|直近 + ステータス|フェーズ|商談|結果|状況;
    現在 + ステータス|ステージ|フェーズ|商談; 更新日|変更日|更新者;
""")

VAGUE_STATE: tuple[str, ...] = _entries("""
    last|latest|newest|recent + visit|visited|login|seen|session|email|mail|open|opened|click|clicked|order;
    last|latest|newest|recent + sms|message|campaign|conversion|purchase|form|page; current + status|state;
    最終|最新|直近 + 訪問|閲覧|アクセス|ログイン|来店|来訪|メール|開封|購入;
""")

INNOCENT: tuple[str, ...] = (
    # what was before the lead, or is wished for
    *_entries("""
        previous; prior; past; prev; historic; historical; history; existing; desired; preferred; requested;
        wanted; wished; 前回; 過去; 既存; 以前; 希望;
    """),
    # states of persons and companies, not of leads
    *_entries("""
        marital; civil; family; employment; employee; housing; residence; visa; immigration; credit;
        education; educational; health; funding; company; student; 婚姻; 雇用; 就業; 就労; 家族; 居住; 在留;
        学歴; 信用; 資金調達; 契約更新;
    """),
    # durations of visits to pages, not of talks with sales
    *_entries("""
        session; website; site; web; page; pageview; video; product; administrative; informational; サイト;
        ページ;
    """),
)

PLANNED: tuple[str, ...] = _entries("""
    desired; preferred; requested; wanted; wished; planned; scheduled; expiry; expire; expires; expiration;
    renewal; due; deadline; until; event; webinar; departure; arrival; checkin; check + in; travel; wedding;
    move; moving; start; begin; needed; valid; validity; delivery;
    end|ends|ending + contract|lease|rental|subscription|licence|license|policy|warranty|term|agreement;
    契約|保証|リース + 終了; 希望; 予定; 期限; 満了; 開催; 締切;
""")

STATE_VALUES: tuple[str, ...] = _entries("""
    email|mail|message|sms|link|newsletter + opened|sent|received|clicked|bounced|delivered|read|replied;
    page|website|site + visited|viewed; form + submitted; unsubscribed|resubscribed; marked + spam;
    phone|chat|had + conversation; call|meeting + made|held|completed|logged|booked; modified|updated;
    メール|リンク|sms + 開封|送信|受信|クリック|返信; ページ|サイト + 閲覧|訪問; フォーム送信; 配信停止;
""")
"""Values that name an event: a column of them says what happened last."""

ASSIGNED_VALUES: tuple[str, ...] = _entries("""
    ringing; switched + off; no + answer|response|reply; not + answering|answered|reachable|responding;
    unreachable; voicemail; voice + mail; busy; wrong|invalid + number; number + provided; hang|hung + up;
    hangup; call|revert|get + back; will + revert|call|follow; callback; not + interested|eligible|fit;
    lost + to; closed + by|won|lost; won; in + touch|talks|negotiation|contact; follow + up; followup;
    not + doing|qualified|budget; already + customer|bought|enrolled|student|purchased;
    interested + in|later|next; still + thinking|deciding; disqualified; meeting + set|scheduled|done; 留守;
    不在; 折り返し; 折返し; 番号違い; 現在使われて; 興味なし; 失注; 受注; 成約; 見送り; 対応中; 連絡済;
    架電; 商談中; 検討中; アポ; 再連絡; つながらない; 繋がらない;
""")
"""Values that somebody writes down after a contact."""
