"""The training wing: pipelines that turn a history of leads into a registered model."""
