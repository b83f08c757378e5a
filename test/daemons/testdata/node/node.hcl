app "node" {
  command   = ["node", "server.js"]
  directory = path.module
  health "http" {
    path = "/"
  }
}

pool "node" {
  app          = app.node
  workers      = 2
  dispatch     = "proxy"
  hang_timeout = "2s"
  listen "http" {
    address = "127.0.0.1:${env("PORT_NODE")}"
  }
  recycle {
    max_requests = 1500
  }
  reload {
    drain_timeout = "1s"
  }
}
