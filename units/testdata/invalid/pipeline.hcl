pipeline "a" { # ERROR: pipeline without a step
  command  = ["make"]    # ERROR: command in a pipeline; Its steps have commands: step "test" { command = […] }
  schedule = "@daily"    # ERROR: unknown attribute "schedule" in pipeline
  restart {              # ERROR: unknown block "restart" in pipeline
  }
  env = { N = run.id }   # ERROR: run.id cannot be used here; It is known when a step of a pipeline runs
  trigger "webhook" { # ERROR: trigger of pipeline without listen # ERROR: trigger of pipeline without secret_file
    provider = "sourceforge" # ERROR: unknown provider "sourceforge"
    path     = "hook"        # ERROR: path of a webhook does not begin with "/"
  }
  trigger "mail" { # ERROR: unknown trigger "mail"
  }
}
pipeline "b" {
  directory = "/srv/b"
  step "early" {
    command = ["deploy", run.commit]  # ERROR: run.commit in a step that no git step comes before
    env     = { N = run.number }      # ERROR: "run" has no "number"
  }
  step "fetch" {
    git {
      url    = "x"      # ERROR: url "x" is neither a url nor HOST:PATH nor an absolute path
      remote = "origin" # ERROR: url and remote together # ERROR: remote with layout = "releases"
      layout = "flat"   # ERROR: unknown layout "flat"
      branch = "a..b"   # ERROR: branch: "a..b" is no name that git allows
      shared = ["media", "/etc", "media/new", "../up", ".git/hooks"] # ERROR: shared "/etc" is absolute # ERROR: media/new and media hold one another; Name the outer one alone # ERROR: shared "../up" leads out of the release # ERROR: shared ".git/hooks" belongs to git
    }
  }
  step "again" {
    git { # ERROR: second git step
      url = "~/x.git"
    }
  }
  step "nothing" { # ERROR: step "nothing" does not say what to do
    undo = ["x"]   # ERROR: undo in a step without command
  }
  step "two" { # ERROR: step "two" does command and apply; A step does one thing
    command = ["x"]
    apply   = true
  }
  step "migrate" {
    command = ["alembic", "upgrade", step.before] # ERROR: step.before cannot be used here
    undo    = ["alembic", "downgrade", step.before] # ERROR: step.before cannot be used here; It exists in `undo` and `restore` of a step that has `state`
  }
  step "idle" {
    command = ["x"]
    state   = ["y"] # ERROR: state without undo or restore
    when    = "now" # ERROR: when has to be true or false
    timeout = "1ms" # ERROR: timeout
  }
  step "text" {
    command = "make install" # ERROR: command has to be a list, not a text; It is run without a shell: write each argument as an element of a list, command = ["make", "install"]
    state   = ["psql", var.password]     # ERROR: sensitive value in state
    undo    = ["psql", var.password]     # ERROR: sensitive value in undo
    env     = { PASSWORD = var.password }
  }
  step "where" {
    command = ["x", path.credentials] # ERROR: path.credentials in a program without secrets
  }
  step "dont" {
    apply = false # ERROR: apply = false
    env   = { A = "b" } # ERROR: env in a step that runs nothing
  }
  step "dont" { # ERROR: duplicate step "dont"
    apply = true
  }
  step "reload" {
    reload = [pool.x] # ERROR: no such unit pool.x
  }
}
variable "password" {
  sensitive = true
  default   = "hunter2"
}
