# gunicorn's master as one unit: it tells when it is up (sd_notify), takes unitd's socket, reloads by SIGHUP.

variable "workers" {
  type    = number
  default = 2
}

variable "port" {
  type    = number
  default = 8002
}

variable "directory" {
  type    = string
  default = "~/gunicorn"
}

app "site" {
  description = "gunicorn with uvicorn workers"
  type        = "notify"
  command     = ["gunicorn", "--config", "gunicorn.conf.py", "main:app"]
  directory   = var.directory
  env         = { WORKERS = "${var.workers}" }

  listen "http" {
    address = "127.0.0.1:${var.port}"
  }
  reload {
    signal = "SIGHUP"
  }
  # gunicorn sends READY=1 before it has loaded the app, so readiness waits for an answer as well.
  health "http" {
    path         = "/health"
    start_period = "10s"
  }
}
