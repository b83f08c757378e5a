# What the boot chain begins with: nothing starts before the delay has passed.

delay "settle" {
  description = "Let the host come to rest"
  duration    = var.settle
  since       = "start"
}

supervisor "site" {
  description = "Everything that the web site needs"
  after       = [delay.settle]

  intensity {
    burst    = 10
    interval = "1m"
  }
  defaults {
    stop_timeout = "15s"
  }
}
