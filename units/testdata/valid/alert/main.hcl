variable "token" {
  sensitive = true
  default   = "hunter2"
}
supervisor "outer" {
  alert "chat" {
    url     = "https://hooks.example/${var.token}"
    headers = { Authorization = "Bearer ${var.token}", X-Kind = "unitd" }
    body    = jsonencode({ text = alert.summary, bad = alert.event == "failed", count = alert.left_out + 1 })
    on      = ["failed", "recovered", "deployed"]
  }
  alert "mail" {
    mail      = ["ops@example.org", "root"]
    log_lines = 50
  }
}
supervisor "inner" {
  supervisor = supervisor.outer
  alert "mail" {
    interval = "1h"
  }
}
app "a" {
  supervisor = supervisor.inner
  command    = ["true"]
  alert "chat" { # the name of the supervisor's, and another way
    command = ["~/bin/tell", "it"]
  }
  alert "plain" {
    url     = "http://127.0.0.1:8080/hook"
    timeout = "1m"
  }
}
job "quiet" {
  supervisor = supervisor.outer
  command    = ["true"]
  alert "chat" {
    on = []
  }
  alert "mail" {
    on = []
  }
}
app "served" {
  command = ["true"]
}
pool "served" {
  supervisor = supervisor.outer
  app        = app.served
}
pipeline "deploy" {
  supervisor = supervisor.outer
  step "one" {
    command = ["true"]
  }
  alert "key" {
    url  = "https://events.example/"
    body = jsonencode({ routing_key = var.token, run = "${alert.run} ${alert.commit}" })
  }
}
delay "d" {
  duration = "1s"
  alert "local" {
    mail     = "shop"
    sendmail = "~/bin/sendmail"
    interval = "0s"
  }
}
