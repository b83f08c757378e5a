# The whole chain of LANGUAGE.md.
unitd {
  required_version = ">= 0.1"
}

variable "workers" {
  description = "How many workers serve the site"
  type        = number
  default     = min(2 * host.cpus + 1, 4)
  sensitive   = false
  validation {
    condition     = var.workers > 0
    error_message = "at least one worker"
  }
}

locals {
  venv = "${user.home}/virtualenv/inventory/3.13"
}

delay "settle" {
  duration = "30s"
  since    = "boot"
}

delay "database" {
  duration = "60s"
  until {
    address = "127.0.0.1:3306"
  }
  on_timeout = "fail"
}

supervisor "web" {
  after    = [delay.settle]
  strategy = "one_for_one"
  intensity {
    burst    = 10
    interval = "1m"
  }
  restart {
    delay = "10s"
  }
  defaults {
    stop_timeout = "20s"
  }
}

app "api" {
  description  = "Inventory API"
  command      = ["uvicorn", "--fd", "3", "main:app"]
  directory    = "~/app"
  path_prepend = ["${local.venv}/bin"]
  env          = { APP_ENV = "production" }
  env_file     = ["~/.env"]
  health "http" {
    path = "/health"
  }
}

pool "api" {
  supervisor = supervisor.web
  requires   = [delay.database]
  app        = app.api
  workers    = var.workers
  listen "http" {
    address = "127.0.0.1:8001"
  }
}
