app "api" {
  description = "is fine"
  command     = ["true"]
  requires    = [app.web]         # ERROR: requires in an app that a pool runs; app.api is run by pool.api: write it there.
  enabled     = false             # ERROR: enabled in an app that a pool runs
  supervisor  = supervisor.s      # ERROR: supervisor in an app that a pool runs
  listen "x" {                    # ERROR: listen in an app that a pool runs
    address = "127.0.0.1:1"
  }
  reload {                        # ERROR: reload in an app that a pool runs
    signal = "SIGHUP"
  }
}
supervisor "s" {
}
app "web" {
  command = ["true"]
  after   = [app.api] # ERROR: app.api is part of pool.api; Write pool.api
}
app "once" {
  command = ["true"]
  type    = "oneshot" # ERROR: type "oneshot" in an app that pool.d runs
}
app "daemon" {
  command = ["true"]
  type    = "forking" # ERROR: type "forking" in an app that pool.daemon runs; Run the program in the foreground
}
pool "daemon" {
  app = app.daemon
}
pool "api" {
  app       = app.api
  workers   = 0 # ERROR: workers is out of range; It is from 1 to 1000
  min_ready = 2.5 # ERROR: min_ready has to be a whole number
}
pool "b" {
  app       = app.api # ERROR: app.api is run by pool.api already; An app serves in one pool only
  workers   = 2
  min_ready = 3 # ERROR: min_ready is larger than workers
}
pool "c" { # ERROR: pool without app; Write app = app.NAME
}
pool "d" {
  app = app.once
  reload {
    surge         = 0   # ERROR: surge is out of range
    drain_timeout = 30  # ERROR: drain_timeout = "30s"
  }
}
pool "e" {
  app = delay.x # ERROR: app has to be an app, and delay.x is a delay
}
delay "x" {
  duration = "1s"
}
app "queue" {
  command = ["true"]
}
pool "f" {
  app          = app.queue
  hang_timeout = "10s" # ERROR: hang_timeout in a pool without sockets per worker
}
app "node" {
  command = ["node", worker.port, worker.max_requests] # ERROR: worker.max_requests in a pool with dispatch = "proxy"; There unitd counts
  env = {
    PORT = "3000" # ERROR -1: env.PORT is set by unitd itself; Each worker of pool.node gets a port of its own
  }
}
pool "node" {
  app      = app.node
  dispatch = "proxy" # ERROR: dispatch = "proxy" in a pool without listen; Say where requests come in
}
app "both" {
  command = ["app", worker.port, worker.socket] # ERROR: worker.port and worker.socket together
}
pool "both" {
  app      = app.both
  dispatch = "proxy"
  listen "http" {
    address    = "127.0.0.1:8005"
    per_worker = true # ERROR: per_worker in a pool with dispatch = "proxy"
  }
}
app "inherits" {
  command = ["app", worker.port] # ERROR: worker.port in a pool with dispatch = "inherit"; Its workers accept
  env = {
    PLACE = worker.socket # ERROR: worker.socket in a pool with dispatch = "inherit"
  }
}
pool "inherits" {
  app = app.inherits
}
pool "g" {
  app = app.queue2
  unavailable { # ERROR: unavailable in a pool without listen; It has no clients to answer
    status = 503
  }
}
app "queue2" {
  command = ["true"]
}
pool "h" {
  app = app.h
  listen "http" {
    address = "127.0.0.1:1"
  }
  unavailable {
    status      = 200       # ERROR: status is out of range; It is from 400 to 599
    after       = 5         # ERROR: after = "5s"
    retry_after = "1 day"   # ERROR: retry_after
    page        = ""        # ERROR: page
    body        = "x"       # ERROR: unknown attribute "body" in unavailable of pool
  }
}
app "h" {
  command = ["true"]
}

app "many" {
  command = ["true"]
}
pool "many" {
  app     = app.many
  workers = 126 # ERROR: more than 125 workers with sockets of their own; Write per_worker = false
  listen "http" {
    address = "127.0.0.1:8019"
  }
  reload {
    surge = 3
  }
}
