variable "token" {
  sensitive = true
  default   = "hunter2"
}
app "a" {
  command = ["true"]
  alert "none" { # ERROR: alert of app without command, url or mail; It takes exactly one of them
  }
  alert "two" {
    command = ["true"]
    mail    = "root" # ERROR: command and mail together
  }
  alert "text" {
    command = "notify-send it" # ERROR: command has to be a list, not a text
  }
  alert "secret" {
    command = ["curl", var.token] # ERROR: sensitive value in command
  }
  alert "who" {
    mail = ["ops@example.org", "x@y\nBcc: z@y", "-oQ/tmp", "Ops <ops@example.org>", var.token] # ERROR: no mail address in mail # ERROR: no mail address in mail # ERROR: no mail address in mail # ERROR: sensitive value in mail
  }
  alert "nobody" {
    mail = [] # ERROR: mail has to name 1 to 20 addresses
  }
  alert "where" {
    url = "ftp://${var.token}" # ERROR: url is no HTTP URL
  }
  alert "header" {
    url = "https://hooks.example/"
    headers = {
      "X Y"  = "a"                # ERROR: name of a header is not allowed
      Host   = "a"                # ERROR: header Host is set by unitd itself
      Token  = "${var.token}\nX: y" # ERROR: headers.Token holds a line break
      Number = 1
      List   = [1]                # ERROR: headers.List has to be a text, not a list
    }
  }
  alert "body" {
    url  = "https://hooks.example/"
    body = { text = alert.summary } # ERROR: body has to be a text, not a map; jsonencode(…) makes a text of anything
  }
  alert "key" {
    url  = "https://hooks.example/"
    body = alert.sumary # ERROR: "alert" has no "sumary"; Did you mean "summary"?
  }
  alert "worker" {
    url  = "https://hooks.example/"
    body = "${worker.index} ${run.id}" # ERROR: worker.index in a program that no pool runs # ERROR: run.id cannot be used here
  }
  alert "early" {
    url = "https://${alert.unit}/" # ERROR: alert.unit cannot be used here; It is known when an alert is sent: in `body` of an alert
  }
  alert "without" {
    command  = ["true"]
    headers  = {}         # ERROR: headers in an alert without url
    body     = "x"        # ERROR: body in an alert without url
    sendmail = "/bin/cat" # ERROR: sendmail in an alert without mail
  }
  alert "when" {
    command   = ["true"]
    on        = ["failed", "recoverd", "deployed"] # ERROR: unknown on "recoverd"; Did you mean "recovered"? # ERROR: "deployed" in an alert of an app; Only a pipeline
    interval  = 5       # ERROR: interval has to be a duration, not a number
    timeout   = "2m"    # ERROR: timeout of an alert is too long; It is at most 1m
    log_lines = 51      # ERROR: log_lines is out of range
    retries   = 3       # ERROR: unknown attribute "retries" in alert of app
  }
  alert "when" { # ERROR: duplicate alert "when"
    command = ["true"]
  }
}
app "served" {
  command = ["true"]
  alert "ops" { # ERROR: alert in an app that a pool runs; app.served is run by pool.served: write it there
    mail = "root"
  }
}
pool "served" {
  app = app.served
}
supervisor "s" {
  defaults {
    alert "ops" { # ERROR: unknown block "alert" in defaults of supervisor; It belongs to the supervisor itself: there it speaks for its members too
      mail = "root"
    }
  }
}
