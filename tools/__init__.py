"""What an engine may do: look things up, record a claim, mark a gap. Read-only but for the last two."""
