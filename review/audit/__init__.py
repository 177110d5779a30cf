"""checks a handoff document that somebody else wrote against the account's evidence"""
