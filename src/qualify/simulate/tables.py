"""The constants of the simulated funnel, as plain tables: change a number here and the truth follows.

Effects are log-odds. `intent` moves the chance that a lead means to buy, `hot` moves the chance that sales
work it, `fit` moves the chance that an SQL is won. All of them act on what the CRM shows at creation.
"""

from __future__ import annotations

from typing import NamedTuple

__all__ = [
    "ACTIVITIES_PER_LEAD",
    "BURST_DAYS",
    "BY_HAND",
    "CURVE",
    "DELAYS",
    "DEPARTMENTS",
    "FREE_MAIL_HIDES",
    "HAND_RAISING",
    "INDUSTRIES",
    "INTENT_BASE",
    "IT_LEADER_AT_MAKER",
    "LARGE",
    "LEADERS",
    "LOST_RECYCLED",
    "MAILS",
    "MISSING",
    "MQL_POINTS",
    "PAID_SOCIAL_AT_LARGE",
    "RANKS",
    "REGIONS",
    "REVENUES",
    "REVENUE_CUTS",
    "SCANNER",
    "SIZES",
    "SIZE_CUTS",
    "SOURCES",
    "STREAMS",
    "TAIL_DAYS",
    "TQL_SHARE",
    "WIN_BASE",
    "Level",
    "Stream",
]


class Level(NamedTuple):
    """One value of an attribute: its name (None = not given), its effects, its share at first and at last."""

    name: str | None
    intent: float = 0.0
    hot: float = 0.0
    fit: float = 0.0
    first: float = 0.0
    last: float = 0.0


class Stream(NamedTuple):
    """One type of activity.

    `cold` and `warm` are the mean counts over a lead's whole life, without and with the intent to buy.
    `burst` is the share of them that comes in the first hours, the rest fades over weeks.
    `lag` is the mean number of days until the CRM hears of it; 0 = at once.
    `points` are marketing's own points towards MQL.
    """

    name: str
    cold: float
    warm: float
    burst: float
    lag: float
    points: int


# -- Who the lead is ---------------------------------------------------------------------------------------

INTENT_BASE = -1.55  # log-odds of intent where every effect below is 0
WIN_BASE = -1.45  # log-odds of Won for such an SQL

# Few values have an effect, and most of those are large: a good learner then comes near the truth with some
# 20,000 leads, which is how the project is tested.
# The mix drifts: the shares move from `first` to `last` in a straight line over the simulated months.
SOURCES = (
    Level("google / organic", 0.00, 0.0, 0.05, 0.22, 0.20),
    Level("google / cpc", 0.00, 0.0, -0.05, 0.24, 0.16),
    Level("(direct) / (none)", 0.00, 0.0, 0.05, 0.12, 0.11),
    Level("partner / referral", 0.80, 0.0, 0.25, 0.06, 0.09),
    Level("customer / referral", 0.80, 0.0, 0.35, 0.03, 0.04),
    Level("linkedin / paid_social", -0.50, 0.0, 0.0, 0.07, 0.16),
    Level("facebook / paid_social", -0.50, 0.0, -0.2, 0.11, 0.07),
    Level("newsletter / email", 0.00, 0.0, 0.0, 0.06, 0.06),
    Level("event / offline", 0.00, 0.0, 0.0, 0.09, 0.11),
)
INDUSTRIES = (
    Level("manufacturing", 0.40, 0.0, 0.30, 0.22, 0.16),
    Level("IT", 0.40, 0.0, 0.15, 0.18, 0.22),
    Level("finance", 0.40, 0.0, 0.25, 0.08, 0.09),
    Level("logistics", 0.00, 0.0, 0.05, 0.07, 0.08),
    Level("healthcare", 0.00, 0.0, 0.00, 0.06, 0.09),
    Level("construction", 0.00, 0.0, 0.00, 0.07, 0.06),
    Level("services", 0.00, 0.0, -0.05, 0.09, 0.10),
    Level("media", 0.00, 0.0, -0.10, 0.04, 0.04),
    Level("retail", -0.60, 0.0, -0.20, 0.09, 0.07),
    Level("food service", -0.60, 0.0, -0.35, 0.05, 0.04),
    Level("public", 0.00, 0.0, 0.10, 0.03, 0.03),
    Level("education", 0.00, 0.0, -0.10, 0.02, 0.02),
    Level(None),
)
# Number of employees: the effect on intent rises and falls again; sales just like them large.
SIZE_CUTS = (10.0, 50.0, 200.0, 1000.0, 5000.0)
SIZES = (
    Level("under 10", -0.70, -0.5, -0.40),
    Level("10-49", -0.40, -0.3, -0.15),
    Level("50-199", 0.00, 0.0, 0.00),
    Level("200-999", 0.50, 0.3, 0.15),
    Level("1000-4999", 0.00, 0.4, 0.20),
    Level("5000 and more", -0.50, 0.4, 0.10),
    Level(None),
)
LARGE = 4  # from this row of SIZES on, a company is large
# Yearly revenue in JPY: tells whether an SQL can pay, not whether it wants.
REVENUE_CUTS = (1e8, 1e9, 5e9, 5e10)
REVENUES = (
    Level("under 0.1 billion", 0.0, 0.0, -0.45),
    Level("0.1-1 billion", 0.0, 0.0, -0.15),
    Level("1-5 billion", 0.0, 0.0, 0.05),
    Level("5-50 billion", 0.0, 0.0, 0.25),
    Level("50 billion and more", 0.0, 0.0, 0.30),
    Level(None),
)
RANKS = (
    Level("executive", 0.50, 0.0, 0.30, 0.08, 0.08),
    Level("head", 0.50, 0.0, 0.30, 0.17, 0.17),
    Level("manager", 0.50, 0.0, 0.15, 0.25, 0.25),
    Level("lead", 0.00, 0.0, 0.00, 0.18, 0.18),
    Level("staff", -0.30, 0.0, -0.15, 0.25, 0.25),
    Level("assistant", -0.60, 0.0, -0.30, 0.07, 0.07),
    Level("student", -0.60, -1.0, -0.50),
    Level(None),
)
LEADERS = 3  # the first rows of RANKS decide
DEPARTMENTS = (
    Level("it", 0.30, 0.0, 0.05, 0.26, 0.26),
    Level("sales", 0.00, 0.0, 0.05, 0.20, 0.20),
    Level("marketing", 0.00, 0.0, 0.00, 0.14, 0.14),
    Level("production", 0.00, 0.0, 0.00, 0.12, 0.12),
    Level("accounting", 0.00, 0.0, 0.00, 0.09, 0.09),
    Level("general affairs", 0.00, 0.0, 0.00, 0.12, 0.12),
    Level("research", 0.00, 0.0, -0.05, 0.07, 0.07),
    Level(None),
)
# Region goes with the company; shares are of companies, not of leads.
REGIONS = (
    Level("Tokyo", 0.00, 0.0, 0.10, 0.34, 0.34),
    Level("Kanagawa", 0.00, 0.0, 0.05, 0.08, 0.08),
    Level("Osaka", 0.00, 0.0, 0.05, 0.14, 0.14),
    Level("Aichi", 0.00, 0.0, 0.05, 0.09, 0.09),
    Level("Fukuoka", 0.00, 0.0, 0.00, 0.06, 0.06),
    Level("other Japan", 0.00, 0.0, -0.05, 0.14, 0.14),
    Level("North America", 0.00, 0.0, -0.10, 0.06, 0.06),
    Level("Europe", 0.00, 0.0, -0.10, 0.04, 0.04),
    Level("Asia-Pacific", 0.00, 0.0, -0.05, 0.05, 0.05),
)
MAILS = (
    Level("company", 0.00, 0.0, 0.00, 0.815, 0.815),
    Level("free", -0.50, -0.3, -0.10, 0.140, 0.140),
    Level("competitor", -2.50, -0.5, -1.50, 0.015, 0.015),
    Level("student", -2.00, -0.5, -1.50, 0.030, 0.030),
)
IT_LEADER_AT_MAKER = 0.60  # interaction: who decides on IT in manufacturing
PAID_SOCIAL_AT_LARGE = 0.80  # interaction: paid social reaches the named accounts among the large companies

# Chance that a cell is left empty, at random: the truth knows no more than the cell.
MISSING = {"industry": 0.05, "employees": 0.12, "revenue_jpy": 0.35, "job_title": 0.07}
FREE_MAIL_HIDES = 0.35  # chance that a free-mail lead names no company

# -- What the lead does ------------------------------------------------------------------------------------

ACTIVITIES_PER_LEAD = 25.0  # mean count that the figures below add up to, mail scanners and the end included
BURST_DAYS = 0.18  # mean age of an activity of the first visit
TAIL_DAYS = 32.0  # mean age of a later one

STREAMS = (
    Stream("demo_request", 0.06, 0.44, 0.55, 0.01, 9),
    Stream("pricing_view", 0.50, 1.80, 0.42, 0.007, 6),
    Stream("contact_form", 0.09, 0.44, 0.50, 0.01, 8),
    Stream("document_download", 0.80, 1.25, 0.40, 0.01, 5),
    Stream("site_visit", 5.70, 6.00, 0.40, 0.007, 1),
    Stream("product_view", 1.60, 2.90, 0.42, 0.007, 2),
    Stream("blog_view", 3.30, 3.30, 0.40, 0.007, 1),
    Stream("email_sent", 5.20, 5.20, 0.00, 0.0, 0),
    Stream("email_open", 2.70, 3.10, 0.10, 0.0, 1),
    Stream("email_click", 0.60, 1.00, 0.04, 0.0, 2),
    Stream("webinar_registered", 0.35, 0.55, 0.04, 0.02, 3),
    Stream("webinar_attended", 0.20, 0.45, 0.00, 0.6, 6),
    Stream("social_comment", 0.12, 0.16, 0.10, 0.3, 3),
    Stream("social_share", 0.10, 0.13, 0.10, 0.3, 3),
    Stream("followup_reply", 0.12, 0.50, 0.00, 0.35, 6),
    Stream("trial_signup", 0.05, 0.20, 0.25, 0.01, 9),
    Stream("call_booked", 0.03, 0.20, 0.15, 0.1, 9),
    Stream("unsubscribe", 0.12, 0.05, 0.05, 0.0, 0),
    Stream("cart_abandoned", 0.06, 0.10, 0.10, 0.02, 3),
)
HAND_RAISING = ("demo_request", "pricing_view", "contact_form", "trial_signup", "call_booked")
MQL_POINTS = 20  # marketing calls a lead MQL when its points, known to the CRM, reach this

# Mail scanners open each mail and follow its links within seconds, whoever the lead is.
SCANNER = {
    "companies": 0.14,  # share of company domains that run one
    "scanned": 0.85,  # share of their mails that it opens
    "links": 3.0,  # mean number of links it follows
    "seconds": 20.0,  # it is done after this
    "window": 30.0,  # a person never reacts within this, so a burst tells nothing about the lead
    "start": 10.0,  # minutes after creation, and after the welcome mail, when people begin to react to mail
}

# -- What sales do -----------------------------------------------------------------------------------------

# Sales look at each lead once, one day after its creation, and work what looks hot:
# P(worked) = sigmoid(base + effects `hot` + raised * min(hands raised on day one, cap)).
CURVE = {"base": 0.30, "raised": 0.8, "cap": 3, "day": 1.0}
TQL_SHARE = 0.25  # share of the worked leads that telemarketing hands over
LOST_RECYCLED = 0.25  # share of the lost SQLs that go back to nurturing instead of Lost

# SQL by another way than the queue: (share of leads, mean days after creation), without and with intent.
# The first row is label noise: sales judged wrongly. The second are inbound inquiries that are SQL at once.
BY_HAND = ((0.008, 6.0), (0.040, 0.4))

# Means of exponential delays in days; no two may be equal, nor equal a mean in BY_HAND.
DELAYS = {
    "sal": 1.6,  # from the look at the queue to SAL
    "sql": 11.0,  # from SAL to SQL, with intent
    "recycled": 17.0,  # from SAL to Recycled, without
    "won_least": 6.0,  # from SQL to Won: this much at least, and
    "won": 34.0,  # this much on the mean beyond it
    "lost_least": 4.0,  # likewise from SQL to Lost or Recycled
    "lost": 28.0,
}
