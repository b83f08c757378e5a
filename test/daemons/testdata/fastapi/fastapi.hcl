# One app for each way of failing, and a pool.
app "site" {
  for_each = {
    raises = env("PORT_RAISES")
    killed = env("PORT_KILLED")
    shot   = env("PORT_SHOT")
    sick   = env("PORT_SICK")
  }
  command   = ["/usr/bin/python3", "-m", "uvicorn", "--fd", "3", "--no-access-log", "main:app"]
  directory = "~/site"
  listen "http" {
    address = "127.0.0.1:${each.value}"
  }
  health "http" {
    path = "/health"
  }
}

app "worker" {
  command   = ["/usr/bin/python3", "-m", "uvicorn", "--fd", "3", "--no-access-log", "main:app"]
  directory = "~/site"
  env       = { PYTHONDONTWRITEBYTECODE = "1" } # two versions of main.py may be of the same second
  health "http" {
    path = "/health"
  }
}

pool "api" {
  app          = app.worker
  workers      = 3
  hang_timeout = "2s"
  listen "http" {
    address = "127.0.0.1:${env("PORT_API")}"
  }
}

# One whose workers all die.
app "mortal" {
  command   = ["/usr/bin/python3", "-m", "uvicorn", "--fd", "3", "--no-access-log", "main:app"]
  directory = "~/mortal/site"
  health "http" {
    path = "/health"
  }
}

pool "mortal" {
  app     = app.mortal
  workers = 2
  listen "http" {
    address = "127.0.0.1:${env("PORT_MORTAL")}"
  }
}
