# The shortest unit of each kind: want.txt shows every default.
delay "d" {
  duration = "30s"
}

supervisor "s" {
}

app "a" {
  command = ["a"]
  health "path" {
    path = "/"
  }
  listen "web" {
    address = "127.0.0.1:9000"
  }
}

app "p" {
  command = ["p"]
}

pool "p" {
  app = app.p
  listen "web" {
    address = "127.0.0.1:9001"
  }
}
