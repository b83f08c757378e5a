job "a" { # ERROR: not in this version of unitd: job # ERROR: job without command
  schedule = "tomorrow" # ERROR: schedule is no cron expression; Write "15 3 * * *"
  every    = "15m"      # ERROR: schedule and every together
  overlap  = "always"   # ERROR: unknown overlap "always"
  listen "x" {          # ERROR: unknown block "listen" in job
  }
  retry {
    attempts = "many" # ERROR: attempts has to be a number
  }
}
job "b" { # ERROR: not in this version of unitd: job
  command  = ["true"]
  schedule = "@fortnightly" # ERROR: schedule is no cron expression
}
