"""A site that fails in whatever way it is asked to."""

import asyncio
import os
import sys
import time

from fastapi import FastAPI
from fastapi.responses import PlainTextResponse

app = FastAPI(default_response_class=PlainTextResponse)
well = True
mute = False


@app.middleware("http")
async def answer(request, call_next):
    if mute:
        await asyncio.Event().wait()
    return await call_next(request)


@app.get("/")
async def hello():
    return str(os.getpid())


@app.get("/health")
async def health():
    return PlainTextResponse("well" if well else "ill", status_code=200 if well else 503)


@app.get("/raise")
async def uncaught():
    asyncio.get_running_loop().call_soon(sys.exit, "RuntimeError: the database is gone")
    return "as you wish"


@app.get("/sicken")
async def sicken():
    global well
    well = False
    return str(os.getpid())


@app.get("/fall-silent")
async def fall_silent():
    global mute
    mute = True
    return str(os.getpid())


@app.get("/block")
async def block():
    with open("blocked", "w") as note:
        note.write(str(os.getpid()))
    time.sleep(3600)


@app.get("/eat")
async def eat():
    eaten = []
    while True:
        eaten.append(bytearray(1 << 20))
