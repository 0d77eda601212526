"""What the model sees of a lead at a moment: activity windows, columns, encoders."""
