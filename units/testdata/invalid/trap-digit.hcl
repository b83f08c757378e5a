app "a" {
  command = ["true"]
  after   = [app.2048] # ERROR: name "2048" begins with a digit; Names are [a-z][a-z0-9_-]*: write app.n2048
}
