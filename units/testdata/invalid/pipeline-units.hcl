app "plain" {
  command = ["true"]
}
app "once" {
  command = ["true"]
  type    = "oneshot"
}
app "worker" {
  command = ["true"]
}
pool "site" {
  app = app.worker
}
delay "settle" {
  duration = "1s"
}
job "tidy" {
  command = ["true"]
}
pipeline "a" {
  directory = "/srv/site" # WARNING: directory /srv/site does not exist
  step "fetch" {
    git {
      url    = "https://me:hunter2@git.example/site.git" # ERROR: url of a git step has credentials in it
      layout = "in_place"
      remote = "-origin"  # ERROR: url and remote together # ERROR: remote: "-origin" is no name that git allows
      keep   = 3          # ERROR: keep with layout = "in_place"
      shared = ["media"]  # ERROR: shared with layout = "in_place"
      branch = ".hidden"  # ERROR: branch: ".hidden" is no name that git allows
    }
  }
  step "reload" {
    reload = [pool.site, app.plain, app.worker, job.tidy, delay.settle, pipeline.a, pipeline.b] # ERROR: app.plain has no reload block; Use restart, or say in the unit how it reloads # ERROR: app.worker is part of pool.site # ERROR: job.tidy has nothing to reload # ERROR: delay.settle has nothing to reload # ERROR: pipeline.a names itself in reload # ERROR: pipeline.b is a pipeline, and steps do not reload one
  }
  step "start" {
    start = [job.tidy, "app.plain", pipeline.b] # ERROR: an element of start is not a unit # ERROR: pipeline.b is a pipeline, and steps do not start one; Name it in on_success of pipeline.a
  }
  step "nothing" {
    stop = [] # ERROR: stop names no unit
  }
  step "verify" {
    healthy = [app.plain, job.tidy, app.once] # ERROR: job.tidy is not active once it has ended # ERROR: app.once is not active once it has ended
  }
}
pipeline "b" {
  directory = "~/site/current"
  step "fetch" {
    git { # ERROR: releases inside of a release; directory is the one in which releases/, shared/ and current are made: write "/home/shop/site"
      url = "git@git.example:site.git"
    }
  }
}
pipeline "c" {
  step "fetch" {
    git { # ERROR: layout = "in_place" in the home directory
      remote = "origin"
      layout = "in_place"
    }
  }
}
pipeline "d" {
  directory = "/srv/site"
  step "fetch" { # ERROR: pipeline.d fetches into /srv/site as pipeline.a does
    git {
      url = "git@git.example:site.git"
    }
  }
}
pipeline "e" {
  directory = "/srv/e"
  step "fetch" {
    git {
      url             = "git@git.example:site.git"
      dirty           = "discard"      # ERROR: dirty with layout = "releases"
      submodules      = "all"          # ERROR: submodules has to be true or false
      allowed_signers = "~/signers"    # ERROR: allowed_signers without verify
    }
  }
}
