# What a supervisor gives to its members: env key by key, blocks attribute by attribute, the nearest first.
supervisor "outer" {
  after = [delay.settle]
  defaults {
    env   = { A = "outer", B = "outer", C = "outer" }
    umask = "0077"
  }
}

supervisor "inner" {
  supervisor = supervisor.outer
  defaults {
    env          = { B = "inner" }
    stop_timeout = "20s"
    directory    = "inner"
    restart {
      delay  = "5s"
      factor = 3
    }
    health "up" {
      path     = "/up"
      interval = "7s"
    }
  }
}

delay "settle" {
  duration = "1s"
}

app "one" {
  supervisor = supervisor.inner
  command    = ["one"]
  env        = { C = null, D = "own" }
  restart {
    delay = "1s"
  }
  health "up" {
    url     = "http://127.0.0.1:9/"
    timeout = "3s"
  }
}

app "two" {
  command = ["two"]
}

pool "two" {
  supervisor = supervisor.inner
  app        = app.two
  listen "http" {
    address = "unix:~/two.sock"
  }
}

app "once" {
  supervisor = supervisor.inner
  type       = "oneshot"
  command    = ["once"]
}
