supervisor "web" {
  defaults {
    log {
      mode = "pipe"
      rate_limit {
        burst = 100
      }
    }
  }
}
app "direct" {
  command    = ["true"]
  supervisor = supervisor.web
  log { # ERROR: rate_limit needs mode = "pipe"
    mode = "file"
  }
}
app "burst" {
  command = ["true"]
  log {
    mode = "pipe"
    rate_limit { # ERROR: rate_limit of log without burst
      interval = "10s"
    }
  }
}
