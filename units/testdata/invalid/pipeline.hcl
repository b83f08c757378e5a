pipeline "a" { # ERROR: not in this version of unitd: pipeline # ERROR: pipeline without a step
  trigger "webhook" { # ERROR: trigger of pipeline without listen # ERROR: trigger of pipeline without secret_file
    provider = "sourceforge" # ERROR: unknown provider "sourceforge"
    path     = "hook"        # ERROR: path of a webhook does not begin with "/"
  }
  trigger "mail" { # ERROR: unknown trigger "mail"
  }
}
pipeline "b" { # ERROR: not in this version of unitd: pipeline
  step "fetch" {
    git {
      url    = "x"
      remote = "origin" # ERROR: url and remote together # ERROR: remote with layout "releases"
      layout = "flat"   # ERROR: unknown layout "flat"
    }
  }
  step "nothing" { # ERROR: step "nothing" does not say one thing to do
    undo = ["x"]   # ERROR: undo in a step without command
  }
  step "migrate" {
    command = ["alembic", "upgrade", step.before] # ERROR: step.before cannot be used here
    undo    = ["alembic", "downgrade", step.before] # ERROR: step.before cannot be used here; It exists in `undo` and `restore` of a step that has `state`
  }
  step "reload" {
    reload = [pool.x] # ERROR: no such unit pool.x
  }
}
