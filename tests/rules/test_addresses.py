"""Many addresses are read as each would be alone."""

from __future__ import annotations

from hypothesis import example, given
from hypothesis import strategies as st

from qualify.rules.addresses import email_domain, email_domains

_PIECES = [
    "a",
    "B.c",
    "@",
    "@x.com",
    "@X.Co.JP",
    "@x",
    "@b..com",
    "@ü.de",
    "＠x.com",
    ",",
    "\n",
    " ",
    "<",
    ">",
    ".",
]
texts = st.lists(st.sampled_from(_PIECES), max_size=4).map("".join) | st.text(max_size=12)


@given(st.lists(texts, min_size=33, max_size=80))
@example(["a@x.com"] * 32 + ["a@x.com\n"])
@example(["a@b@x.com", "Ａ@x.com", " a@x.com ", "<a@X.com>"] * 9)
def test_many_are_read_as_one_by_one(addresses):
    domains, at = email_domains(addresses)
    assert len(set(domains)) == len(domains)
    found = [None if place < 0 else domains[place] for place in at.tolist()]
    assert found == [email_domain(address) for address in addresses]
