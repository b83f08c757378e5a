pipeline "a" {
  trigger "webhook" {
    listen        = "0.0.0.0:9001" # ERROR: address 0.0.0.0:9001 is reachable from other hosts; A webhook stands behind the account's web server
    path          = "/a/../b"      # ERROR: path "/a/../b" of a webhook is not plain
    provider      = "github"
    secret_file   = "~/secret" # WARNING: secret_file /home/shop/secret does not exist; Without it every request is refused
    mode          = "0660" # ERROR: mode with a TCP address
    replay_window = "1m"   # ERROR: replay_window with provider "github"; It signs no time
    branch        = "next" # ERROR: branch "next" is not what the git step fetches; Leave it out, or give both the same: the git step has "main"
    paths         = ["/app", "a**", "!b", "["] # ERROR: paths: "/app" does not count from the top # ERROR: paths: "a**" has ** beside something else # ERROR: paths: "!b" excludes files # ERROR: paths: "[" is no pattern
    every         = "1m" # ERROR: unknown attribute "every"
  }
  step "fetch" {
    git { url = "git@git.example:x.git" }
  }
}
pipeline "b" {
  trigger "poll" { # ERROR: trigger "poll" in a pipeline without a git step
    every = "1m"
    paths = ["app"] # ERROR: unknown attribute "paths"
  }
  step "x" { command = ["true"] }
}
pipeline "c" {
  trigger "webhook" {
    listen        = "127.0.0.1:9003"
    path          = "/hook"
    provider      = "generic"
    secret_file   = "~/secret" # WARNING: secret_file
    replay_window = "1s" # ERROR: replay_window is too short
  }
  step "x" { command = ["true"] }
}
pipeline "d" {
  trigger "webhook" { # ERROR: the webhooks of pipeline.d and pipeline.c have the same path /hook/; That one stands at trigger.hcl:25
    listen      = "localhost:9003"
    path        = "/hook/"
    secret_file = "~/secret" # WARNING: secret_file
  }
  step "x" { command = ["true"] }
}
pipeline "e" {
  trigger "webhook" { # ERROR: the webhook of pipeline.e listens on 127.0.0.1:9002 as app.x does; That one stands at trigger.hcl:51
    listen      = "127.0.0.1:9002"
    secret_file = "~/secret" # WARNING: secret_file
  }
  step "x" { command = ["true"] }
}
app "x" {
  command = ["true"]
  listen "http" { address = "127.0.0.1:9002" }
}
pipeline "f" {
  trigger "webhook" {
    listen        = "127.0.0.1:9004"
    provider      = "gitlab"
    secret_file   = "~/app/.webhook-secret" # WARNING: secret_file /home/shop/app/.webhook-secret is no signing token, and replay_window needs one with gitlab
    replay_window = "1m"
  }
  step "x" { command = ["true"] }
}
