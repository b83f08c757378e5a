# gunicorn reads this again at every SIGHUP. It takes its listening socket from LISTEN_FDS, so no bind here.
import os

workers = int(os.environ.get("WORKERS", "2"))
worker_class = "uvicorn.workers.UvicornWorker"
graceful_timeout = 10
accesslog = None
