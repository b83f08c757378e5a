app "api" {
  command  = ["true", var.wrokers] # ERROR: no such variable "wrokers"; Did you mean "workers"?
  requires = [app.apii]            # ERROR: no such unit app.apii; Did you mean "app.api"?
  after    = [delay.web]           # ERROR: no such unit delay.web; There is app.web.
  wants    = [app.web["x"]]        # ERROR: app.web has no instances
  before   = [app.site["c"]]       # ERROR: app.site has no instance "c"
  part_of  = [app]                 # ERROR: "app" alone is no value
  binds_to = [app.api]             # ERROR: app.api names itself in binds_to
  env = {
    A = app.web.command          # ERROR: a unit has no readable attributes
    B = pool.p.listen.web.port   # ERROR: only the address of a listener can be read
    C = pool.p.listen.wep.address # ERROR: pool.p has no listen "wep"; Did you mean "web"?
    D = local.vevn               # ERROR: no such value local.vevn; Did you mean "venv"?
    E = host.cpu                 # ERROR: "host" has no "cpu"; Did you mean "cpus"?
    F = user.shell               # ERROR: "user" has no "shell"
    G = path.temp                # ERROR: "path" has no "temp"
    H = each.key                 # ERROR: "each" in a block without for_each
    I = uper("x")                # ERROR: unknown function "uper"; Did you mean "upper"?
    J = worker.index             # ERROR: worker.index in a program that no pool runs
    K = step.before              # ERROR: step.before cannot be used here
    L = hosts.name               # ERROR: unknown name "hosts"; Did you mean "host"?
    M = worker.number            # ERROR: "worker" has no "number"
    N = pool.p.workers           # ERROR: a unit has no readable attributes
    O = path.credentials         # ERROR: path.credentials in a program without secrets
  }
  directory = path.credentials # ERROR: path.credentials cannot be used here
  conflicts = [app.web]
  on_failure = [pool.p, app.site]
}

app "web" {
  command   = ["true"]
  requires  = [app.other] # ERROR: app.web has app.other in requires and in conflicts
  conflicts = [app.other]
}

app "other" {
  command = ["true"]
  env     = { A = 1 / 0 } # ERROR: division by zero
}

app "site" {
  for_each = toset(["a", "b"])
  command  = ["true", each.vlue] # ERROR: "each" has no "vlue"; Did you mean "value"?
}

app "worker" {
  command = ["true"]
  umask   = worker.index # ERROR: worker.index cannot be used here
}

pool "p" {
  app     = app.worker
  workers = var.workers
  listen "web" {
    address = "127.0.0.1:1"
  }
}

pool "q" {
  app = app.site # ERROR: write app.site["KEY"]
}

pool "r" {
  app = "app.worker" # ERROR: app has to be one app; Write a reference without quotes
}

variable "workers" {
  default = 2
}

locals {
  venv = "x"
}
app "far" {
  command = ["true"]
  after   = [app.zqx] # ERROR: no such unit app.zqx; There is app.api
}
