# delay -> supervisor -> pool of uvicorn workers, and a job each night

variable "workers" {
  description = "How many uvicorn processes serve the API"
  type        = number
  default     = min(2 * host.cpus + 1, 4) # the shared-hosting rule: 1 CPU -> 3, 2 -> 4, 4 -> 4

  validation {
    condition     = var.workers > 0
    error_message = "at least one worker"
  }
}

variable "port" {
  description = "Loopback port that the account's web server passes requests to"
  type        = number
  default     = 8001
}

variable "directory" {
  description = "Where main.py and .env are"
  type        = string
  default     = "~/fastapi"
}

variable "python" {
  description = "The interpreter: that of a virtualenv, as a rule"
  type        = string
  default     = "/usr/bin/python3"
}

variable "timezone" {
  description = "Where it is night when the nightly job runs"
  type        = string
  default     = "Europe/Berlin"
}

variable "mail" {
  description = "Who gets a mail when something of the site is down, and when it is up again"
  type        = string
  default     = user.name
}

variable "settle" {
  description = "How long after the host's boot the first worker starts"
  type        = string
  default     = "30s"
}

delay "settle" {
  description = "Let the host come to rest after its boot"
  duration    = var.settle
}

supervisor "backend" {
  description = "What the site needs; more than 10 failures a minute stop all of it for a while"
  after       = [delay.settle]

  intensity {
    burst    = 10
    interval = "1m"
  }

  alert "mail" {
    mail = var.mail
  }
}

app "api" {
  description = "FastAPI app in uvicorn"
  command     = [var.python, "-m", "uvicorn", "--fd", "3", "--no-access-log", "main:app"]
  directory   = var.directory
  env_file    = [".env"]

  health "http" {
    path = "/health"
  }
}

pool "api" {
  description = "Uvicorn workers behind one port"
  supervisor  = supervisor.backend
  app         = app.api
  workers     = var.workers

  listen "http" {
    address = "127.0.0.1:${var.port}"
  }
}

job "nightly" {
  description = "Write down each night how the site answers"
  requires    = [pool.api]
  command     = [var.python, "report.py"]
  directory   = var.directory
  env         = { SITE = "http://127.0.0.1:${var.port}" }
  env_file    = [".env"]
  schedule    = "15 3 * * *"
  timezone    = var.timezone
  catch_up    = true # the host may be down at night
  timeout     = "10m"

  retry {
    attempts = 2
    delay    = "1m"
  }
}
