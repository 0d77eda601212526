import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qualify.features.people import email_domain, email_kind, read_title

RANKS = {"owner", "executive", "head", "manager", "lead", "staff", "assistant", "student", None}


@pytest.mark.parametrize(
    ("title", "rank", "department"),
    [
        ("CEO", "executive", "management"),
        ("CIO", "executive", "it"),
        ("ＣＦＯ", "executive", "finance"),
        ("Chief Sales Officer", "executive", "sales"),
        ("VP, Sales", "executive", "sales"),
        ("Vice President of Engineering", "executive", "engineering"),
        ("Managing Director", "executive", "management"),
        ("Co-Founder & CEO", "owner", "management"),
        ("Head of Sales", "head", "sales"),
        ("Director of Marketing", "head", "marketing"),
        ("General Manager", "head", "management"),
        ("IT Manager", "manager", "it"),
        ("Assistant Manager", "manager", None),
        ("Purchasing Manager", "manager", "purchasing"),
        ("IT Team Lead", "lead", "it"),
        ("Sales Rep", "staff", "sales"),
        ("Account Executive", "staff", "sales"),
        ("Software Engineer", "staff", "engineering"),
        ("Research Scientist", "staff", "research"),
        ("HR Business Partner", "staff", "hr"),
        ("Product Owner", "staff", "engineering"),
        ("Executive Assistant", "assistant", None),
        ("Student", "student", None),
        ("代表取締役社長", "executive", "management"),
        ("執行役員 経理部担当", "executive", "finance"),
        ("情報システム部長", "head", "it"),
        ("営業部 部長代理", "head", "sales"),
        ("経営企画室長", "head", "management"),
        ("営業部 課長", "manager", "sales"),
        ("課長補佐", "manager", None),
        ("人事部マネージャー", "manager", "hr"),
        ("購買部主任", "lead", "purchasing"),
        ("製造部 係長", "lead", "operations"),
        ("総務部 担当", "staff", "administration"),
        ("システムエンジニア", "staff", "engineering"),
        ("教授", "staff", "education"),
        ("社長秘書", "assistant", "administration"),
        ("個人事業主", "owner", "management"),
        ("学生", "student", None),
        ("Casino", None, None),
        ("", None, None),
    ],
)
def test_titles(title, rank, department):
    assert read_title(title) == (rank, department)


@given(st.text(max_size=40))
def test_any_text_is_a_title_of_a_known_rank(text):
    rank, department = read_title(text)
    assert rank in RANKS
    assert department is None or department in string.printable or department.isalpha()


@given(st.sampled_from(["Head of Sales", "IT Manager", "部長", "営業担当"]))
def test_width_and_case_make_no_difference(title):
    wide = "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in title)
    assert read_title(wide) == read_title(title.upper()) == read_title(title)


@pytest.mark.parametrize(
    ("address", "domain", "kind"),
    [
        ("a@gmail.com", "gmail.com", "free"),
        ("A.B@Yahoo.co.jp", "yahoo.co.jp", "free"),
        ("a@yahoo.com.br", "yahoo.com.br", "free"),
        ("a@docomo.ne.jp", "docomo.ne.jp", "free"),
        ("a@k.vodafone.ne.jp", "k.vodafone.ne.jp", "free"),
        ("a@softbank.ne.jp", "softbank.ne.jp", "free"),
        ("a@icloud.com", "icloud.com", "free"),
        ("a@live.acme.com", "live.acme.com", "company"),
        ("a@u-tokyo.ac.jp", "u-tokyo.ac.jp", "education"),
        ("a@ox.ac.uk", "ox.ac.uk", "education"),
        ("a@mit.edu", "mit.edu", "education"),
        ("a@uni.edu.au", "uni.edu.au", "education"),
        ("a@x.k12.ca.us", "x.k12.ca.us", "education"),
        ("<taro@acme.co.jp>", "acme.co.jp", "company"),
        ("ｔａｒｏ＠ａｃｍｅ．ｊｐ", "acme.jp", "company"),
        ("a@ac.com", "ac.com", "company"),
        ("acme.co.jp", None, None),
        ("a@acme", None, None),
        ("a b@acme.com", None, None),
        ("a@b@acme.com", None, None),
        ("", None, None),
    ],
)
def test_addresses(address, domain, kind):
    assert email_domain(address) == domain
    assert email_kind(address) == kind


@given(st.text(max_size=40))
def test_a_kind_goes_with_a_domain(text):
    assert (email_kind(text) is None) == (email_domain(text) is None)
