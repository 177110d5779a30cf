"""Finds where sources give one thing two values that can't both hold: typed values, what they measure, whose word it is."""
