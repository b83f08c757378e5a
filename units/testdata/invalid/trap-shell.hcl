app "a" {
  command = ["sh", "-c", "echo ${HOME:-/root}"] # ERROR: To get it literally, as a shell would, write "$${…}"
}
