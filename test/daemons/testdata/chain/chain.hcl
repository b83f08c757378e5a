# A whole boot chain, as of the host's boot.
variable "port" {
  type = string
}

delay "settle" {
  duration = "2s"
  since    = "start" # as if the host had just booted
}

supervisor "web" {
  after = [delay.settle]
}

app "api" {
  command   = ["/usr/bin/python3", "-m", "uvicorn", "--fd", "3", "--no-access-log", "main:app"]
  directory = "~/site"
  health "http" {
    path = "/health"
  }
}

pool "api" {
  supervisor = supervisor.web
  app        = app.api
  workers    = 2
  listen "http" {
    address = "127.0.0.1:${var.port}"
  }
}
