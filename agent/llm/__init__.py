"""The engine that has a language model write: over the same evidence, through the same door"""
