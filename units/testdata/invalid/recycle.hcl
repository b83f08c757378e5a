app "counts" {
  command = ["true", "--limit-max-requests", worker.max_requests]
}
pool "counts" {
  app = app.counts
  listen "http" {
    address = "127.0.0.1:1"
  }
  recycle {
    max_requests = 100
  }
}
app "ignorant" {
  command = ["true"] # WARNING: max_requests of pool.ignorant reaches no worker; The program has to count its requests
}
pool "ignorant" {
  app = app.ignorant
  listen "http" {
    address = "127.0.0.1:2"
  }
  recycle {
    max_requests = 100
  }
}
