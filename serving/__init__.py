"""The serving wing: batch, stream and online scoring with a registered model."""
