# STRICT
app "a" {
  command   = ["/home/shop/bin/missing"] # ERROR: command /home/shop/bin/missing does not exist
  directory = "~/nowhere"                # ERROR: directory /home/shop/nowhere does not exist
  env_file  = ["~/open.env", { path = "~/gone.env", required = false }, "~/broken.env"] # ERROR: env_file /home/shop/open.env: mode 0644 lets others read it; chmod 600 /home/shop/open.env # ERROR: env_file /home/shop/broken.env: line 1: a quote that is never closed
}
app "b" {
  command   = ["~/bin/plain"] # ERROR: command /home/shop/bin/plain is not executable; Run: chmod +x /home/shop/bin/plain
  directory = "~/bin/plain"   # ERROR: directory /home/shop/bin/plain is not a directory
}
app "c" {
  command = ["~/app"] # ERROR: command /home/shop/app is a directory
}
app "unexpanded" {
  command   = ["missing --port 80"] # ERROR: command missing --port 80 is not in PATH; It is run without a shell
  directory = "$HOME/site"               # ERROR: does not exist; No shell reads this, so $… stays as it is: for the home directory write "~/"
}
app "d" {
  command = ["true"]
  health "http" { # WARNING: health check cannot tell the workers of pool.d apart; They share one socket
    path   = "/"
    listen = "socket"
  }
  health "tcp" {
    path   = "/"
    listen = "tcp"
  }
  health "at" { # WARNING: health check connects to listen "tcp" of pool.d, and no more; unitd opens that socket
    address = "localhost:1"
  }
  health "elsewhere" {
    address = "localhost:2"
  }
}
pool "d" {
  app = app.d
  listen "tcp" {
    address = "127.0.0.1:1"
  }
  listen "socket" {
    address = "unix:~/d.sock"
  }
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
    page = "~/gone.html" # ERROR: page /home/shop/gone.html does not exist
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
    page = "~/app" # ERROR: page /home/shop/app is not a regular file
  }
}
app "e" {
  command = ["missing"] # ERROR: command missing is not in PATH; Looked for in /home/shop/bin, /home/shop/.local/bin, /usr/local/bin, /usr/bin, /bin; path_prepend adds to these
}
app "f" {
  command = ["plain"] # ERROR: command plain is not in PATH
  env     = { PATH = "/usr/local/bin:/home/shop/bin" }
}
app "g" {
  command      = ["bin/missing"] # ERROR: command /home/shop/bin/missing does not exist
  path_prepend = ["/opt"]
  directory    = "~"
}
app "h" {
  command      = ["missing"] # ERROR: command missing is not in PATH; Looked for in venv/bin, /home/shop/bin
  path_prepend = ["venv/bin"]
}
app "i" {
  command   = ["true"]
  pre_start = [["missing-tool"]] # ERROR: pre_start missing-tool is not in PATH
}
