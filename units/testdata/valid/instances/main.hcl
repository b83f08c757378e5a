# for_each over a map, an object and a set; references with and without key.
variable "sites" {
  type = map(object({ port = number, greeting = optional(string, "hello") }))
  default = {
    shop = { port = 9001 }
    blog = { port = 9002, greeting = "hi" }
  }
}

app "site" {
  for_each    = var.sites
  description = "${each.value.greeting} from ${each.key}"
  command     = ["serve", "--name", each.key, worker.index, worker.count]
}

pool "site" {
  for_each = var.sites
  app      = app.site[each.key]
  workers  = 2
  listen "http" {
    address = "127.0.0.1:${each.value.port}"
  }
}

app "cleanup" {
  for_each = toset(["logs", "uploads"])
  command  = ["clean", each.value]
  type     = "oneshot"
  remain   = each.key == "logs"
}

app "proxy" {
  command = concat(["balance"], [for name, _ in var.sites : pool.site[name].listen.http.address])
  after   = [pool.site, app.cleanup["logs"]]
  wants   = [for name in ["shop"] : pool.site[name]]
}

app "none" {
  for_each = {}
  command  = ["never"]
}

app "needs-none" {
  command = ["x"]
  after   = [app.none]
}
