import pytest
from alembic import command, config
from fastapi.testclient import TestClient

from shop.main import app


@pytest.fixture(scope="module")
def client():
    command.upgrade(config.Config("alembic.ini"), "head")
    return TestClient(app)


def test_health(client):
    assert client.get("/health").json() == {"ok": True}


def test_items(client):
    assert client.post("/items?name=tea").status_code == 401
    client.post("/items?name=tea", headers={"Authorization": "Bearer token-of-the-tests"}).raise_for_status()
    assert client.get("/items").json() == ["tea"]
