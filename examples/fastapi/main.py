"""A FastAPI app as a user would deploy it: unitd runs N uvicorn processes of it."""

import asyncio
import os
import secrets

from fastapi import FastAPI, Header, HTTPException

app = FastAPI()
TOKEN = os.environ["API_TOKEN"]  # from .env; missing: the app does not start, and unitctl shows this line


@app.get("/")
def hello():
    return {"hello": "world", "worker": os.environ.get("WORKER_INDEX"), "pid": os.getpid()}


@app.get("/health")
def health():
    return {"ok": True}


@app.get("/slow")
async def slow(seconds: float = 1.0):
    await asyncio.sleep(min(seconds, 60))
    return {"waited": seconds, "pid": os.getpid()}


@app.get("/private")
def private(authorization: str = Header(default="")):
    if not secrets.compare_digest(authorization, f"Bearer {TOKEN}"):
        raise HTTPException(status_code=401, detail="not allowed")
    return {"secret": "known"}
