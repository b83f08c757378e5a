# From git push to what serves.

pipeline "deploy" {
  description  = "Fetch, install, test, migrate, reload"
  directory    = var.home
  path_prepend = ["venv/bin"]
  env_file     = [".env"]

  trigger "webhook" {
    listen      = "127.0.0.1:${var.hook_port}"
    path        = "/hooks/deploy"
    provider    = "github"
    secret_file = "shared/.webhook-secret"
  }

  step "fetch" {
    git {
      url    = var.repository
      branch = var.branch
      shared = [".env", "data"]
    }
    retry {
      attempts = 2
      delay    = "5s"
    }
  }

  step "install" {
    command = ["bin/install"]
    when    = var.install
  }

  step "test" {
    command = ["python3", "-m", "pytest", "-q", "-p", "no:cacheprovider"]
    timeout = "5m"
  }

  step "migrate" {
    command = ["python3", "-m", "alembic", "upgrade", "head"]
    state   = ["python3", "-m", "alembic", "current"]
    undo    = ["python3", "-m", "alembic", "downgrade", step.before == "" ? "base" : split(" ", step.before)[0]]
  }

  step "reload" {
    reload = [pool.site]
  }

  step "verify" {
    healthy = [pool.site]
    timeout = "1m"
  }
}
