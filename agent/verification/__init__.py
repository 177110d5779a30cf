"""Is a claim supported by the words it cites? Values, names, speakers, negation and mood, each a file."""
