app "a" {
  command = ["true"]
  log {
    mode     = "pipe"    # ERROR: not in this version of unitd: mode = "pipe"
    files    = ["x.log"] # ERROR: not in this version of unitd: files of log
    max_size = "10M"     # ERROR: not in this version of unitd: max_size of log
    keep     = 5         # ERROR: not in this version of unitd: keep of log
    max_age  = "30d"     # ERROR: not in this version of unitd: max_age of log
    compress = "gzip"    # ERROR: not in this version of unitd: compress of log
  }
}
app "b" {
  command  = ["true"]
}
pool "b" {
  app      = app.b
}
job "a" { # ERROR: not in this version of unitd: job
  command = ["true"]
}
pipeline "a" { # ERROR: not in this version of unitd: pipeline
  step "a" {
    command = ["true"]
  }
}
unitd {
  logs { # ERROR: not in this version of unitd: logs of unitd
    max_total = "500M"
  }
}
app "defaults" {
  command  = ["true"]
  type     = "simple"
  watchdog = null
  control  = false
  log {
    mode  = "file"
    files = []
  }
  sandbox {
    namespace   = "auto"
    private_tmp = false
    read_only   = []
  }
}
