"""The pages and the API of `baton serve`: FastAPI lives here and is imported by nothing else"""
