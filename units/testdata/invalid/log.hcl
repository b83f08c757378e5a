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
app "fine" {
  command    = ["true"]
  supervisor = supervisor.web
  log {
    forward = ["journald", "syslog"]
  }
}
app "direct" {
  command    = ["true"]
  supervisor = supervisor.web
  log { # ERROR: rate_limit needs mode = "pipe"
    mode = "file"
  }
}
app "forward" {
  command = ["true"]
  log {
    forward = ["syslog"] # ERROR: forward needs mode = "pipe"
  }
}
app "unknown" {
  command = ["true"]
  log {
    mode    = "pipe"
    forward = ["journal"] # ERROR: unknown forward "journal"
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
