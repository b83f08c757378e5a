supervisor "web" {
  after = [app.migrate] # ERROR: cycle: app.migrate -> app.migrate; Each waits for the next one:   cycle-supervisor.hcl:2: app.migrate is in supervisor.web, which has app.migrate in after
}

app "migrate" {
  command    = ["true"]
  supervisor = supervisor.web
}

supervisor "outer" {
}

supervisor "inner" {
  supervisor = supervisor.outer
  wants      = [app.x]
}

app "x" {
  command  = ["true"]
  requires = [supervisor.outer] # ERROR: cycle: app.x -> supervisor.outer -> supervisor.inner -> app.x; Each waits for the next one:   cycle-supervisor.hcl:20: app.x has supervisor.outer in requires   cycle-supervisor.hcl:14: supervisor.outer is ready after its member supervisor.inner   cycle-supervisor.hcl:15: supervisor.inner has app.x in wants
}

app "own" {
  command    = ["true"]
  supervisor = supervisor.last
  requires   = [supervisor.last] # ERROR: cycle: app.own -> supervisor.last -> app.own
}

supervisor "last" {
}
