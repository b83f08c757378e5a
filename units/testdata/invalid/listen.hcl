app "a" {
  command = ["true"]
  listen "a" {
    address = "0.0.0.0:80" # ERROR: address 0.0.0.0:80 is reachable from other hosts; Where that is meant add public = true; else use 127.0.0.1
  }
  listen "b" {
    address = "8001" # ERROR: address "8001" is none; Write "127.0.0.1:8001"
  }
  listen "c" {
    address = "example.org:80" # ERROR: address "example.org:80" has no IP address
  }
  listen "d" {
    address = "127.0.0.1:99999" # ERROR: has no port from 1 to 65535
  }
  listen "e" {
    address = ":80" # ERROR: For all interfaces write "0.0.0.0:80" and public = true
  }
  listen "f" {
    address = "/run/x.sock" # ERROR: For a Unix socket write "unix:/run/x.sock"
  }
  listen "g" {
    address = "unix:~/aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa/aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa.sock" # ERROR: socket path is 119 bytes long, and the kernel takes 107 at most
  }
  listen "h" {
    address = "udp:127.0.0.1:53" # ERROR: not in this version of unitd: udp addresses
  }
  listen "i" {
    address    = "127.0.0.1:81"
    mode       = "0660" # ERROR: mode with a TCP address
    group      = "www"  # ERROR: group with a TCP address
    backlog    = 0      # ERROR: backlog is out of range
    per_worker = true   # ERROR: unknown attribute "per_worker" in listen of app; It belongs to `listen` of a pool
  }
  listen "j" { # ERROR: listen of app without address
  }
  listen "k" {
    address = "unix:" # ERROR: address: a path cannot be empty
  }
  listen "abstract" {
    address = "unix:@a" # ERROR: abstract Unix sockets are not taken; Nothing says who may connect to one
  }
  listen "l" {
    address = "127.0.0.1:82"
  }
  listen "l" { # ERROR: duplicate listen "l"
    address = "127.0.0.1:83"
  }
  listen { # ERROR: listen without a name
  }
}
app "b" {
  command = ["true"]
  listen "x" { # ERROR: app.b listens on 127.0.0.1:81 as app.a does; That one stands at listen.hcl:27
    address = "localhost:81"
  }
}
app "c" {
  command = ["true"]
  listen "x" { # ERROR: app.c listens on 0.0.0.0:82 as app.a does
    address = "0.0.0.0:82"
    public  = true
  }
}
app "d" {
  command = ["true"]
}
pool "d" {
  app = app.d
  listen "x" {
    address    = "unix:x.sock"
    per_worker = true # ERROR: per_worker with a Unix socket
  }
}
