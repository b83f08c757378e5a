# A pipeline that a provider tells of pushes.
pipeline "deploy" {
  trigger "webhook" {
    listen      = "unix:~/hook.sock"
    provider    = "github"
    secret_file = ".webhook-secret"
    branch      = "main"
  }
  step "note" { command = ["true"] }
}
