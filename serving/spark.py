"""`qualify score --engine spark` as a program for spark-submit.

::

    spark-submit --master yarn serving/spark.py --model bundle --leads s3://crm/leads/ --out s3a://crm/scores/

Takes the options of `qualify score`; the session, its memory and its cores are those of spark-submit.
"""

from __future__ import annotations

import sys

__all__ = ["main"]


def main(words: list[str]) -> int:
    """Run the command; return what the process exits with."""
    from qualify.cli import main as qualify

    return qualify(["score", "--engine", "spark", *words])


if __name__ == "__main__":
    # A script's own folder stands first, and modules of this one must not hide others of the same name.
    sys.path = sys.path[1:]
    sys.exit(main(sys.argv[1:]))
