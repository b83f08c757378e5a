# What runs while everything is killed. Nothing waits for long before it is tried again: the kills come fast.
variable "port" {}
variable "pause" {}
variable "app" {}

app "shop" {
  command   = [var.app]
  directory = "~/shop"
  health "http" {
    path     = "/health"
    interval = "1s"
  }
  restart {
    delay       = "100ms"
    max_delay   = "300ms"
    reset_after = "1s"
  }
}
pool "web" {
  app     = app.shop
  workers = 3
  listen "http" { address = "127.0.0.1:${var.port}" }
  unavailable {
    after = "20s"
  }
}

# Writes numbered lines, which rotate while it writes.
app "count" {
  command = ["perl", "${env("HOME")}/count.pl", var.pause]
  restart {
    delay       = "100ms"
    max_delay   = "300ms"
    reset_after = "1s"
  }
  log {
    max_size = "16K"
    keep     = 1000
    compress = "none"
  }
}

# A chain that restarts together, one of which leaves children behind that have left its session.
supervisor "back" {
  strategy = "rest_for_one"
  restart {
    delay     = "100ms"
    max_delay = "300ms"
  }
}
app "queue" {
  supervisor = supervisor.back
  command    = ["sh", "-c", "setsid sleep 100000 & exec sleep 100000"]
  restart {
    delay     = "100ms"
    max_delay = "300ms"
  }
}
app "mail" {
  supervisor = supervisor.back
  requires   = [app.queue]
  type       = "notify"
  command    = ["perl", "${env("HOME")}/ready.pl"]
  pre_start  = [["sleep", "0.05"]]
  post_stop  = [["sleep", "0.05"]]
  restart {
    delay     = "100ms"
    max_delay = "300ms"
  }
}
