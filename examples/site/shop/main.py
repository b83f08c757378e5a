"""The shop: unitd runs N uvicorn processes of it, and brings new versions of it live."""

import os
import secrets
from pathlib import Path

from fastapi import FastAPI, Header, HTTPException
from sqlalchemy import text

from shop.database import engine

app = FastAPI()
TOKEN = os.environ["API_TOKEN"]  # from .env; missing: the app does not start, and unitctl shows this line
VERSION = (Path(__file__).parent.parent / "VERSION").read_text().strip()


@app.get("/")
def version():
    return {"version": VERSION}


@app.get("/health")
def health():
    with engine.connect() as connection:
        connection.execute(text("SELECT 1 FROM items LIMIT 1"))
    return {"ok": True}


@app.get("/items")
def items():
    with engine.connect() as connection:
        return [row.name for row in connection.execute(text("SELECT name FROM items ORDER BY id"))]


@app.post("/items")
def add(name: str, authorization: str = Header(default="")):
    if not secrets.compare_digest(authorization, f"Bearer {TOKEN}"):
        raise HTTPException(status_code=401, detail="not allowed")
    with engine.begin() as connection:
        connection.execute(text("INSERT INTO items (name) VALUES (:name)"), {"name": name})
    return {"added": name}
