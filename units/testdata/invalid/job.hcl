job "a" { # ERROR: job without command
  schedule = "tomorrow" # ERROR: schedule is no cron expression: it has 1 field; Write "15 3 * * *"
  every    = "15m"      # ERROR: schedule and every together
  overlap  = "always"   # ERROR: unknown overlap "always"
  timezone = "Berlin"   # ERROR: unknown timezone "Berlin"; It is a name of the tz database
  listen "x" {          # ERROR: unknown block "listen" in job; It belongs to an app
  }
  retry {
    attempts = "many" # ERROR: attempts has to be a number
  }
}
job "b" {
  command  = ["true"]
  schedule = "@fortnightly" # ERROR: schedule is no cron expression: "@fortnightly" is not known; There are @hourly, @daily
}
job "never" {
  command  = ["true"]
  schedule = "0 0 31 2 *" # ERROR: schedule: it never comes: no month that it names has such a day; Of the months it names the longest has 29 days
}
job "both" {
  command  = ["true"]
  every    = "1h"
  jitter   = "1h" # ERROR: jitter is not shorter than every
  restart {
    policy = "always" # ERROR: restart policy "always" of a job; It would run for ever
  }
  retry {
    attempts  = 1
    delay     = "1m"
    max_delay = "1s" # ERROR: max_delay is shorter than delay; The delay is 1m
  }
}
job "demand" {
  command  = ["true"]
  timezone = "UTC"  # ERROR: timezone without schedule or every
  jitter   = "1m"   # ERROR: jitter without schedule or every
  overlap  = "kill" # ERROR: overlap without schedule or every
  catch_up = true   # ERROR: catch_up without schedule or every
}
job "empty" {
  command  = ["true"]
  schedule = "" # ERROR: schedule is no cron expression: it has 0 fields
}
job "number" {
  command  = ["true"]
  schedule = ["a"] # ERROR: schedule has to be a text, not a list
}
