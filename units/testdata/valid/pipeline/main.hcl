app "site" {
  command = ["gunicorn", "app:app"]
}
pool "site" {
  app = app.site
}
app "mailer" {
  command = ["mailer"]
  type    = "oneshot"
  remain  = true
}
job "warm" {
  command = ["warm"]
}
supervisor "web" {
  defaults {
    env          = { LEVEL = "info", STAGE = "none" }
    path_prepend = ["~/bin"]
    restart {
      policy = "always"
    }
  }
}
pipeline "deploy" {
  description  = "From push to live"
  supervisor   = supervisor.web
  on_failure   = [job.warm]
  directory    = "~/app"
  path_prepend = ["venv/bin"]
  env          = { STAGE = "live" }
  env_file     = [".env"]
  secret "key" {
    value = secret("password")
  }
  step "fetch" {
    git {
      url        = "git@git.example:site.git"
      branch     = "live"
      keep       = 3
      shared     = ["media", "var/uploads"]
      submodules = true
      verify     = true
    }
    retry {
      attempts = 2
      delay    = "5s"
    }
  }
  step "install" {
    command = ["pip", "install", "--target", "${run.release}/lib", "-r", "requirements.txt"]
    env     = { TOKEN = secret("password"), KEY = "${path.credentials}/key", COMMIT = run.commit }
    when    = run.commit != run.previous
    timeout = "20m"
  }
  step "migrate" {
    command = ["alembic", "upgrade", "head"]
    state   = ["alembic", "current"]
    undo    = ["alembic", "downgrade", split(" ", step.before)[0]]
    restore = ["alembic", "stamp", regex("[0-9a-f]+", step.before)]
  }
  step "before" {
    stop = [app.mailer]
  }
  step "reload" {
    reload = [pool.site]
  }
  step "after" {
    start = [app.mailer, job.warm]
  }
  step "verify" {
    healthy = [pool.site, app.mailer, supervisor.web]
    timeout = "1m"
  }
  step "files" {
    apply = true
  }
}
pipeline "docs" {
  directory = "/home/shop/docs"
  rollback  = false
  step "fetch" {
    git {
      remote = "origin"
      layout = "in_place"
      dirty  = "discard"
    }
  }
}
