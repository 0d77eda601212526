-- Run once, when the database server starts with an empty volume; the ledger's own database is made by the image.
CREATE DATABASE mlflow;
