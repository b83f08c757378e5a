
app "a" {
  command   = ["/home/shop/bin/missing"] # WARNING: command /home/shop/bin/missing does not exist
  directory = "~/nowhere"                # WARNING: directory /home/shop/nowhere does not exist
  env_file  = ["~/open.env", { path = "~/gone.env", required = false }, "~/broken.env"] # WARNING: env_file /home/shop/open.env: mode 0644 lets others read it; chmod 600 /home/shop/open.env # WARNING: env_file /home/shop/broken.env: line 1: a quote that is never closed
}
app "b" {
  command   = ["~/bin/plain"] # WARNING: command /home/shop/bin/plain is not executable; Run: chmod +x /home/shop/bin/plain
  directory = "~/bin/plain"   # WARNING: directory /home/shop/bin/plain is not a directory
}
app "c" {
  command = ["~/app"] # WARNING: command /home/shop/app is a directory
}
app "p" {
  command = ["true"]
}
pool "p" {
  app = app.p
  listen "http" {
    address = "127.0.0.1:2"
  }
  unavailable {
    page = "~/gone.html" # WARNING: page /home/shop/gone.html does not exist
  }
}
app "q" {
  command = ["true"]
}
pool "q" {
  app = app.q
  listen "http" {
    address = "127.0.0.1:3"
  }
  unavailable {
    page = "~/app" # WARNING: page /home/shop/app is not a regular file
  }
}
