app "a" {
  command = ["true"]
  listen "one" {
    address = "127.0.0.1:1"
  }
  listen "two" {
    address = "127.0.0.1:2"
  }
  health "a" { # ERROR: health without path, url, address or command; It takes exactly one of them
  }
  health "b" {
    path    = "/"
    url     = "http://127.0.0.1/" # ERROR: path, url and address together
    listen  = "one"
    address = "127.0.0.1:80"
  }
  health "c" { # ERROR: health check with path, and app.a has several listeners; Say which: listen = "one"
    path = "/"
  }
  health "d" { # ERROR: app.a has no listen "tow"; Did you mean "two"?
    path   = "/"
    listen = "tow"
  }
  health "e" {
    url      = "127.0.0.1:80" # ERROR: url is no HTTP URL
    status   = ["200", 204, "9", "300-200", true] # ERROR: status is neither a code nor a range # ERROR: status is neither a code nor a range # ERROR: status is neither a code nor a range
    interval = "0s"       # ERROR: interval is too short; It is at least 10ms
    failures = 0          # ERROR: failures is out of range
    action   = "kill"     # ERROR: unknown action "kill"; action is "restart" or "none".
    headers  = { A = [] } # ERROR: headers.A has to be a text, not a list
  }
  health "f" {
    address = "localhost" # ERROR: address is no address; Write it as "127.0.0.1:3306"
    status  = [200]       # ERROR: status in a health check that is not HTTP
    listen  = "one"       # ERROR: listen in a health check without path
  }
  health "g" {
    path   = "health" # ERROR: path of a health check does not begin with "/"
    listen = "one"
  }
  health "h" {
    command = "curl http://x/" # ERROR: command = ["curl", "http://x/"]
    headers = "x"              # ERROR: headers has to be a map # ERROR: headers in a health check that is not HTTP
  }
}
app "b" {
  command = ["true"]
  health "a" { # ERROR: health check with path, and app.b has no listen
    path = "/"
  }
}
app "c" {
  command = ["true"]
  type    = "oneshot"
  health "a" { # ERROR: health check of a oneshot
    url = "http://127.0.0.1/"
  }
}
