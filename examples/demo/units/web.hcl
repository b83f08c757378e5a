# One program and the pool that runs it: N workers behind a socket that unitd keeps open.

app "web" {
  description = "The demo web app"
  command     = ["~/demo/bin/app"]
  directory   = "~/demo/current" # a symlink; each generation keeps the release it started in

  health "http" {
    path     = "/health"
    interval = "1s"
  }
}

pool "web" {
  description = "Workers of the demo web app"
  supervisor  = supervisor.site
  app         = app.web
  workers     = var.workers

  listen "http" {
    address = "127.0.0.1:${var.port}"
  }
  reload {
    surge         = 1
    drain_timeout = "10s"
  }
}
