"""The same kind of app behind gunicorn, which manages its workers itself."""

import os

from fastapi import FastAPI

app = FastAPI()


@app.get("/")
def hello():
    return {"hello": "world", "pid": os.getpid()}


@app.get("/health")
def health():
    return {"ok": True}
