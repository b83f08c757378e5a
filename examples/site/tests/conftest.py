"""Tests have a database and a token of their own, never those of the site."""

import os
import tempfile

os.environ["API_TOKEN"] = "token-of-the-tests"
os.environ["DATABASE_URL"] = "sqlite:///" + tempfile.mkdtemp() + "/tests.sqlite"
