# What serves: delay -> supervisor -> pool of uvicorn workers, and a job each night.

delay "settle" {
  description = "Let the host come to rest after its boot"
  duration    = var.settle
}

supervisor "site" {
  description = "What the site needs; more than 10 failures a minute stop all of it for a while"
  after       = [delay.settle]

  intensity {
    burst    = 10
    interval = "1m"
  }
  defaults {
    directory    = "${var.home}/current" # resolved once for a generation: workers stay in their release
    path_prepend = ["venv/bin"]
    env_file     = [".env"]
  }
}

app "site" {
  description = "The shop in uvicorn"
  command     = ["python3", "-m", "uvicorn", "--fd", "3", "--no-access-log", "shop.main:app"]

  health "http" {
    path = "/health"
  }
}

pool "site" {
  description = "Uvicorn workers behind one port"
  supervisor  = supervisor.site
  app         = app.site
  workers     = var.workers

  listen "http" {
    address = "127.0.0.1:${var.port}"
  }
}

job "nightly" {
  description = "Count each night what the shop has"
  supervisor  = supervisor.site
  requires    = [pool.site]
  command     = ["python3", "bin/nightly"]
  env         = { SITE = "http://127.0.0.1:${var.port}" }
  schedule    = "15 3 * * *"
  timezone    = var.timezone
  catch_up    = true # the host may be down at night
  timeout     = "10m"

  retry {
    attempts = 2
    delay    = "1m"
  }
}
