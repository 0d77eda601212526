"""The batch job on Spark. Only what `--engine spark` runs imports it: pyspark is an optional dependency."""
