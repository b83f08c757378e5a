"""Where the shop keeps its things: ~/site/shared/data, which all releases share."""

import os

from sqlalchemy import create_engine

engine = create_engine(os.environ.get("DATABASE_URL", "sqlite:///data/shop.sqlite"))
