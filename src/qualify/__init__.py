"""Lead qualification: from leads and what they did to a calibrated, explained probability."""
