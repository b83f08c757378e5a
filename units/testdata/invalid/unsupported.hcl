app "b" {
  command  = ["true"]
}
pool "b" {
  app      = app.b
}
job "a" {
  command = ["true"]
}
pipeline "a" {
  step "a" {
    command = ["true"]
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
