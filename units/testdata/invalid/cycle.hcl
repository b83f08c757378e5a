app "a" {
  command  = ["true"]
  before   = [app.c]
  requires = [app.b] # ERROR: cycle: app.a -> app.b -> app.c -> app.a; Each waits for the next one:   cycle.hcl:4: app.a has app.b in requires   cycle.hcl:9: app.b has app.c in after   cycle.hcl:3: app.a has app.c in before
}

app "b" {
  command = ["true"]
  after   = [app.c]
}

app "c" {
  command = ["true"]
}

delay "waits-for-the-cycle" {
  duration = 1 # ERROR: duration has to be a duration, not a number
  after    = [app.a]
}
