supervisor "web" {
}
app "base" {
  command = ["true"]
}
app "needy" {
  command  = ["true"]
  requires = [app.base]
}
app "free" {
  command = ["true"]
}
pipeline "a" {
  supervisor = supervisor.web
  requires   = [app.needy]
  wants      = [app.free]
  step "all" {
    restart = [app.needy, app.base, app.free] # ERROR: app.needy cannot be restarted by a step: that stops the pipeline with it; The pipeline is bound to it by requires # ERROR: app.base cannot be restarted by a step: that stops the pipeline with it; The pipeline is bound to it by what it needs, app.needy
  }
  step "web" {
    stop = [supervisor.web] # ERROR: supervisor.web cannot be stopped by a step: that stops the pipeline with it; The pipeline is bound to it by supervisor
  }
  step "start" {
    start = [app.needy]
  }
}
