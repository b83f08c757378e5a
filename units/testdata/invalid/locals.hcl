locals {
  a = "${local.b}x" # ERROR: local.a depends on itself; local.a (locals.hcl:2) uses local.b. local.b (locals.hcl:3) uses local.a.
  b = [local.c, local.a]
  c = 1
  d = local.a
  e = file("missing")  # ERROR: read /units/missing: does not exist
  f = file("binary")   # ERROR: not UTF-8 text
  g = length(3)        # ERROR: a number has no length
  h = env("MISSING")   # ERROR: MISSING is not set in the environment of unitd; give a default: env("MISSING", "…")
  i = min("x")         # ERROR: a number is required
  j = worker.index     # ERROR: worker.index cannot be used here
  k = app.api # ERROR: local.k depends on itself; local.k (locals.hcl:12) uses for_each of app.api. for_each of app.api (locals.hcl:25) uses local.k.
  l = file(secret("password")) # ERROR: the name of what is read cannot be sensitive
  m = env("A", "b", "c")       # ERROR: env takes a name and a default
  n = secret("missing")        # ERROR: read /units/missing: does not exist
  o = secret("~/open.env")     # ERROR: mode 0644 lets others read it; chmod 600 /home/shop/open.env
  p = regex(secret("password"), "x") # ERROR: evaluate an expression with a sensitive value: it failed; The cause is not shown
}

locals {
  c = 2 # ERROR: duplicate local.c; The other one is at locals.hcl:4
}

app "api" {
  for_each = local.k
  command  = ["true"]
}
