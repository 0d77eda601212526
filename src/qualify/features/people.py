"""What a job title and an e-mail address say about a person.

The readers stand one floor below, where the scorecard needs them too; features take them from here. Each is
asked once a word of a vocabulary, never once a lead.
"""

from __future__ import annotations

from qualify.rules.addresses import email_domain, email_kind
from qualify.rules.titles import read_title

__all__ = ["email_domain", "email_kind", "read_title"]
