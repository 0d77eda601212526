"""A table as the command line names it: a file, or a database's table as URL#TABLE."""

from __future__ import annotations

from qualify.config import Source, SqlSource

__all__ = ["named_source"]


def named_source(name: str) -> Source:
    """Return the query of a table for ``URL#TABLE`` (or ``URL#SCHEMA.TABLE``), and any other name as it is.

    Examples
    --------
    >>> named_source("sqlite:///crm.db#leads").query
    'SELECT * FROM leads'
    >>> named_source("s3://bucket/leads.parquet")
    's3://bucket/leads.parquet'
    """
    url, sign, name_of_table = name.rpartition("#")
    if not sign or "://" not in url:
        return name
    # Files, which most jobs have, need no database's library.
    from sqlalchemy import select, table, text
    from sqlalchemy.engine import make_url
    from sqlalchemy.exc import ArgumentError, NoSuchModuleError

    try:
        dialect = make_url(url).get_dialect()()
    except (ArgumentError, NoSuchModuleError, ValueError):  # the last: a port that is no number
        return name
    where, _, plain = name_of_table.rpartition(".")
    query = select(text("*")).select_from(table(plain, schema=where or None))
    return SqlSource(url=url, query=str(query.compile(dialect=dialect)).replace(" \n", " "))
