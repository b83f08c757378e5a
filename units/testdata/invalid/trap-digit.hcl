app "a" {
  command = ["true"]
  after   = [app.2048] # ERROR: app" alone is no value
}
