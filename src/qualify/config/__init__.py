"""`qualify.yaml`: where the tables are, what the columns mean, what is to be predicted, how it is served."""

from qualify.config.label_words import fold_label
from qualify.config.load import dump_config, load_config, parse_config
from qualify.config.schema import (
    Capacity,
    Config,
    Mlflow,
    Selection,
    StageOrder,
    StageRole,
    Target,
    Training,
)
from qualify.config.service import Access, Alerts, Desk, Limits, Oidc, Service, TrustedProxy, Webhook
from qualify.config.tables import (
    ActivityColumns,
    ColumnSpec,
    ColumnType,
    Data,
    Excluded,
    Label,
    Source,
    SqlSource,
    StageColumns,
)

__all__ = [
    "Access",
    "ActivityColumns",
    "Alerts",
    "Capacity",
    "ColumnSpec",
    "ColumnType",
    "Config",
    "Data",
    "Desk",
    "Excluded",
    "Label",
    "Limits",
    "Mlflow",
    "Oidc",
    "Selection",
    "Service",
    "Source",
    "SqlSource",
    "StageColumns",
    "StageOrder",
    "StageRole",
    "Target",
    "Training",
    "TrustedProxy",
    "Webhook",
    "dump_config",
    "fold_label",
    "load_config",
    "parse_config",
]
